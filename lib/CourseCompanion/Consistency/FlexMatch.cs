using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// FlexMatch (Zhang and others, 2021, <i>FlexMatch: Boosting Semi-Supervised Learning with Curriculum Pseudo Labeling</i>): FixMatch with a
/// threshold for each class, lower for the classes that the network has not learnt yet.
/// </summary>
/// <remarks>
/// How well a class is learnt is told by how many unlabelled images were last surely taken for it. A class that is rare among the unlabelled
/// images stays "not learnt" for ever and lets unsure guesses in: think twice where classes are unbalanced. And while most images have never been surely
/// guessed, all thresholds are near 0 and nearly every guess counts, whatever tau is.
/// <para>Labelled images, weak views and strong views go through the network as one batch, and share the statistics of batch normalisation.</para>
/// </remarks>
public sealed class FlexMatch : SemiSupervisedMethod
{
    private readonly double _threshold;
    private readonly double _weight;
    private readonly DistributionAlignment? _alignment;
    private readonly Tensor _last;    // [U]: 1 + the class of the last sure guess of each image, 0 before the first
    private readonly Tensor _counts;  // [K + 1]: how many of the U have each of these values

    /// <param name="unlabelledCount">Number U of all unlabelled images.</param>
    /// <param name="classCount">Number K of classes.</param>
    /// <param name="threshold">Threshold of the class that is learnt best, and the probability from which a guess is sure, in [0, 1]: tau.</param>
    /// <param name="weight">What the unlabelled images weigh against the labelled ones.</param>
    /// <param name="alignment">Corrects the guesses towards a prior; not at all if null.</param>
    /// <param name="device">Where the training takes place; the default device if null.</param>
    public FlexMatch(
        long unlabelledCount, int classCount, double threshold = 0.95, double weight = 1, DistributionAlignment? alignment = null, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(unlabelledCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        (_threshold, _weight, _alignment) = (Setting.Share(threshold), Setting.NotNegative(weight), alignment);
        _last = Remember("last", zeros(unlabelledCount, ScalarType.Int64, device));
        _counts = Remember("counts", zeros(classCount + 1, ScalarType.Int64, device));
        _counts[0] = unlabelledCount;
        if (alignment is not null)
        {
            Remember("answers", alignment.Mean);
        }
    }

    /// <inheritdoc/>
    public override string Name => "FlexMatch";

    /// <summary>
    /// The threshold of each class: tau * beta / (2 - beta), with beta = sigma / max(largest sigma, images never surely guessed). The second
    /// part of the maximum keeps the first few sure guesses from setting the scale.
    /// </summary>
    /// <param name="counts">Images never surely guessed, then sigma of each class: how many were last surely taken for it. [K + 1], int64.</param>
    /// <param name="threshold">tau.</param>
    /// <returns>[K], float, in [0, tau].</returns>
    public static Tensor Thresholds(Tensor counts, double threshold)
    {
        ArgumentNullException.ThrowIfNull(counts);
        Tensor beta = counts.narrow(0, 1, counts.shape[0] - 1).to(ScalarType.Float32).div(counts.max());  // [K]
        return beta.div(2 - beta).mul(threshold);
    }

    /// <summary>FixMatch's loss, each guess measured against the threshold of its class.</summary>
    /// <param name="weak">Logits of the weak views [M, K]; no gradient goes through them.</param>
    /// <param name="strong">Logits of the strong views [M, K].</param>
    /// <param name="thresholds">Least probability of a guess that counts, by class: [K].</param>
    /// <returns>The loss, one number; the guesses [M], int64; 1 for each that counts and 0 for the others, [M], float.</returns>
    public static (Tensor Loss, Tensor Guesses, Tensor Trust) Loss(Tensor weak, Tensor strong, Tensor thresholds)
    {
        ArgumentNullException.ThrowIfNull(weak);
        ArgumentNullException.ThrowIfNull(thresholds);
        (Tensor confidence, Tensor guesses) = weak.detach().softmax(1).max(1);                    // [M]
        Tensor trust = confidence.ge(thresholds.index_select(0, guesses)).to(ScalarType.Float32);  // [M]
        return (ConsistencyLosses.CrossEntropy(strong, guesses, trust), guesses, trust);
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);

        // 1. One pass: labelled images, weak views and strong views.
        (Tensor labelled, Tensor weak, Tensor strong) = ThreeViews.Of(student, batch);
        weak = _alignment?.Apply(weak) ?? weak;

        // 2. A guess counts from the threshold of its class on, as the steps before this one set it.
        Tensor thresholds = Thresholds(_counts, _threshold);  // [K]
        (Tensor loss, Tensor guesses, Tensor trust) = Loss(weak, strong, thresholds);

        // 3. The sure guesses, by the one threshold tau, move their images to other counters.
        Tensor sure = weak.detach().softmax(1).amax([1]).ge(_threshold);  // [M]
        Tensor before = _last.index_select(0, batch.Rows);                // [M]
        Tensor after = where(sure, guesses + 1, before);                  // [M]
        Tensor one = ones_like(after);
        _counts.index_add_(0, before, one, -1).index_add_(0, after, one, 1);
        _last.index_copy_(0, batch.Rows, after);
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(labelled, batch.Labels)),
            new NamedLoss(StepLosses.Unlabelled, loss, _weight))
        {
            Guesses = guesses,
            Trust = trust,
            Thresholds = thresholds,
        };
    }
}
