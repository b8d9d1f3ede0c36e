using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Turns the colours of each image around the grey axis by an angle of its own, in the YIQ colour space: the light of a
/// pixel stays, its colour moves through the rainbow. Grey images stay as they are.
/// </summary>
public sealed class Hue : Augmentation
{
    private readonly double _strength;

    /// <summary>Makes a change of hue.</summary>
    /// <param name="strength">The largest turn in either direction, as a share of the full circle, 0 to 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not between 0 and 0.5.</exception>
    public Hue(double strength) => _strength = Range.Check(strength, 0, 0.5);

    /// <inheritdoc/>
    public override int ParameterCount => 1;

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.shape[1] != 3)
        {
            return images.clone();
        }

        Tensor angle = Uniform(unit, 0, -_strength * 2 * Math.PI, _strength * 2 * Math.PI);
        Tensor red = images.narrow(1, 0, 1);
        Tensor green = images.narrow(1, 1, 1);
        Tensor blue = images.narrow(1, 2, 1);
        Tensor light = Luma.Of(images);
        Tensor i = (0.5959 * red) - (0.2746 * green) - (0.3213 * blue);
        Tensor q = (0.2115 * red) - (0.5227 * green) + (0.3112 * blue);
        Tensor turnedI = (i * angle.cos()) - (q * angle.sin());
        Tensor turnedQ = (i * angle.sin()) + (q * angle.cos());
        return cat(
            [
                light + (0.9563 * turnedI) + (0.6210 * turnedQ),
                light - (0.2721 * turnedI) - (0.6474 * turnedQ),
                light - (1.1070 * turnedI) + (1.7046 * turnedQ),
            ],
            1).clamp(-1, 1);
    }
}
