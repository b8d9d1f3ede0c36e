using CourseCompanion.Augmentations;
using CourseCompanion.Data;
using static TorchSharp.torch;

namespace CourseCompanion.SemiSupervised;

/// <summary>
/// What a method gets to see in one step: labelled images with their labels, unlabelled images, and two ways to look at an image anew.
/// The true classes of the unlabelled images are not in it.
/// </summary>
/// <param name="Labelled">Labelled images [B, C, H, W], unchanged, in [-1, 1].</param>
/// <param name="Labels">Their labels [B], or the classes of their pixels [B, H, W], int64.</param>
/// <param name="Unlabelled">Unlabelled images [M, C, H, W], unchanged; none, [0, C, H, W], for a method that asks for none.</param>
/// <param name="Rows">Which of the U unlabelled images these are: [M], int64, in [0, U).</param>
/// <param name="Generator">Where all chance of this step comes from.</param>
public sealed record SemiSupervisedBatch(Tensor Labelled, Tensor Labels, Tensor Unlabelled, Tensor Rows, Generator Generator)
{
    /// <summary>Small changes, after which everybody would give the same answer; null leaves images as they are.</summary>
    public Augmentation? WeakAugmentation { get; init; }

    /// <summary>Large changes, after which the answer should still be the same; null leaves images as they are.</summary>
    public Augmentation? StrongAugmentation { get; init; }

    /// <summary>How much of the training lies behind, in [0, 1).</summary>
    public double Progress { get; init; }

    /// <summary>A weak view of each image, another one at each call.</summary>
    /// <param name="images">Images [N, C, H, W].</param>
    public Tensor Weak(Tensor images) => View(images, WeakAugmentation);

    /// <summary>A strong view of each image, another one at each call.</summary>
    /// <param name="images">Images [N, C, H, W].</param>
    public Tensor Strong(Tensor images) => View(images, StrongAugmentation);

    /// <summary>
    /// A weak view of each image and of its mask, moved alike: what lies at a pixel of the one lies at the same pixel of the other. A mask that stays where
    /// it was while its image turns teaches the network a lie, and nothing but a worse score shows it.
    /// </summary>
    /// <param name="images">Images [N, C, H, W].</param>
    /// <param name="masks">Classes of their pixels [N, H, W], or maps [N, M, H, W], of any type; they keep their values.</param>
    public (Tensor Images, Tensor Masks) Weak(Tensor images, Tensor masks) => View(images, masks, WeakAugmentation);

    /// <summary>A strong view of each image and of its mask, moved alike; what changes only colours leaves the mask alone.</summary>
    /// <param name="images">Images [N, C, H, W].</param>
    /// <param name="masks">Classes of their pixels [N, H, W], or maps [N, M, H, W], of any type; they keep their values.</param>
    public (Tensor Images, Tensor Masks) Strong(Tensor images, Tensor masks) => View(images, masks, StrongAugmentation);

    private Tensor View(Tensor images, Augmentation? augmentation) =>
        augmentation is null ? images : Preprocessing.ChannelsLast(augmentation.Apply(images, Generator));

    private (Tensor Images, Tensor Masks) View(Tensor images, Tensor masks, Augmentation? augmentation)
    {
        ArgumentNullException.ThrowIfNull(masks);
        if (augmentation is null)
        {
            return (images, masks);
        }

        Tensor maps = masks.dim() == 3 ? masks.unsqueeze(1) : masks;                                        // [N, M, H, W]
        (Tensor moved, Tensor movedMaps) = augmentation.Apply(images, maps.to(ScalarType.Float32), Generator);
        return (Preprocessing.ChannelsLast(moved), movedMaps.reshape(masks.shape).to(masks.dtype));
    }
}
