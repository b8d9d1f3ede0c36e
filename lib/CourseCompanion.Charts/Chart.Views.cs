using CourseCompanion.Augmentations;
using CourseCompanion.Data;
using CourseCompanion.French;
using static TorchSharp.torch;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    /// <summary>
    /// An image and its views: the image and weak views in the first row, the image and strong views in the second, as the methods
    /// of chapter 4 see them.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="image">The image <c>[C, H, W]</c>, uint8, C = 1 or 3.</param>
    /// <param name="views">What may change in such an image.</param>
    /// <param name="count">Views of each kind, 1 or more.</param>
    /// <param name="seed">The same seed gives the same views.</param>
    /// <returns>The grid, as wide as a page.</returns>
    /// <exception cref="ArgumentException">The image has another shape or type.</exception>
    public static ImageGrid Views(string title, Tensor image, MedicalViews views, int count = 8, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(views);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (image.dim() != 3 || image.dtype != ScalarType.Byte)
        {
            throw new ArgumentException($"The image is a uint8 tensor [C, H, W], not {image.dtype} [{string.Join(", ", image.shape)}].", nameof(image));
        }

        using var scope = NewDisposeScope();
        using Generator generator = new((ulong)(uint)seed);
        var original = image.unsqueeze(0);                                                     // [1, C, H, W]
        var copies = Preprocessing.Normalize(original).expand(count, -1, -1, -1).contiguous();  // [count, C, H, W]
        var weak = Preprocessing.ToPixels(views.Weak.Apply(copies, generator));
        var strong = Preprocessing.ToPixels(views.Strong.Apply(copies, generator));
        var grid = ImageGrid(
            title,
            cat([original, weak, original, strong]),
            [.. Captions("faible"), .. Captions("forte")],
            count + 1);
        var width = (int)image.shape[2];
        return grid with
        {
            DisplayWidth = FittingWidth(width, count + 1, grid.DisplayWidth),
            AltText = FrenchText.Typeset($"Planche d’images « {title} » : une image, {FrenchNumbers.Count(count, "vue faible", "vues faibles")} et {FrenchNumbers.Count(count, "vue forte", "vues fortes")}."),
        };

        IEnumerable<string> Captions(string kind) => ["Originale", .. Enumerable.Range(1, count).Select(number => $"{kind} {number}")];
    }
}
