using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>What the pixels of a scan say before any network looks at them.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Mean">Mean grey, 0 to 255.</param>
/// <param name="Deviation">Standard deviation of the grey values: the contrast.</param>
/// <param name="Brightest">The value below which 99 of 100 pixels lie.</param>
/// <param name="Border">Mean grey of the outermost pixels, a 64th of the height and width on each side.</param>
/// <param name="Foreground">Share of the pixels brighter than <see cref="Dark"/>.</param>
/// <param name="Hash">How brightness runs over it.</param>
/// <param name="Mirrored">How brightness runs over its mirror image.</param>
public sealed record ScanMeasures(
    int Width, int Height, double Mean, double Deviation, double Brightest, double Border, double Foreground, PerceptualHash Hash, PerceptualHash Mirrored)
{
    /// <summary>Grey values up to this are background.</summary>
    public const int Dark = 20;

    /// <summary>Measures an image.</summary>
    /// <param name="image">uint8 [1, H, W] on the CPU, at least 17 pixels a side.</param>
    /// <returns>Its measures.</returns>
    /// <exception cref="ArgumentException">It is not such an image.</exception>
    public static ScanMeasures Of(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.dim() != 3 || image.shape[0] != 1 || image.dtype != ScalarType.Byte || image.shape[1] <= PerceptualHash.Bits / 16 || image.shape[2] <= PerceptualHash.Bits / 16)
        {
            throw new ArgumentException($"A scan is uint8 [1, H, W] with more than 16 pixels a side, not {image.dtype} [{string.Join(", ", image.shape)}].", nameof(image));
        }

        int height = (int)image.shape[1], width = (int)image.shape[2];
        using Tensor dense = image.contiguous();
        ReadOnlySpan<byte> pixels = dense.bytes;
        Span<int> counts = stackalloc int[256];
        foreach (var pixel in pixels)
        {
            counts[pixel]++;
        }

        double sum = 0, squares = 0, dark = 0;
        int brightest = 0, below = 0;
        for (var value = 0; value < 256; value++)
        {
            sum += (double)counts[value] * value;
            squares += (double)counts[value] * value * value;
            dark += value <= Dark ? counts[value] : 0;
            brightest = below < 0.99 * pixels.Length ? value : brightest;
            below += counts[value];
        }

        var mean = sum / pixels.Length;
        var (asIs, mirrored) = PerceptualHash.Of(pixels, width, height);
        return new ScanMeasures(
            width,
            height,
            mean,
            Math.Sqrt(Math.Max(0, (squares / pixels.Length) - (mean * mean))),
            brightest,
            BorderOf(pixels, width, height),
            1 - (dark / pixels.Length),
            asIs,
            mirrored);
    }

    private static double BorderOf(ReadOnlySpan<byte> pixels, int width, int height)
    {
        int rows = Math.Max(1, height / 64), columns = Math.Max(1, width / 64);
        long sum = 0, count = 0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                if (y < rows || y >= height - rows || x < columns || x >= width - columns)
                {
                    sum += pixels[(y * width) + x];
                    count++;
                }
                else
                {
                    x = width - columns - 1;
                }
            }
        }

        return (double)sum / count;
    }
}
