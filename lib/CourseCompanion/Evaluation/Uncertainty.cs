using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Evaluation;

/// <summary>
/// How unsure a classifier is of each image, from its probabilities: which images a person should label next (Settles, 2009, <i>Active Learning
/// Literature Survey</i>). In all three, higher is less sure.
/// </summary>
public static class Uncertainty
{
    /// <summary>1 - the probability of the answer, in [0, 1 - 1/K].</summary>
    /// <param name="probabilities">Probabilities [N, K], rows that sum to 1.</param>
    /// <returns>Uncertainty [N], of the same type and device.</returns>
    /// <exception cref="ArgumentException">The shape is not [N, K] with two classes or more.</exception>
    public static Tensor LeastConfidence(Tensor probabilities) => Of(probabilities, p => p.amax([1]).neg().add(1));

    /// <summary>1 - the lead of the most probable class over the second, in [0, 1].</summary>
    /// <inheritdoc cref="LeastConfidence"/>
    public static Tensor Margin(Tensor probabilities) => Of(probabilities, p =>
    {
        (Tensor highest, _) = p.topk(2, 1);                                             // [N, 2]
        return highest.select(1, 1).sub(highest.select(1, 0)).add(1);
    });

    /// <summary>The entropy - sum p log p, in [0, log K].</summary>
    /// <inheritdoc cref="LeastConfidence"/>
    public static Tensor Entropy(Tensor probabilities) => Of(probabilities, p => special.entr(p).sum(dim: 1));

    private static Tensor Of(Tensor probabilities, Func<Tensor, Tensor> measure)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.dim() != 2 || probabilities.shape[1] < 2)
        {
            throw new ArgumentException($"Probabilities must be [N, K], K at least 2; got [{string.Join(", ", probabilities.shape)}].", nameof(probabilities));
        }

        using DisposeScope scope = NewDisposeScope();
        return measure(probabilities.detach()).MoveToOuterDisposeScope();
    }
}
