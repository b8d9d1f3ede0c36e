using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// A classifier of classifiers: a logistic regression that learns, on validation images, whom of the members to believe on which
/// class (Wolpert, 1992, <i>Stacked Generalization</i>). Its features are the logarithms of their probabilities, of which the product rule is
/// the plain sum.
/// </summary>
/// <remarks>
/// The members must not have learnt from the validation images; nor may these have chosen anything else. Labels of the images in question are not
/// asked for.
/// </remarks>
public static class Stacking
{
    // A member that is sure to 1 in a million is sure enough: beyond, single images would outweigh all others.
    private const double LeastLog = -14;

    /// <summary>What the meta-model says.</summary>
    /// <param name="validation">What each member says of the N validation images: probabilities [N, K].</param>
    /// <param name="labels">Labels [N] of the validation images, int64.</param>
    /// <param name="members">What each member, in the same order, says of the M images in question: probabilities [M, K].</param>
    /// <param name="c">Weight of the data against the penalty (<see cref="LinearProbe"/>); validation sets are small, and so is this.</param>
    /// <returns>Probabilities [M, K], float32.</returns>
    /// <exception cref="ArgumentException">The members are not the same, or shapes differ.</exception>
    public static Tensor Probabilities(IReadOnlyList<Tensor> validation, Tensor labels, IReadOnlyList<Tensor> members, double c = 0.01)
    {
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(members);
        if (validation.Count != members.Count)
        {
            throw new ArgumentException($"{validation.Count} members on validation, but {members.Count} on the images in question.", nameof(members));
        }

        using var scope = NewDisposeScope();
        return LinearProbe.Probabilities(Features(validation), labels, Features(members), (int)validation[0].shape[1], c).MoveToOuterDisposeScope();
    }

    // [J, M, K] -> [M, J * K]
    private static Tensor Features(IReadOnlyList<Tensor> members) => Fusion.Logs(members).clamp_min(LeastLog).permute(1, 0, 2).flatten(1);
}
