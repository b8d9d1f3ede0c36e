using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Segmentation;

/// <summary>
/// Pseudo-labels, pixel by pixel (Lee, 2013; for masks Bai and others, 2017, <i>Semi-supervised Learning for Network-Based Cardiac MR Image
/// Segmentation</i>): what the network is sure of in a weak view is the mask of that view, with a weight that rises from 0.
/// </summary>
/// <remarks>
/// Guess and answer are those of one and the same view: what is learnt is to be surer. A guess is made anew at every step and can be taken back.
/// <para>Guesses are learnt by cross-entropy alone. At the beginning the network is sure of background only; the Dice of a batch whose guessed masks are
/// empty takes every trace of a tumour for an error, and within a few steps nothing is painted any more, anywhere.</para>
/// <para>All images go through the network as one batch, and share the statistics of batch normalisation.</para>
/// </remarks>
/// <param name="threshold">Least probability of a pixel that counts, in [0, 1].</param>
/// <param name="weight">What images without masks weigh once the rise is over.</param>
/// <param name="begin">Share of the training before which they weigh nothing.</param>
/// <param name="end">Share of the training from which on they have their full weight.</param>
public sealed class PseudoMasks(double threshold = 0.9, double weight = 1, double begin = 0.1, double end = 0.6) : SemiSupervisedMethod
{
    private readonly double _threshold = Setting.Share(threshold);
    private readonly double _weight = Setting.NotNegative(weight);
    private readonly double _begin = Setting.Share(begin);
    private readonly double _end = Setting.Share(end);

    /// <inheritdoc/>
    public override string Name => "pseudo-masks";

    /// <summary>What a network is sure of: the likeliest class of each pixel, and whether it counts.</summary>
    /// <param name="logits">Logits [M, K, H, W]; no gradient goes through them.</param>
    /// <param name="threshold">Least probability of a pixel that counts.</param>
    /// <returns>The guesses [M, H, W], int64; 1 for each that counts and 0 for the others, [M, H, W], float.</returns>
    public static (Tensor Guesses, Tensor Trust) Guess(Tensor logits, double threshold)
    {
        ArgumentNullException.ThrowIfNull(logits);
        (Tensor confidence, Tensor guesses) = logits.detach().softmax(1).max(1);                            // [M, H, W]
        return (guesses, confidence.ge(threshold).to(ScalarType.Float32));
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];

        // 1. One pass.
        (Tensor labelled, Tensor masks) = batch.Weak(batch.Labelled, batch.Labels);                         // [B, C, H, W], [B, H, W]
        Tensor logits = student.call(cat([labelled, batch.Weak(batch.Unlabelled)], 0));                     // [B + M, K, H, W]
        Tensor answers = logits.narrow(0, b, m);                                                            // [M, K, H, W]

        // 2. What the network takes a pixel for is its label.
        (Tensor guesses, Tensor trust) = Guess(answers, _threshold);
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, SegmentationLosses.DiceAndCrossEntropy(logits.narrow(0, 0, b), masks)),
            new NamedLoss(
                StepLosses.Unlabelled,
                SegmentationLosses.CrossEntropy(answers, guesses, trust),
                _weight * ConsistencyLosses.LinearRise(batch.Progress, _begin, _end)))
        {
            Guesses = guesses,
            Trust = trust,
        };
    }
}
