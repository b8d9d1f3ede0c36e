using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public sealed partial record Figure
{
    private const double RowHeight = 430;
    private const double ColumnGap = 0.14;
    private const double TopOfRow = 46;

    /// <summary>
    /// Several charts in one: <c>Figure.Grid("Calibration", 2, before, after)</c>. Series with the same name share a legend entry.
    /// </summary>
    /// <param name="title">French title of the whole; each chart's own title stands above it.</param>
    /// <param name="columns">Charts per row, 1 or more.</param>
    /// <param name="figures">Charts with one pair of axes each, no slider.</param>
    /// <returns>One figure.</returns>
    /// <exception cref="ArgumentException">There is no chart, or one has several axes or a slider.</exception>
    public static Figure Grid(string title, int columns, params IEnumerable<Figure> figures) => Grid(title, columns, figures, RowHeight, ColumnGap);

    /// <summary>The same with rows of another height (in pixels) and other gaps between columns (as a share of the width).</summary>
    internal static Figure Grid(string title, int columns, IEnumerable<Figure> figures, double rowHeight, double columnGap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentNullException.ThrowIfNull(figures);
        Figure[] cells = [.. figures];
        if (cells.Length == 0)
        {
            throw new ArgumentException("A grid has at least one chart.", nameof(figures));
        }

        if (Array.Find(cells, cell => cell.Layout is not { XAxes.Count: 1, YAxes.Count: 1, Sliders: null }) is { } unfit)
        {
            throw new ArgumentException($"Chart '{unfit.Title}' does not fit in a grid: it has a slider or several axes.", nameof(figures));
        }

        columns = Math.Min(columns, cells.Length);
        var rows = (cells.Length + columns - 1) / columns;
        string[] names = [.. cells.Where(cell => cell.Layout.ShowLegend == true).SelectMany(cell => cell.Traces).Where(InLegend).Select(trace => trace.Name ?? "").Distinct()];
        var layout = Theme.Layout(title, names);
        var plotHeight = rows * rowHeight;
        var rowGap = rows == 1 ? 0 : 110 / plotHeight;
        var width = (1 - columnGap * (columns - 1)) / columns;
        var height = (1 - rowGap * (rows - 1)) / rows;

        var seen = new HashSet<string>();
        var traces = new List<Trace>();
        var xAxes = new List<LayoutAxis>();
        var yAxes = new List<LayoutAxis>();
        var shapes = new List<Shape>();
        var notes = new List<Annotation>();
        var images = new List<LayoutImage>();
        foreach (var (index, cell) in cells.Index())
        {
            var suffix = Layout.AxisSuffix(index);
            var left = index % columns * (width + columnGap);
            var top = 1 - index / columns * (height + rowGap);
            var x = cell.Layout.XAxes[0] with { Domain = [left, left + width], Anchor = "y" + suffix };
            var y = cell.Layout.YAxes[0] with { Domain = [top - height, top], Anchor = "x" + suffix, ScaleAnchor = Moved(cell.Layout.YAxes[0].ScaleAnchor, suffix) };
            xAxes.Add(x);
            yAxes.Add(y);
            traces.AddRange(cell.Traces.Select(trace => InCell(trace, suffix, cell.Layout.ShowLegend == true && InLegend(trace) && seen.Add(trace.Name ?? ""))));
            shapes.AddRange((cell.Layout.Shapes ?? []).Select(shape =>
                shape with { XRef = Moved(shape.XRef, suffix), YRef = Moved(shape.YRef, suffix) }));
            images.AddRange((cell.Layout.Images ?? []).Select(image =>
                image with { XRef = "x" + suffix, YRef = "y" + suffix }));
            notes.AddRange((cell.Layout.Annotations ?? []).Select(note =>
                note with { XRef = Moved(note.XRef, suffix), YRef = Moved(note.YRef, suffix) }));
            notes.Add(new Annotation
            {
                Text = Theme.Wrap(cell.Title, 84 / columns),
                XRef = "paper",
                YRef = "paper",
                X = left,
                Y = top,
                XAnchor = "left",
                YAnchor = "bottom",
                YShift = 6,
                IsBold = true,
                Font = new Font { Size = 17 },
            });
        }

        var first = cells[0].Layout;
        return new Figure
        {
            Traces = traces,
            Layout = layout with
            {
                Height = plotHeight + layout.Margin!.T!.Value + TopOfRow + 90,
                Margin = layout.Margin with { T = layout.Margin.T + TopOfRow },
                Legend = layout.ShowLegend == true ? new Legend { Y = 1 + TopOfRow / plotHeight } : null,
                BarMode = Array.Find(cells, cell => cell.Layout.BarMode is not null)?.Layout.BarMode,
                BarGap = first.BarGap,
                UniformText = Array.Find(cells, cell => cell.Layout.UniformText is not null)?.Layout.UniformText,
                ScatterMode = first.ScatterMode,
                ScatterGap = first.ScatterGap,
                XAxes = xAxes,
                YAxes = yAxes,
                Shapes = shapes.Count > 0 ? shapes : null,
                Annotations = notes,
                Images = images.Count > 0 ? images : null,
                Meta = CommonMeta(cells),
                HoverMode = first.HoverMode,
            },
            AltText = FrenchText.Typeset($"Graphiques côte à côte « {title} », {FrenchNumbers.Count(cells.Length, "graphique")}. ")
                + string.Join(' ', cells.Select(cell => cell.AltText)),
        };
    }

    private static bool InLegend(Trace trace) => trace is not ImageTrace && trace.ShowLegend != false;

    private static Trace InCell(Trace trace, string suffix, bool inLegend)
    {
        // A picture is in no legend; plotly.js knows no such property of it.
        if (trace is ImageTrace)
        {
            return trace with { XAxis = "x" + suffix, YAxis = "y" + suffix };
        }

        var moved = trace with
        {
            XAxis = "x" + suffix,
            YAxis = "y" + suffix,
            LegendGroup = trace.Name,
            ShowLegend = inLegend,
        };
        // Colour bars would lie over the next chart; in a grid the cells' own numbers say enough.
        return moved is HeatmapTrace heatmap ? heatmap with { ShowScale = false } : moved;
    }

    private static string? Moved(string? reference, string suffix) => reference switch
    {
        "x" or "y" => reference + suffix,
        "x domain" => $"x{suffix} domain",
        "y domain" => $"y{suffix} domain",
        _ => reference,
    };
}
