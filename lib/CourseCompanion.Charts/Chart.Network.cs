using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    /// <summary>Points joined by edges: a neighbourhood of a graph.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="edges">Places of the two ends of each edge, in the units of the axes.</param>
    /// <param name="series">One cloud of points each, placed by <see cref="Series.At"/>.</param>
    /// <returns>The figure: grey edges behind the points. A series of nothing but not-a-number is left out, and the alternative text names it.</returns>
    /// <exception cref="ArgumentException">There is no edge or no series, one is empty or infinite, or all are nothing but not-a-number.</exception>
    public static Figure Network(
        string title,
        Axis x,
        Axis y,
        IEnumerable<((double X, double Y) From, (double X, double Y) To)> edges,
        params IEnumerable<Series> series)
    {
        ArgumentNullException.ThrowIfNull(edges);
        var points = Scatter(title, x, y, series);
        ((double X, double Y) From, (double X, double Y) To)[] list = [.. edges];
        if (list.Length == 0)
        {
            throw new ArgumentException($"Chart '{title}' has no edge.", nameof(edges));
        }

        return points with
        {
            Traces = [Edges(title, x, y, list, Palette.Muted), .. points.Traces],
            AltText = points.AltText + FrenchText.Typeset($" {FrenchNumbers.Count(list.Length, "lien")} entre les points."),
        };
    }

    /// <summary>One curve for all edges, with a gap after each.</summary>
    private static ScatterTrace Edges(
        string title, Axis x, Axis y, IReadOnlyCollection<((double X, double Y) From, (double X, double Y) To)> edges, string color)
    {
        double[] across = Drawn(x, edges.SelectMany(edge => new[] { edge.From.X, edge.To.X, double.NaN }));
        double[] upright = Drawn(y, edges.SelectMany(edge => new[] { edge.From.Y, edge.To.Y, double.NaN }));
        RequireNoInfinity(across.Concat(upright), $"Edges of chart '{title}'");
        return new ScatterTrace
        {
            X = PlotData.Of(across),
            Y = PlotData.Of(upright),
            Mode = ScatterMode.Lines,
            Line = new Line { Color = color, Width = 1, Dash = "solid" },
            ShowLegend = false,
            HoverInfo = "skip",
        };
    }
}
