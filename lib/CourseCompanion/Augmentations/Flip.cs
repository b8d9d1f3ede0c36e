using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Mirrors each image with a given probability, left to right, top to bottom, or both.</summary>
public sealed class Flip : AffineAugmentation
{
    private readonly double _horizontal;
    private readonly double _vertical;

    /// <summary>Makes a flip.</summary>
    /// <param name="horizontal">How probable it is that left and right are exchanged, 0 to 1.</param>
    /// <param name="vertical">How probable it is that top and bottom are exchanged, 0 to 1. Keep 0 where up and down mean something (a chest X-ray).</param>
    /// <exception cref="ArgumentOutOfRangeException">A probability is not between 0 and 1.</exception>
    public Flip(double horizontal = 0.5, double vertical = 0)
    {
        _horizontal = Range.Check(horizontal, 0, 1);
        _vertical = Range.Check(vertical, 0, 1);
    }

    /// <inheritdoc/>
    public override int ParameterCount => 2;

    /// <inheritdoc/>
    /// <remarks>Pixels change places and keep their values.</remarks>
    protected internal override Tensor Transform(Tensor images, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(images);
        Tensor mirrored = Uniform(unit, 0, 0, 1).lt(_horizontal);
        Tensor result = where(mirrored, images.flip(3), images);
        return _vertical > 0 ? where(Uniform(unit, 1, 0, 1).lt(_vertical), result.flip(2), result) : result;
    }

    /// <inheritdoc/>
    protected internal override Tensor TransformMasks(Tensor masks, Tensor unit) => Transform(masks, unit);

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, double aspect)
    {
        Tensor across = Sign(unit, 0, _horizontal);
        Tensor down = Sign(unit, 1, _vertical);
        Tensor none = zeros_like(across);
        return ToMatrices(across, none, none, none, down, none);
    }

    /// <summary>-1 for the images that are mirrored, 1 for the others: [N].</summary>
    private static Tensor Sign(Tensor unit, int parameter, double probability) =>
        unit.select(1, parameter).ge(probability).to_type(unit.dtype).mul(2).sub(1);
}
