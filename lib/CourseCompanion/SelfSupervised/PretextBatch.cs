using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>What a pretext task sees in one step: images, and never a label.</summary>
/// <param name="Images">Images [B, C, H, W], float, in [-1, 1].</param>
/// <param name="Generator">Where all chance of the step comes from; on the CPU.</param>
public sealed record PretextBatch(Tensor Images, Generator Generator)
{
    /// <summary>The random change that makes a view of an image; none if null.</summary>
    public Augmentation? Views { get; init; }

    /// <summary>Share of the training that is done, in [0, 1).</summary>
    public double Progress { get; init; }

    /// <summary>A new random view of each image: [B, C, H, W].</summary>
    public Tensor View() => Views?.Apply(Images, Generator) ?? Images;
}
