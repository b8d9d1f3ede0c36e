using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// Several classifiers make one, without any training: from what each says of the same images. The thesis fuses by the product: FSM
/// (SimCLR and MoCo), FAA (AIM and MAE), FSAAM (all four).
/// </summary>
public static class Fusion
{
    // Probabilities below count as this: one member that rounds to zero does not decide alone, and zeros from two members leave a number.
    private const double Least = 1e-30;

    /// <summary>
    /// The product of the members' probabilities, scaled to sum 1: right if the members err independently (Hinton, 2002, <i>Training Products of
    /// Experts</i>). Whoever is sure weighs more.
    /// </summary>
    /// <param name="members">What each member says of the same M images: probabilities [M, K]. Their order does not matter.</param>
    /// <returns>Probabilities [M, K].</returns>
    /// <exception cref="ArgumentException">There is no member, or the shapes differ.</exception>
    public static Tensor Product(params IReadOnlyList<Tensor> members)
    {
        using var scope = NewDisposeScope();
        return Logs(members).sum(dim: 0).softmax(1).to(members[0].dtype).MoveToOuterDisposeScope();
    }

    /// <summary>For each image the answer of the member whose highest probability is the highest; of equals, the first.</summary>
    /// <param name="members">What each member says of the same M images: probabilities [M, K].</param>
    /// <returns>Probabilities [M, K], each row of one member.</returns>
    /// <exception cref="ArgumentException">There is no member, or the shapes differ.</exception>
    public static Tensor MostConfident(params IReadOnlyList<Tensor> members)
    {
        using var scope = NewDisposeScope();
        Tensor all = Stacked(members);                                            // [J, M, K]
        Tensor surest = all.amax([2]).argmax(0, keepdim: true);                   // [1, M]
        return all.gather(0, surest.unsqueeze(2).expand(1, -1, all.shape[2])).squeeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>Logarithms [J, M, K] of the members' probabilities, float64, all finite. Runs inside the caller's dispose scope.</summary>
    internal static Tensor Logs(IReadOnlyList<Tensor> members) => Stacked(members).@double().clamp_min(Least).log();

    private static Tensor Stacked(IReadOnlyList<Tensor> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return members.Count > 0 && members.All(member => member.dim() == 2 && member.shape.SequenceEqual(members[0].shape))
            ? stack(members)
            : throw new ArgumentException(
                $"Each member must give probabilities [M, K] of the same images; got {string.Join(", ", members.Select(member => $"[{string.Join(", ", member.shape)}]"))}.",
                nameof(members));
    }
}
