using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// Pseudo-labels within one training (Lee, 2013, <i>Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural
/// Networks</i>): at every step the class that the network takes an unlabelled image for is its label, with a weight that rises from 0.
/// </summary>
/// <remarks>
/// Unlike FixMatch, the guess and the answer are those of one and the same view. Unlike the rounds of <c>SelfTraining</c>, a guess is made anew at
/// every step and can be taken back.
/// <para>Labelled and unlabelled images go through the network as one batch, and share the statistics of batch normalisation.</para>
/// </remarks>
/// <param name="weight">What the unlabelled images weigh once the rise is over: alpha_f in the paper, which has 3.</param>
/// <param name="begin">Share of the training before which unlabelled images weigh nothing: T1 in the paper.</param>
/// <param name="end">Share of the training from which on they have their full weight: T2 in the paper.</param>
/// <param name="threshold">Least probability of a guess that counts; 0, as in the paper, for all guesses.</param>
public sealed class RampedPseudoLabels(double weight = 1, double begin = 0.1, double end = 0.6, double threshold = 0) : SemiSupervisedMethod
{
    private readonly double _weight = Setting.NotNegative(weight);
    private readonly double _begin = Setting.Share(begin);
    private readonly double _end = Setting.Share(end);
    private readonly double _threshold = Setting.Share(threshold);

    /// <inheritdoc/>
    public override string Name => "pseudo-labels";

    /// <summary>Cross-entropy of the answers under the network's own guesses, divided by the number of all.</summary>
    /// <param name="logits">Logits [M, K]. The guesses are made from them, too, but have no gradient.</param>
    /// <param name="threshold">Least probability of a guess that counts; 0 for all.</param>
    /// <returns>The loss, one number; the guesses [M], int64; 1 for each that counts and 0 for the others, [M], float.</returns>
    public static (Tensor Loss, Tensor Guesses, Tensor Trust) Loss(Tensor logits, double threshold) => FixMatch.Loss(logits, logits, threshold);

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];

        // 1. One pass.
        Tensor logits = student.call(cat([batch.Weak(batch.Labelled), batch.Weak(batch.Unlabelled)], 0));  // [B + M, K]

        // 2. What the network takes an image for is its label.
        (Tensor loss, Tensor guesses, Tensor trust) = Loss(logits.narrow(0, b, m), _threshold);
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(logits.narrow(0, 0, b), batch.Labels)),
            new NamedLoss(StepLosses.Unlabelled, loss, _weight * ConsistencyLosses.LinearRise(batch.Progress, _begin, _end)))
        {
            Guesses = guesses,
            Trust = trust,
        };
    }
}
