using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Segmentation;

/// <summary>
/// FixMatch for masks (Sohn and others, 2020; as the starting point of Yang and others, 2023, <i>Revisiting Weak-to-Strong Consistency in Semi-Supervised
/// Semantic Segmentation</i>): what the network says of a weak view, at the pixels of which it is sure, is the mask of the strong view.
/// </summary>
/// <remarks>
/// <para>The strong view is made of the weak one: colours and covered squares on top of it, in the same geometry. Should the strong augmentation move pixels
/// as well, the guessed mask and its trust move along.</para>
/// <para>Guesses are learnt by cross-entropy alone, for the reason that <see cref="PseudoMasks"/> names.</para>
/// <para>Weak views go through the network first, in training mode and without a gradient; images with masks and strong views follow as one batch.</para>
/// </remarks>
/// <param name="threshold">Least probability of a pixel that counts, in [0, 1]: tau in the papers.</param>
/// <param name="weight">What images without masks weigh against those with masks: lambda in the papers.</param>
public sealed class FixMatchSegmentation(double threshold = 0.95, double weight = 1) : SemiSupervisedMethod
{
    private readonly double _threshold = Setting.Share(threshold);
    private readonly double _weight = Setting.NotNegative(weight);

    /// <inheritdoc/>
    public override string Name => "FixMatch (masks)";

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];
        (Tensor labelled, Tensor masks) = batch.Weak(batch.Labelled, batch.Labels);                         // [B, C, H, W], [B, H, W]

        // 1. What is the network sure of in the weak view?
        Tensor weak = batch.Weak(batch.Unlabelled), guesses, trust;
        using (no_grad())
        {
            (guesses, trust) = PseudoMasks.Guess(student.call(weak), _threshold);                           // [M, H, W]
        }

        // 2. That is the mask of what is made of this view: pixel by pixel the same place.
        (Tensor strong, Tensor maps) = batch.Strong(weak, stack([guesses.to(ScalarType.Float32), trust], 1));  // [M, C, H, W], [M, 2, H, W]
        (guesses, trust) = (maps.select(1, 0).to(ScalarType.Int64), maps.select(1, 1));
        Tensor logits = student.call(cat([labelled, strong], 0));                                           // [B + M, K, H, W]
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, SegmentationLosses.DiceAndCrossEntropy(logits.narrow(0, 0, b), masks)),
            new NamedLoss(StepLosses.Unlabelled, SegmentationLosses.CrossEntropy(logits.narrow(0, b, m), guesses, trust), _weight))
        {
            Guesses = guesses,
            Trust = trust,
        };
    }
}
