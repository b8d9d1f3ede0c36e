using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Changes brightness, contrast, saturation and hue of each image, in this order. All four are linear in the colours: they
/// are one matrix per image, and what leaves the range is cut off once, at the end.
/// </summary>
public sealed class ColorJitter : ColorAugmentation
{
    private readonly List<ColorAugmentation> _steps = [];

    /// <summary>Makes a colour jitter; a strength of 0 leaves that property alone.</summary>
    /// <param name="brightness">See <see cref="Brightness"/>.</param>
    /// <param name="contrast">See <see cref="Contrast"/>.</param>
    /// <param name="saturation">See <see cref="Saturation"/>.</param>
    /// <param name="hue">See <see cref="Hue"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A strength is out of its range.</exception>
    public ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0)
    {
        AddIf(brightness, strength => new Brightness(strength));
        AddIf(contrast, strength => new Contrast(strength));
        AddIf(saturation, strength => new Saturation(strength));
        AddIf(hue, strength => new Hue(strength));

        void AddIf(double strength, Func<double, ColorAugmentation> create)
        {
            if (strength != 0)
            {
                _steps.Add(create(strength));
            }
        }
    }

    /// <inheritdoc/>
    public override int ParameterCount => _steps.Sum(step => step.ParameterCount);

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, Tensor means)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(means);
        Tensor whole = Homogeneous.Identity(means.shape[0], means.shape[1], means);  // [N, C, C + 1]
        long column = 0;
        foreach (ColorAugmentation step in _steps)
        {
            Tensor own = step.Matrices(unit.narrow(1, column, step.ParameterCount), Homogeneous.Map(whole, means));
            whole = Homogeneous.Multiply(own, whole);
            column += step.ParameterCount;
        }

        return whole;
    }
}
