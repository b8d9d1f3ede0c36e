using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// The same images as another device would take them: colours weigh differently, contrast is flatter or sharper, details are softer. Not random: all images
/// change alike, which is what makes it a shift of the domain and not an augmentation.
/// </summary>
/// <example>
/// <code>
/// var old = new DeviceChange([1.1, 1.0, 0.8], contrast: 0.7, blur: 0.8);
/// Tensor half = old.Scaled(0.5).Apply(rand(8, 3, 28, 28).mul(2).sub(1), seed: 0);
/// </code>
/// </example>
public sealed class DeviceChange : Augmentation
{
    private readonly double[] _gains;
    private readonly double _contrast, _blur;

    /// <summary>Describes the other device.</summary>
    /// <param name="gains">What the light of each channel is multiplied by, above 0: one factor for all, or one for each.</param>
    /// <param name="contrast">What distances from middle grey are multiplied by, above 0.</param>
    /// <param name="blur">Standard deviation of the blur, in pixels; 0 for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
    public DeviceChange(IReadOnlyList<double> gains, double contrast = 1, double blur = 0)
    {
        ArgumentNullException.ThrowIfNull(gains);
        _gains = [.. gains.Select(gain => Range.Check(gain, double.Epsilon, 10))];
        _contrast = Range.Check(contrast, double.Epsilon, 10);
        _blur = Range.Check(blur, 0, 10);
    }

    /// <inheritdoc/>
    public override int ParameterCount => 0;

    /// <summary>The way to the other device: 0 changes nothing, 1 is the device itself, above 1 lies beyond.</summary>
    /// <param name="strength">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor would no longer be positive.</exception>
    public DeviceChange Scaled(double strength)
    {
        Range.Check(strength, 0, double.MaxValue);
        return new DeviceChange([.. _gains.Select(gain => 1 + (strength * (gain - 1)))], 1 + (strength * (_contrast - 1)), strength * _blur);
    }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (_gains.Length > 1 && _gains.Length != images.shape[1])
        {
            throw new ArgumentException($"There are {_gains.Length} gains, but the images have {images.shape[1]} channels.", nameof(images));
        }

        Tensor gains = tensor(_gains, images.dtype, images.device).reshape(1, -1, 1, 1);
        Tensor light = images.add(1).div(2).mul(gains);                                                  // 0 is black, 1 white
        Tensor flat = light.sub(0.5).mul(_contrast).add(0.5).clamp(0, 1).mul(2).sub(1);
        return _blur == 0 ? flat : Blur(Blur(flat, 2), 3);
    }

    /// <summary>Gauss's blur along one axis; beyond the edge the last pixel goes on.</summary>
    private Tensor Blur(Tensor images, int axis)
    {
        long radius = Math.Max(1, (long)Math.Ceiling(3 * _blur)), size = images.shape[axis];
        double[] weights = [.. Enumerable.Range(0, (int)((2 * radius) + 1)).Select(i => Math.Exp(-(i - radius) * (i - radius) / (2 * _blur * _blur)))];
        Tensor first = images.narrow(axis, 0, 1), last = images.narrow(axis, size - 1, 1);
        Tensor padded = cat([.. Enumerable.Repeat(first, (int)radius), images, .. Enumerable.Repeat(last, (int)radius)], axis);
        Tensor sum = zeros_like(images);
        for (int i = 0; i < weights.Length; i++)
        {
            sum.add_(padded.narrow(axis, i, size), weights[i] / weights.Sum());
        }

        return sum;
    }
}
