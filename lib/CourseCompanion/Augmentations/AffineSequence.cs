using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Several changes of geometry as one: their matrices are multiplied, and each image is looked at once. It turns and moves
/// images as <see cref="Compose"/> does with the same steps and the same numbers, in less time, and blurs them less: every
/// look between the pixels is an average of neighbours.
/// </summary>
/// <remarks>
/// Pixels differ from those of <see cref="Compose"/> by that blur, and near the edge, where a chain mirrors what an earlier
/// step has already mirrored. Flips are part of the matrix.
/// </remarks>
/// <param name="steps">The changes, in order.</param>
public sealed class AffineSequence(params AffineAugmentation[] steps) : AffineAugmentation
{
    /// <summary>The changes, in order.</summary>
    public IReadOnlyList<AffineAugmentation> Steps => steps;

    /// <inheritdoc/>
    public override int ParameterCount => steps.Sum(step => step.ParameterCount);

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Sample(images, Matrices(unit, Aspect(images)), GridSampleMode.Bilinear);
    }

    /// <inheritdoc/>
    protected internal override Tensor TransformMasks(Tensor masks, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(masks);
        return Sample(masks, Matrices(unit, Aspect(masks)), GridSampleMode.Nearest);
    }

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, double aspect)
    {
        ArgumentNullException.ThrowIfNull(unit);
        Tensor whole = Homogeneous.Identity(unit.shape[0], 2, unit);  // [N, 2, 3]
        long column = 0;
        foreach (AffineAugmentation step in steps)
        {
            Tensor own = step.Matrices(unit.narrow(1, column, step.ParameterCount), aspect);
            // From result to source: the last step is asked first.
            whole = Homogeneous.Multiply(whole, own);
            column += step.ParameterCount;
        }

        return whole;
    }

    /// <summary>Looks at each image through its matrix.</summary>
    /// <param name="images">float [N, C, H, W].</param>
    /// <param name="matrices">float [N, 2, 3], see <see cref="Matrices"/>.</param>
    /// <param name="mode">Bilinear for images, nearest for masks.</param>
    /// <returns>float [N, C, H, W].</returns>
    internal static Tensor Sample(Tensor images, Tensor matrices, GridSampleMode mode)
    {
        // What affine_grid computes, up to rounding, in a quarter of its time: for all places at once, and each coordinate
        // in a plane of its own, as grid_sample reads it fastest.
        Tensor x = Middles(images.shape[3], matrices);                                         // [W]
        Tensor y = Middles(images.shape[2], matrices).unsqueeze(1);                            // [H, 1]
        Tensor entries = matrices.reshape(-1, 2, 3, 1, 1);
        Tensor grid = (entries.select(2, 0) * x) + ((entries.select(2, 1) * y) + entries.select(2, 2));  // [N, 2, H, W]
        return grid_sample(images, grid.permute(0, 2, 3, 1), mode, GridSamplePaddingMode.Reflection, align_corners: false);
    }

    /// <summary>Width divided by height.</summary>
    internal static double Aspect(Tensor images) => (double)images.shape[3] / images.shape[2];

    /// <summary>Middles of the pixels along a side that runs from -1 to 1: [length].</summary>
    private static Tensor Middles(long length, Tensor like) =>
        linspace(-1 + (1.0 / length), 1 - (1.0 / length), length, like.dtype, like.device);
}
