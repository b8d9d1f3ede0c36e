using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>
/// The tone of the skin around a lesion, measured from the picture where no record tells it: the individual typology angle
/// arctan((L* - 50) / b*) in degrees, large for light skin (Chardon, Cretois and Hourseau, 1991, <i>Skin colour typology and suntanning
/// pathways</i>).
/// </summary>
/// <remarks>
/// It measures the picture: lamp, camera and processing enter it as the skin does, and a lesion that fills the picture leaves no skin to
/// measure. It groups images, it is nobody's skin type.
/// </remarks>
public static class SkinTone
{
    // Chardon's borders between very light, light, intermediate, tan, brown and dark, in degrees.
    private static readonly double[] Borders = [55, 41, 28, 10, -30];

    /// <summary>The groups, from the lightest, as a student reads them.</summary>
    public static IReadOnlyList<string> Groups { get; } = ["très claire", "claire", "intermédiaire", "mate", "brune", "foncée"];

    /// <summary>The angle of each image: the median over its border, which hair and dark corners sway little.</summary>
    /// <param name="images">uint8 [N, 3, H, W], sRGB.</param>
    /// <param name="border">Width of the frame that counts as skin, in pixels, 1 to half the image's side.</param>
    /// <returns>Degrees [N], float32, on the same device, in (-180, 180].</returns>
    /// <exception cref="ArgumentException">The images are not uint8 [N, 3, H, W].</exception>
    /// <exception cref="ArgumentOutOfRangeException">The frame does not fit into the images.</exception>
    public static Tensor Angles(Tensor images, int border = 3)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dtype != ScalarType.Byte || images.dim() != 4 || images.shape[1] != 3)
        {
            throw new ArgumentException($"Images must be uint8 [N, 3, H, W], not {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }

        long height = images.shape[2], width = images.shape[3];
        ArgumentOutOfRangeException.ThrowIfLessThan(border, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(border, Math.Min(height, width) / 2);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor inside = zeros(height, width, ScalarType.Bool, images.device);
        inside.narrow(0, border, height - (2 * border)).narrow(1, border, width - (2 * border)).fill_(true);
        Tensor frame = inside.logical_not().flatten().nonzero().flatten();                                   // [F]
        Tensor colors = images.flatten(2).index_select(2, frame).to_type(ScalarType.Float32).div(255);       // [N, 3, F]

        // sRGB to linear light, to the luminance Y and the blue Z of a picture lit by daylight (D65), to L* and b*.
        Tensor linear = where(colors.le(0.04045), colors.div(12.92), colors.add(0.055).div(1.055).pow(2.4));
        Tensor y = Mix(linear, 0.2126, 0.7152, 0.0722), z = Mix(linear, 0.0193, 0.1192, 0.9505).div(1.0890);    // [N, F]
        Tensor lightness = Cube(y).mul(116).sub(16), b = Cube(y).sub(Cube(z)).mul(200);
        Tensor angles = atan2(lightness.sub(50), b).mul(180 / Math.PI);                                      // [N, F]
        return angles.quantile(tensor(0.5f, device: images.device), 1).MoveToOuterDisposeScope();            // [N]
    }

    /// <summary>Number of the group of an angle, 0 for the lightest.</summary>
    /// <param name="angle">Degrees.</param>
    public static int GroupOf(double angle) => Borders.Count(border => angle <= border);

    private static Tensor Mix(Tensor linear, double red, double green, double blue) =>
        linear.select(1, 0).mul(red).add(linear.select(1, 1).mul(green)).add(linear.select(1, 2).mul(blue));

    private static Tensor Cube(Tensor t) => where(t.gt(216.0 / 24389), t.clamp_min(1e-12).pow(1.0 / 3), t.mul(841.0 / 108).add(4.0 / 29));
}
