using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Makes the colours of each image paler or stronger: distances from grey are multiplied by a factor of its own. Grey images stay as they are.</summary>
public sealed class Saturation : ColorAugmentation
{
    private readonly double _strength;

    /// <summary>Makes a change of saturation.</summary>
    /// <param name="strength">Factors run from 1 - strength to 1 + strength; 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not between 0 and 1.</exception>
    public Saturation(double strength) => _strength = Range.Check(strength, 0, 1);

    /// <inheritdoc/>
    public override int ParameterCount => 1;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, Tensor means)
    {
        ArgumentNullException.ThrowIfNull(means);
        Tensor factors = Factors(unit, 0, 1 - _strength, 1 + _strength);
        Tensor toGrey = LightWeights(means).mul(1 - factors);         // [N, 1, C]: (1 - f) times the light of a pixel
        Tensor matrices = Stretch(factors, zeros_like(means), means);  // [N, C, C + 1]
        matrices.narrow(2, 0, means.shape[1]).add_(toGrey);
        return matrices;
    }
}
