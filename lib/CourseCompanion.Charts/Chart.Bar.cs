using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // Beyond this, numbers on bars are smaller than what a projector shows.
    private const int MostLabelledBars = 24;

    // Beyond this, numbers with their unit touch those of the neighbours; the axis gives the unit anyway.
    private const int MostBarsWithUnit = 8;

    /// <summary>Vertical bars, one per category; several series stand side by side.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the categories.</param>
    /// <param name="y">Axis of the values.</param>
    /// <param name="categories">French names of the categories, all different.</param>
    /// <param name="series">Values, one per category each.</param>
    /// <returns>The figure, without a bar at each not-a-number; a series of nothing else is left out, and the alternative text names it.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a series is empty or infinite, or all are nothing but not-a-number.</exception>
    public static Figure Bar(string title, Axis x, Axis y, IEnumerable<string> categories, params IEnumerable<Series> series) =>
        Bars(title, x, y, categories, series, "group", horizontal: false);

    /// <summary>Vertical bars of one series, from a dictionary.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the categories.</param>
    /// <param name="y">Axis of the values.</param>
    /// <param name="values">Name of each category, and its value.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">The dictionary is empty, a value is infinite, or all are not-a-number.</exception>
    public static Figure Bar(string title, Axis x, Axis y, IReadOnlyDictionary<string, double> values)
    {
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(values);
        return Bar(title, x, y, values.Keys, new Series(y.Title, values.Values));
    }

    /// <summary>Vertical bars, the series on top of each other.</summary>
    /// <inheritdoc cref="Bar(string, Axis, Axis, IEnumerable{string}, IEnumerable{Series})"/>
    public static Figure StackedBar(string title, Axis x, Axis y, IEnumerable<string> categories, params IEnumerable<Series> series) =>
        Bars(title, x, y, categories, series, "stack", horizontal: false);

    /// <summary>Horizontal bars, the first category on top: for long names.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the values.</param>
    /// <param name="y">Axis of the categories.</param>
    /// <param name="categories">French names of the categories, all different.</param>
    /// <param name="series">Values, one per category each.</param>
    /// <returns>The figure, without a bar at each not-a-number; a series of nothing else is left out, and the alternative text names it.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a series is empty or infinite, or all are nothing but not-a-number.</exception>
    public static Figure HorizontalBar(string title, Axis x, Axis y, IEnumerable<string> categories, params IEnumerable<Series> series) =>
        Bars(title, y, x, categories, series, "group", horizontal: true);

    private static Figure Bars(
        string title, Axis names, Axis values, IEnumerable<string> categories, IEnumerable<Series> series, string mode, bool horizontal)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(categories);
        var list = Checked(title, series);
        var places = Theme.Categories(categories, horizontal);
        if (places.Distinct().Count() < places.Length)
        {
            throw new ArgumentException($"Two categories of chart '{title}' have the same name.", nameof(categories));
        }

        foreach (var one in list.Where(one => one.Values.Count != places.Length))
        {
            throw new ArgumentException(
                $"Series '{one.Name}' of chart '{title}' has {one.Values.Count} values for {places.Length} categories.", nameof(series));
        }

        // Each keeps the colour of its place among all.
        var drawn = list.Index().Where(pair => !IsBlank(pair.Item)).ToArray();
        var all = drawn.SelectMany(one => Drawn(values, one.Item.Values));
        var labelled = places.Length * drawn.Length <= MostLabelledBars && drawn.All(one => one.Item.Interval is null);
        var format = Theme.NumberFormat(all, values.IsPercent);
        var suffix = values.DrawnUnit == "%" && places.Length * drawn.Length <= MostBarsWithUnit ? FrenchNumbers.NoBreakSpace + "%" : "";
        var (length, place) = horizontal ? ("x", "y") : ("y", "x");
        var traces = drawn.Select(pair =>
        {
            var (i, one) = pair;
            var lengths = PlotData.Of(Drawn(values, one.Values));
            return new BarTrace
            {
                Name = one.Name,
                X = horizontal ? lengths : PlotData.Of(places),
                Y = horizontal ? PlotData.Of(places) : lengths,
                Orientation = horizontal ? "h" : null,
                Marker = BarMarker(i),
                TextTemplate = labelled ? $"%{{{length}:{format}}}{suffix}" : null,
                TextPosition = !labelled ? "none" : mode == "stack" ? "inside" : "outside",
                TextAngle = labelled ? 0 : null,
                ClipOnAxis = labelled ? false : null,
                ErrorY = horizontal ? null : Uncertainty(values, one),
                ErrorX = horizontal ? Uncertainty(values, one) : null,
                Text = one.Labels is { } labels ? PlotData.Of(labels) : null,
                HoverTemplate = HoverTemplate(
                [
                    .. list.Length > 1 ? ["<b>%{fullData.name}</b>"] : Array.Empty<string>(),
                    .. one.Labels is null ? Array.Empty<string>() : ["%{text}"],
                    Theme.HoverLine(names, place, null),
                    Theme.HoverLine(values, length, all),
                ]),
            };
        });

        var layout = Theme.Layout(title, [.. list.Select(one => one.Name)]);
        var nameAxis = Theme.CategoryAxis(names);
        var tops = mode == "stack" ? places.Select((_, place) => drawn.Sum(one => values.Drawn(one.Item.Values[place]))) : all;
        var valueAxis = Theme.NumberAxis(values, tops.Prepend(0));
        var rows = places.Length * (mode == "stack" ? 1 : drawn.Length);
        var figure = new Figure
        {
            Traces = [.. traces],
            Layout = (layout with
            {
                BarMode = mode,
                BarGap = 0.25,
                UniformText = labelled ? new UniformText(12, "hide") : null,
                Height = horizontal ? Math.Max(layout.Height!.Value, layout.Margin!.T!.Value + 90 + 34 * rows) : layout.Height,
                XAxes = [horizontal ? valueAxis : nameAxis],
                YAxes = [horizontal ? nameAxis with { AutoRange = "reversed" } : valueAxis],
            }).WithMarks(horizontal ? values : names, horizontal ? names : values),
        };
        return NamingBlank(figure, list);
    }

    private static Marker BarMarker(int series) => Palette.BarMarker(series) with { Color = Palette.Color(series) };
}
