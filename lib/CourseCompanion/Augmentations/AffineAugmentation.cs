using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace CourseCompanion.Augmentations;

/// <summary>
/// A change of geometry: every image is looked at through a 2 x 3 matrix of its own (bilinear for images, nearest for
/// masks, so that these keep their values). What comes into view from outside is the image's mirrored edge, never black.
/// <see cref="AffineSequence"/> makes one of several.
/// </summary>
public abstract class AffineAugmentation : Augmentation
{
    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit) => Sample(images, unit, GridSampleMode.Bilinear);

    /// <inheritdoc/>
    protected internal override Tensor TransformMasks(Tensor masks, Tensor unit) => Sample(masks, unit, GridSampleMode.Nearest);

    /// <summary>Where each image takes its pixels from.</summary>
    /// <param name="unit">float [N, P], uniform in [0, 1).</param>
    /// <param name="aspect">Width divided by height: coordinates run from -1 to 1 along both.</param>
    /// <returns>float [N, 2, 3]: (x, y) of the result, extended by 1, to (x, y) of the source.</returns>
    protected internal abstract Tensor Matrices(Tensor unit, double aspect);

    /// <summary>Stacks six entries, each [N], to matrices [N, 2, 3].</summary>
    /// <param name="entries">The first row, then the second.</param>
    /// <returns>float [N, 2, 3].</returns>
    protected static Tensor ToMatrices(params Tensor[] entries) => stack(entries, 1).reshape(-1, 2, 3);

    private Tensor Sample(Tensor images, Tensor unit, GridSampleMode mode)
    {
        double aspect = (double)images.shape[3] / images.shape[2];
        Tensor grid = affine_grid(Matrices(unit, aspect), images.shape, align_corners: false);
        return grid_sample(images, grid, mode, GridSamplePaddingMode.Reflection, align_corners: false);
    }
}
