using System.Globalization;
using System.Text.RegularExpressions;
using CourseCompanion.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>
/// What a network trained on ImageNet wants its pixels to be: order of the colours, scale, and the average that is taken
/// off. It differs from one set of weights to the next, and the wrong one makes features worse without any error.
/// </summary>
/// <param name="BlueFirst">Whether the channels come as blue, green, red instead of red, green, blue.</param>
/// <param name="Maximum">What the brightest pixel becomes before the average is taken off: 255 or 1.</param>
/// <param name="Means">Average of each channel, in the network's order, on the scale of <paramref name="Maximum"/>.</param>
/// <param name="Deviations">What each channel is then divided by, in the network's order.</param>
public sealed partial record ImageNetInput(bool BlueFirst, double Maximum, IReadOnlyList<double> Means, IReadOnlyList<double> Deviations)
{
    /// <summary>Name of the entry of a weight file's header that tells which input the network was trained on.</summary>
    public const string HeaderEntry = "input";

    /// <summary>Red, green, blue in [0, 1], standardised per channel: PyTorch's weights, those of torchvision among them.</summary>
    public static ImageNetInput Standardised { get; } = new(false, 1, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>Blue, green, red in 0..255 minus the average: weights that come from Caffe, often by way of Keras.</summary>
    public static ImageNetInput BlueGreenRed { get; } = new(true, 255, [103.939, 116.779, 123.68], [1, 1, 1]);

    /// <summary>The input that the header of a weight file asks for.</summary>
    /// <param name="metadata">The file's metadata; the entry <c>input</c> reads <c>BGR 0..255 minus (b,g,r)</c> or
    /// <c>RGB 0..1 minus (r,g,b) divided by (r,g,b)</c>, with other words behind it if one likes.</param>
    /// <returns>The input, or null when the header does not say.</returns>
    /// <exception cref="InvalidDataException">The entry is there but says something else.</exception>
    public static ImageNetInput? FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (!metadata.TryGetValue(HeaderEntry, out string? text))
        {
            return null;
        }

        Match match = Description().Match(text);
        return match.Success
            ? new ImageNetInput(
                match.Groups["order"].Value == "BGR",
                double.Parse(match.Groups["maximum"].Value, CultureInfo.InvariantCulture),
                Numbers(match.Groups["means"]),
                match.Groups["deviations"].Success ? Numbers(match.Groups["deviations"]) : [1, 1, 1])
            : throw new InvalidDataException(
                $"the header's entry '{HeaderEntry}' is '{text}'; expected such as 'BGR 0..255 minus (103.939,116.779,123.68)' "
                + "or 'RGB 0..1 minus (0.485,0.456,0.406) divided by (0.229,0.224,0.225)'");
    }

    /// <summary>Makes the network's input from the course's images.</summary>
    /// <param name="images">float [N, C, H, W] in [-1, 1], red, green, blue (C = 3) or grey (C = 1, repeated three times).</param>
    /// <param name="size">Height and width wanted, in pixels: smaller images are enlarged, larger ones reduced, by bilinear
    /// interpolation (averaging over all that a pixel covers when reducing).</param>
    /// <returns>float [N, 3, size, size], in the order and on the scale that this record describes.</returns>
    /// <exception cref="ArgumentException">The images have another shape, or are bytes.</exception>
    public Tensor Prepare(Tensor images, int size)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[1] is not (1 or 3) || !images.is_floating_point())
        {
            throw new ArgumentException(
                "Networks trained on ImageNet take images [N, 3, H, W] or [N, 1, H, W], float in [-1, 1]; "
                + $"got {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor colours = images.shape[1] == 3 ? images : images.expand(-1, 3, -1, -1);
        colours = BlueFirst ? colours.flip(1) : colours;

        // From [-1, 1] to [0, maximum], less the mean, by the deviation: one multiplication and one addition per value.
        // Before the images are enlarged, when there are fewer values; interpolation keeps such a change as it is.
        Tensor factor = PerChannel(Deviations.Select(deviation => Maximum / 2 / deviation), images);
        Tensor shift = PerChannel(Means.Zip(Deviations, (mean, deviation) => ((Maximum / 2) - mean) / deviation), images);
        Tensor scaled = colours.mul(factor).add_(shift);
        long height = images.shape[2], width = images.shape[3];
        Tensor sized = height == size && width == size
            ? scaled
            : nn.functional.interpolate(
                scaled, [size, size], mode: InterpolationMode.Bilinear, align_corners: false, antialias: height > size || width > size);

        // Convolutions read this layout in half the time or less; grey images repeated three times have none.
        return Preprocessing.ChannelsLast(sized).MoveToOuterDisposeScope();
    }

    private static Tensor PerChannel(IEnumerable<double> values, Tensor like) =>
        tensor(values.ToArray(), like.dtype, like.device).reshape(1, -1, 1, 1);

    private static double[] Numbers(Group group) =>
        [.. group.Value.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"^(?<order>RGB|BGR) 0\.\.(?<maximum>255|1) minus \((?<means>[0-9.]{1,12}(, ?[0-9.]{1,12}){2})\)( divided by \((?<deviations>[0-9.]{1,12}(, ?[0-9.]{1,12}){2})\))?")]
    private static partial Regex Description();
}
