using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Training;

/// <summary>A change of whole batches that draws nothing.</summary>
/// <param name="change">Maps images [B, C, H, W] to a new tensor.</param>
internal sealed class Change(Func<Tensor, Tensor> change) : Augmentation
{
    public override int ParameterCount => 0;

    protected internal override Tensor Transform(Tensor images, Tensor unit) => change(images);
}
