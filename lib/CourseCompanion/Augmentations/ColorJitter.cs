using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Changes brightness, contrast, saturation and hue of each image, in this order.</summary>
public sealed class ColorJitter : Augmentation
{
    private readonly Compose _steps;

    /// <summary>Makes a colour jitter; a strength of 0 leaves that property alone.</summary>
    /// <param name="brightness">See <see cref="Brightness"/>.</param>
    /// <param name="contrast">See <see cref="Contrast"/>.</param>
    /// <param name="saturation">See <see cref="Saturation"/>.</param>
    /// <param name="hue">See <see cref="Hue"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A strength is out of its range.</exception>
    public ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0)
    {
        List<Augmentation> steps = [];
        AddIf(brightness, strength => new Brightness(strength));
        AddIf(contrast, strength => new Contrast(strength));
        AddIf(saturation, strength => new Saturation(strength));
        AddIf(hue, strength => new Hue(strength));
        _steps = new Compose([.. steps]);

        void AddIf(double strength, Func<double, Augmentation> create)
        {
            if (strength != 0)
            {
                steps.Add(create(strength));
            }
        }
    }

    /// <inheritdoc/>
    public override int ParameterCount => _steps.ParameterCount;

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit) => _steps.Transform(images, unit);
}
