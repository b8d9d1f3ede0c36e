using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// FixMatch (Sohn and others, 2020, <i>FixMatch: Simplifying Semi-Supervised Learning with Consistency and Confidence</i>): what the network
/// says of a weak view, where it is sure, is the label of the strong view of the same image.
/// </summary>
/// <remarks>
/// Labelled images, weak views and strong views go through the network as one batch, and share the statistics of batch normalisation.
/// </remarks>
public sealed class FixMatch : SemiSupervisedMethod
{
    private readonly double _threshold;
    private readonly double _weight;
    private readonly DistributionAlignment? _alignment;

    /// <param name="threshold">Least probability of a guess that counts, in [0, 1]: tau in the paper.</param>
    /// <param name="weight">What the unlabelled images weigh against the labelled ones: lambda in the paper.</param>
    /// <param name="alignment">Corrects the guesses towards a prior; not at all if null.</param>
    public FixMatch(double threshold = 0.95, double weight = 1, DistributionAlignment? alignment = null)
    {
        (_threshold, _weight, _alignment) = (Setting.Share(threshold), Setting.NotNegative(weight), alignment);
        if (alignment is not null)
        {
            Remember("answers", alignment.Mean);
        }
    }

    /// <inheritdoc/>
    public override string Name => "FixMatch";

    /// <summary>
    /// Cross-entropy of the strong views under the sure guesses of the weak ones. The sum over the sure ones is divided by the number of
    /// all: few sure guesses make a small loss.
    /// </summary>
    /// <param name="weak">Logits of the weak views [M, K]; no gradient goes through them.</param>
    /// <param name="strong">Logits of the strong views [M, K].</param>
    /// <param name="threshold">Least probability of a guess that counts.</param>
    /// <returns>The loss, one number; the guesses [M], int64; 1 for each that counts and 0 for the others, [M], float.</returns>
    public static (Tensor Loss, Tensor Guesses, Tensor Trust) Loss(Tensor weak, Tensor strong, double threshold)
    {
        ArgumentNullException.ThrowIfNull(weak);
        (Tensor confidence, Tensor guesses) = weak.detach().softmax(1).max(1);  // [M]
        Tensor trust = confidence.ge(threshold).to(ScalarType.Float32);         // [M]
        return (ConsistencyLosses.CrossEntropy(strong, guesses, trust), guesses, trust);
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);

        // 1. One pass: labelled images, weak views and strong views.
        (Tensor labelled, Tensor weak, Tensor strong) = ThreeViews.Of(student, batch);

        // 2. What is sure of the weak view is the label of the strong one.
        (Tensor loss, Tensor guesses, Tensor trust) = Loss(_alignment?.Apply(weak) ?? weak, strong, _threshold);
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(labelled, batch.Labels)),
            new NamedLoss(StepLosses.Unlabelled, loss, _weight))
        {
            Guesses = guesses,
            Trust = trust,
        };
    }
}
