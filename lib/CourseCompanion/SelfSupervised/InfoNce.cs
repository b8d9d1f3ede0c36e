using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// The loss of MoCo (He and others, 2020), after van den Oord and others (2018): find the key of one's own image among the keys of a memory
/// bank, which are those of other images.
/// </summary>
public static class InfoNce
{
    /// <summary>Mean over N queries of the cross-entropy of finding one's key among 1 + M.</summary>
    /// <param name="queries">Queries [N, D]; scaled to length 1 here.</param>
    /// <param name="keys">Keys [N, D] of the same images; scaled to length 1 here, and no gradient goes through them.</param>
    /// <param name="bank">Keys [M, D] of other images, of length 1: longer ones would drown the right key.</param>
    /// <param name="temperature">What similarities are divided by.</param>
    /// <returns>One number: log(1 + M) when all queries and keys are the same.</returns>
    public static Tensor Loss(Tensor queries, Tensor keys, Tensor bank, double temperature = 0.2)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(bank);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        Tensor q = nn.functional.normalize(queries, dim: 1);                                       // [N, D]
        Tensor k = nn.functional.normalize(keys.detach(), dim: 1);                                 // [N, D]
        Tensor own = q.mul(k).sum(dim: 1, keepdim: true);                                          // [N, 1]
        Tensor others = q.mm(bank.detach().t());                                                   // [N, M]
        Tensor logits = cat([own, others], 1).div(temperature);                                    // [N, 1 + M]
        return nn.functional.cross_entropy(logits, zeros(queries.shape[0], ScalarType.Int64, queries.device));
    }
}
