using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// SoftMatch (Chen and others, 2023, <i>SoftMatch: Addressing the Quantity-Quality Trade-off in Semi-supervised Learning</i>): FixMatch without
/// a threshold. Every guess counts, the less the further its confidence lies below the mean confidence so far.
/// </summary>
/// <remarks>
/// <b>Uniform alignment</b> is off unless asked for, unlike in the paper. It trusts classes that are guessed less than 1/K of the time more than the others, which is right
/// only if classes are equally frequent among the unlabelled images. Where one of them is two thirds of all, it harms.
/// <para>Labelled images, weak views and strong views go through the network as one batch, and share the statistics of batch normalisation.</para>
/// </remarks>
public sealed class SoftMatch : SemiSupervisedMethod
{
    private readonly double _deviations;
    private readonly double _decay;
    private readonly double _weight;
    private readonly bool _uniformAlignment;
    private readonly Tensor _mean;      // [1]: running mean of the confidence
    private readonly Tensor _variance;  // [1]: its running variance
    private readonly Tensor _answers;   // [K]: running mean of the answers

    /// <param name="classCount">Number K of classes.</param>
    /// <param name="deviations">How narrow the bell is: n in exp(-n^2 d^2 / (2 s^2)), for a confidence d below the mean with variance s^2.</param>
    /// <param name="decay">How much of the running means stays at each step; the paper's 0.999 is for much longer trainings.</param>
    /// <param name="weight">What the unlabelled images weigh against the labelled ones.</param>
    /// <param name="uniformAlignment">Whether confidences are measured as if all classes were guessed equally often. See the warning above.</param>
    /// <param name="device">Where the training takes place; the default device if null.</param>
    public SoftMatch(
        int classCount, double deviations = 2, double decay = 0.999, double weight = 1, bool uniformAlignment = false, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        (_deviations, _decay, _weight, _uniformAlignment) =
            (Setting.NotNegative(deviations), Setting.Decay(decay), Setting.NotNegative(weight), uniformAlignment);
        _mean = Remember("mean", full(1, 1f / classCount, device: device));
        _variance = Remember("variance", ones(1, device: device));
        _answers = Remember("answers", full(classCount, 1f / classCount, device: device));
    }

    /// <inheritdoc/>
    public override string Name => "SoftMatch";

    /// <summary>How much each guess counts: exp(-n^2 d^2 / (2 s^2)), with d what its confidence lies below the mean, 0 if it does not.</summary>
    /// <param name="confidence">Largest probability of each image: [M].</param>
    /// <param name="mean">Mean confidence: [1].</param>
    /// <param name="variance">Variance s^2 of the confidence: [1].</param>
    /// <param name="deviations">n.</param>
    /// <returns>[M], in (0, 1].</returns>
    public static Tensor Trust(Tensor confidence, Tensor mean, Tensor variance, double deviations)
    {
        ArgumentNullException.ThrowIfNull(confidence);
        ArgumentNullException.ThrowIfNull(variance);
        Tensor below = (confidence - mean).clamp_max(0);
        return below.square().mul(deviations * deviations).div(variance.clamp_min(1e-12) * 2).neg().exp();
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);

        // 1. One pass: labelled images, weak views and strong views.
        (Tensor labelled, Tensor weak, Tensor strong) = ThreeViews.Of(student, batch);
        Tensor answers = weak.detach().softmax(1);  // [M, K]
        Tensor guesses = answers.argmax(1);         // [M], never aligned

        // 2. The running means take in the confidence of this batch...
        RunningMean.Update(_answers, answers.mean([0L]), _decay);
        Tensor aligned = _uniformAlignment
            ? DistributionAlignment.Align(weak.detach(), full_like(_answers, 1.0 / _answers.shape[0]), _answers).softmax(1)
            : answers;                              // [M, K]
        Tensor confidence = aligned.amax([1]);      // [M]
        Tensor mean = confidence.mean();
        RunningMean.Update(_mean, mean, _decay);
        RunningMean.Update(_variance, (confidence - mean).square().sum() / Math.Max(confidence.shape[0] - 1, 1), _decay);

        // 3. ...and say how much each guess counts.
        Tensor trust = Trust(confidence, _mean, _variance, _deviations);
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(labelled, batch.Labels)),
            new NamedLoss(StepLosses.Unlabelled, ConsistencyLosses.CrossEntropy(strong, guesses, trust), _weight))
        {
            Guesses = guesses,
            Trust = trust,
        };
    }
}
