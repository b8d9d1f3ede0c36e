using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // The share of its colour that a region keeps: points of the same colour stand out on it.
    private const double RegionTint = 0.32;

    /// <summary>
    /// What a classifier answers at each place of the plane: a region per class in a light tint of its colour, the border between
    /// regions as a line, and points on top.
    /// </summary>
    /// <remarks>
    /// <code>
    /// var grid = PlaneGrid.Around(points);
    /// Chart.DecisionRegions("Deux lunes", "x₁", "x₂", grid, model.Predict(grid.ToTensor()).Labels, ["Lune A", "Lune B"],
    ///     new Series("Lune A", ys).At(xs))
    /// </code>
    /// A class has the colour of the series at its place; <see cref="Series.Styled"/> gives a series that of another.
    /// </remarks>
    /// <param name="title">French title.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="grid">Where the classifier was asked.</param>
    /// <param name="answers">Its answers in the order of <see cref="PlaneGrid.ToTensor"/>: class numbers, -1 for none (left white).</param>
    /// <param name="classes">French names of the classes.</param>
    /// <param name="points">Points to draw on top, in this order; none is fine.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There is not one answer per grid point, an answer is no class, or a series is unfit.</exception>
    public static Figure DecisionRegions(
        string title, Axis x, Axis y, PlaneGrid grid, IEnumerable<long> answers, IEnumerable<string> classes, params IEnumerable<Series> points)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(points);
        long[] labels = [.. answers];
        string[] names = [.. classes];
        if (names.Length == 0)
        {
            throw new ArgumentException($"Chart '{title}' has no class.", nameof(classes));
        }

        if (labels.Length != grid.X.Count * grid.Y.Count)
        {
            throw new ArgumentException(
                $"Chart '{title}' has {labels.Length} answers for a grid of {grid.Y.Count} x {grid.X.Count} points.", nameof(answers));
        }

        if (Array.Find(labels, label => label < -1 || label >= names.Length) is not 0 and var wrong)
        {
            throw new ArgumentException($"Chart '{title}': answer {wrong} is neither -1 nor one of {names.Length} classes.", nameof(answers));
        }

        Series[] list = [.. points];
        var cloud = list.Length > 0
            ? Scatter(title, x, y, list)
            : new Figure { Traces = [], Layout = Theme.Layout(title, []) with { XAxes = [Theme.NumberAxis(x, [])], YAxes = [Theme.NumberAxis(y, [])] } };
        return cloud with
        {
            Traces = [Regions(x, y, grid, labels, names), Border(x, y, grid, labels), .. cloud.Traces.Select(OnRegions)],
            Layout = cloud.Layout with
            {
                XAxes = [cloud.Layout.XAxes[0] with { Range = Covered(x, grid.X), ShowGrid = false, GridColor = null, ZeroLine = false, ZeroLineColor = null }],
                YAxes = [cloud.Layout.YAxes[0] with { Range = Covered(y, grid.Y), ShowGrid = false, GridColor = null, ZeroLine = false, ZeroLineColor = null }],
            },
            AltText = Describe(cloud, labels, names, list),
        };
    }

    private static HeatmapTrace Regions(Axis x, Axis y, PlaneGrid grid, long[] labels, string[] names) => new()
    {
        Name = "Réponse",
        X = PlotData.Of(Drawn(x, grid.X)),
        Y = PlotData.Of(Drawn(y, grid.Y)),
        Z = [.. labels.Select(label => label < 0 ? double.NaN : label).Chunk(grid.X.Count)],
        ZMin = -0.5,
        ZMax = names.Length - 0.5,
        // One step per class.
        ColorScale = names.SelectMany((_, i) => new object[]
        {
            new object[] { (double)i / names.Length, Palette.Tint(i, RegionTint) },
            new object[] { (i + 1.0) / names.Length, Palette.Tint(i, RegionTint) },
        }).ToArray(),
        ShowScale = false,
        ShowLegend = false,
        HoverInfo = "skip",
    };

    /// <summary>The line between grid points with different answers: regions can be told apart without their colours.</summary>
    private static ScatterTrace Border(Axis x, Axis y, PlaneGrid grid, long[] labels)
    {
        var (columns, rows) = (grid.X.Count, grid.Y.Count);
        var (xs, ys) = (new List<double>(), new List<double>());
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var here = labels[row * columns + column];
                if (column + 1 < columns && labels[row * columns + column + 1] != here)
                {
                    Segment(column + 0.5, row - 0.5, column + 0.5, row + 0.5);
                }

                if (row + 1 < rows && labels[(row + 1) * columns + column] != here)
                {
                    Segment(column - 0.5, row + 0.5, column + 0.5, row + 0.5);
                }
            }
        }

        return new ScatterTrace
        {
            Name = "Frontière",
            X = PlotData.Of(xs),
            Y = PlotData.Of(ys),
            Mode = ScatterMode.Lines,
            Line = new Line { Color = Palette.Ink, Width = 1.5, Dash = "solid" },
            ShowLegend = false,
            HoverInfo = "skip",
        };

        void Segment(double fromColumn, double fromRow, double toColumn, double toRow)
        {
            xs.AddRange([Place(x, grid.X, fromColumn), Place(x, grid.X, toColumn), double.NaN]);
            ys.AddRange([Place(y, grid.Y, fromRow), Place(y, grid.Y, toRow), double.NaN]);
        }

        static double Place(Axis axis, IReadOnlyList<double> at, double index) => axis.Drawn(at[0] + (at[1] - at[0]) * index);
    }

    /// <summary>The grey of muted points is made for white; on a tint they are smaller and darker.</summary>
    private static Trace OnRegions(Trace trace) => trace is ScatterTrace { Marker.Color: Palette.Muted } muted
        ? muted with { Marker = muted.Marker with { Color = Palette.MutedInk, Size = 5, Opacity = 0.6 } }
        : trace;

    private static double?[] Covered(Axis axis, IReadOnlyList<double> at) => [axis.Drawn(at[0]), axis.Drawn(at[^1])];

    private static string Describe(Figure cloud, long[] labels, string[] names, Series[] points)
    {
        var shares = Enumerable.Range(-1, names.Length + 1)
            .Select(label => (Label: label, Share: (double)labels.Count(other => other == label) / labels.Length))
            .Where(region => region.Share > 0)
            .Select(region => $"{(region.Label < 0 ? "sans réponse" : names[region.Label])}, {FrenchNumbers.Percent(region.Share, 0)}");
        var drawn = points.Where(series => !IsBlank(series)).Select(series => $"{series.Name}, {FrenchNumbers.Count(series.Values.Count, "point")}");
        return FrenchText.Typeset(
            $"Carte des réponses « {cloud.Title} ». Part de la surface : {string.Join(" ; ", shares)}."
            + (points.Length > 0 ? $" Points : {string.Join(" ; ", drawn)}." : "")) + Blank(points);
    }
}
