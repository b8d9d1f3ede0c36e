using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Segmentation;

/// <summary>
/// The images with masks alone, in weak views that move image and mask alike: what every method that also looks at images without masks has to beat.
/// </summary>
public sealed class SupervisedSegmentation : SemiSupervisedMethod
{
    /// <inheritdoc/>
    public override string Name => "supervised segmentation";

    /// <inheritdoc/>
    public override bool UsesUnlabelled => false;

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        (Tensor images, Tensor masks) = batch.Weak(batch.Labelled, batch.Labels);                           // [B, C, H, W], [B, H, W]
        return new StepLosses(new NamedLoss(StepLosses.Labelled, SegmentationLosses.DiceAndCrossEntropy(student.call(images), masks)));
    }
}
