using CourseCompanion.Charts.Plotly;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    /// <summary>How often values fall into bins of equal width; several series share the bins and lie over each other.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the values; its <see cref="Axis.Minimum"/> and <see cref="Axis.Maximum"/> bound the bins when given.</param>
    /// <param name="y">Axis of the counts; <c>Axis.Percent(...)</c> shows shares of each series instead.</param>
    /// <param name="series">The values.</param>
    /// <returns>The figure, with 20 bins.</returns>
    /// <exception cref="ArgumentException">There is no series, or a value is not a finite number.</exception>
    public static Figure Histogram(string title, Axis x, Axis y, params IEnumerable<Series> series) =>
        Histogram(title, x, y, 20, series);

    /// <inheritdoc cref="Histogram(string, Axis, Axis, IEnumerable{Series})"/>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the values; its <see cref="Axis.Minimum"/> and <see cref="Axis.Maximum"/> bound the bins when given.</param>
    /// <param name="y">Axis of the counts; <c>Axis.Percent(...)</c> shows shares of each series instead.</param>
    /// <param name="bins">How many bins, 1 to 1 000.</param>
    /// <param name="series">The values.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is out of range.</exception>
    public static Figure Histogram(string title, Axis x, Axis y, int bins, params IEnumerable<Series> series)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, 1000);
        var list = Checked(title, series);
        foreach (var one in list)
        {
            RequireFinite(one.Values, $"Series '{one.Name}' of chart '{title}'");
        }

        var drawn = Array.ConvertAll(list, one => Drawn(x, one.Values));
        var low = x.Minimum is { } minimum ? x.Drawn(minimum) : drawn.Min(values => values.Min());
        var high = x.Maximum is { } maximum ? x.Drawn(maximum) : drawn.Max(values => values.Max());
        if (high <= low)
        {
            (low, high) = (low - 0.5, low + 0.5);
        }

        // A bin does not hold its upper end: this little more keeps the largest value in the last one.
        var size = (high - low) / bins * (1 + 1e-6);
        var sample = new[] { low, high, low + size };
        var traces = drawn.Select((values, i) => new HistogramTrace
        {
            Name = list[i].Name,
            X = PlotData.Of(values),
            XBins = new Bins(low, low + bins * size, size),
            HistNorm = y.IsPercent ? "percent" : null,
            Opacity = list.Length > 1 ? 0.7 : null,
            Marker = BarMarker(i),
            HoverTemplate = HoverTemplate(
            [
                .. list.Length > 1 ? ["<b>%{fullData.name}</b>"] : Array.Empty<string>(),
                Theme.HoverLine(x, "x", sample),
                Theme.HoverLine(y, "y", y.IsPercent ? [0.5] : [1]),
            ]),
        });
        return new Figure
        {
            Traces = [.. traces],
            Layout = (Theme.Layout(title, [.. list.Select(one => one.Name)]) with
            {
                BarMode = "overlay",
                BarGap = 0.02,
                XAxes = [Theme.NumberAxis(x with { Minimum = null, Maximum = null }, [])],
                YAxes = [Theme.NumberAxis(y, [])],
            }).WithMarks(x, y),
        };
    }
}
