using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Makes each image darker or brighter: its light (black is 0) is multiplied by a factor of its own.</summary>
public sealed class Brightness : ColorAugmentation
{
    private readonly double _strength;

    /// <summary>Makes a change of brightness.</summary>
    /// <param name="strength">Factors run from 1 - strength to 1 + strength; 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not between 0 and 1.</exception>
    public Brightness(double strength) => _strength = Range.Check(strength, 0, 1);

    /// <inheritdoc/>
    public override int ParameterCount => 1;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, Tensor means)
    {
        ArgumentNullException.ThrowIfNull(means);
        Tensor black = full_like(means, -1);
        return Stretch(Factors(unit, 0, 1 - _strength, 1 + _strength), black, means);
    }
}
