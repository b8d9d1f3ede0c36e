using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Enlarges or shrinks each image around its middle by a factor of its own.</summary>
public sealed class Zoom : AffineAugmentation
{
    private readonly double _low;
    private readonly double _high;

    /// <summary>Makes a zoom.</summary>
    /// <param name="low">The smallest factor, above 0; below 1 the image shrinks.</param>
    /// <param name="high">The largest factor, not below the smallest; above 1 the image grows and its rim is lost.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is out of range.</exception>
    public Zoom(double low = 0.9, double high = 1.1)
    {
        _low = Range.Check(low, 0.1, 10);
        _high = Range.Check(high, low, 10);
    }

    /// <inheritdoc/>
    public override int ParameterCount => 1;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, double aspect)
    {
        Tensor scale = Uniform(unit, 0, _low, _high).reshape(-1).reciprocal();
        Tensor none = zeros_like(scale);
        return ToMatrices(scale, none, none, none, scale, none);
    }
}
