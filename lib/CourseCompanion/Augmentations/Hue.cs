using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Turns the colours of each image around the grey axis by an angle of its own, in the YIQ colour space: the light of a
/// pixel stays, its colour moves through the rainbow. Grey images stay as they are.
/// </summary>
public sealed class Hue : ColorAugmentation
{
    private readonly double _strength;

    /// <summary>Makes a change of hue.</summary>
    /// <param name="strength">The largest turn in either direction, as a share of the full circle, 0 to 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not between 0 and 0.5.</exception>
    public Hue(double strength) => _strength = Range.Check(strength, 0, 0.5);

    /// <inheritdoc/>
    public override int ParameterCount => 1;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, Tensor means)
    {
        ArgumentNullException.ThrowIfNull(means);
        if (means.shape[1] != 3)
        {
            return Homogeneous.Identity(means.shape[0], means.shape[1], means);
        }

        // A turn in the plane of I and Q, and back: light + cos (u I + v Q) + sin (v I - u Q), where u and v are the colours
        // of I and of Q.
        Tensor angle = Factors(unit, 0, -_strength * 2 * Math.PI, _strength * 2 * Math.PI);
        Tensor i = Row(0.5959, -0.2746, -0.3213);
        Tensor q = Row(0.2115, -0.5227, 0.3112);
        Tensor u = Row(0.9563, -0.2721, -1.1070).T;
        Tensor v = Row(0.6210, -0.6474, 1.7046).T;
        Tensor linear = LightWeights(means) + (angle.cos() * ((u * i) + (v * q))) + (angle.sin() * ((v * i) - (u * q)));  // [N, 3, 3]
        return cat([linear, zeros_like(means)], 2);

        Tensor Row(params double[] values) => tensor(values, means.dtype, means.device).unsqueeze(0);  // [1, 3]
    }
}
