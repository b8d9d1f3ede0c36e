using CourseCompanion.Data;
using static TorchSharp.torch;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // What fits beside the margin of a notebook's page.
    private const int PageWidth = 900;

    /// <summary>The first training images of each class, one class per column; the title says whether they are real.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="perClass">Images of each class, 1 or more.</param>
    /// <returns>The grid, as wide as a page.</returns>
    /// <exception cref="ArgumentException">A class has fewer images.</exception>
    public static ImageGrid ImagesByClass(MedicalDataset data, int perClass = 4)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        using var scope = NewDisposeScope();
        var classes = data.Info.Classes;
        var columns = classes.Select(one =>
        {
            var members = data.Train.Labels.eq(one.Index).nonzero().squeeze(1);
            return members.shape[0] >= perClass
                ? members.narrow(0, 0, perClass)
                : throw new ArgumentException($"Class '{one.English}' has {members.shape[0]} images, not {perClass}.", nameof(perClass));
        });
        var images = data.Train.Images.index_select(0, stack(columns, 1).flatten());  // row after row
        var origin = data.Provenance.IsSynthetic ? "images synthétiques" : "images réelles";
        var grid = ImageGrid(
            $"{data.Info.Title} ({origin}), une classe par colonne",
            images,
            Enumerable.Repeat(classes.Select(one => one.ShortName), perClass).SelectMany(names => names),
            classes.Count);
        var width = (int)images.shape[3];
        return grid with { DisplayWidth = FittingWidth(width, classes.Count, grid.DisplayWidth) };
    }

    /// <summary>The largest whole multiple of a picture's width with which a row of them fits the page.</summary>
    private static int FittingWidth(int width, int columns, int largest) =>
        Math.Clamp((PageWidth / columns - 2 * Charts.ImageGrid.Padding) / width * width, Math.Min(width, largest), largest);
}
