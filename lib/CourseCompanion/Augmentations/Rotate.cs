using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Turns each image around its middle by an angle of its own.</summary>
public sealed class Rotate : AffineAugmentation
{
    private readonly double _low;
    private readonly double _high;

    /// <summary>Makes a rotation in either direction.</summary>
    /// <param name="maxDegrees">The largest angle, 0 to 180 degrees.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is not between 0 and 180.</exception>
    public Rotate(double maxDegrees)
        : this(-Range.Check(maxDegrees, 0, 180), maxDegrees)
    {
    }

    /// <summary>Makes a rotation between two angles.</summary>
    /// <param name="lowDegrees">The smallest angle, counter-clockwise, -180 to 180 degrees.</param>
    /// <param name="highDegrees">The largest angle, counter-clockwise, not below the smallest.</param>
    /// <exception cref="ArgumentOutOfRangeException">An angle is out of range.</exception>
    public Rotate(double lowDegrees, double highDegrees)
    {
        _low = Range.Check(lowDegrees, -180, 180);
        _high = Range.Check(highDegrees, lowDegrees, 180);
    }

    /// <inheritdoc/>
    public override int ParameterCount => 1;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, double aspect)
    {
        Tensor angle = Uniform(unit, 0, _low * Math.PI / 180, _high * Math.PI / 180).reshape(-1);
        Tensor cos = angle.cos();
        Tensor sin = angle.sin();
        Tensor none = zeros_like(cos);

        // The grid says where a pixel comes from, hence the inverse rotation; y points down.
        return ToMatrices(cos, sin.mul(-1 / aspect), none, sin.mul(aspect), cos, none);
    }
}
