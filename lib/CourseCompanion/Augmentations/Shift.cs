using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Moves each image by a distance of its own, in any direction.</summary>
public sealed class Shift : AffineAugmentation
{
    private readonly double _reach;

    /// <summary>Makes a shift.</summary>
    /// <param name="maxFraction">The largest distance along each side, as a share of that side, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public Shift(double maxFraction = 0.1) => _reach = 2 * Range.Check(maxFraction, 0, 1);

    /// <inheritdoc/>
    public override int ParameterCount => 2;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, double aspect)
    {
        Tensor right = Uniform(unit, 0, -_reach, _reach).reshape(-1);
        Tensor down = Uniform(unit, 1, -_reach, _reach).reshape(-1);
        Tensor none = zeros_like(right);
        Tensor one = ones_like(right);
        return ToMatrices(one, none, right.negative(), none, one, down.negative());
    }
}
