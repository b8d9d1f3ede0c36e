using CourseCompanion.Charts.Plotly;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    private const int MostPointsWithMarkers = 60;

    /// <summary>
    /// Curves: <c>Chart.Line("Courbes d'apprentissage", "Époque", Axis.Percent("Exactitude"), new Series("Validation", accuracies))</c>.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="series">One curve each, at 1, 2, 3, ... unless <see cref="Series.At"/> says otherwise.</param>
    /// <returns>The figure, with a gap at each not-a-number; a series of nothing else is left out, and the alternative text names it.</returns>
    /// <exception cref="ArgumentException">There is no series, one is empty or infinite, or all are nothing but not-a-number.</exception>
    public static Figure Line(string title, Axis x, Axis y, params IEnumerable<Series> series) =>
        Points(title, x, y, Checked(title, series), joined: true);

    /// <summary>Points: <c>Chart.Scatter("Deux lunes", "x₁", "x₂", new Series("Classe 0", ys).At(xs))</c>.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="series">One cloud each, placed by <see cref="Series.At"/>.</param>
    /// <returns>The figure, with a gap at each not-a-number; a series of nothing else is left out, and the alternative text names it.</returns>
    /// <exception cref="ArgumentException">There is no series, one is empty or infinite, or all are nothing but not-a-number.</exception>
    public static Figure Scatter(string title, Axis x, Axis y, params IEnumerable<Series> series) =>
        Points(title, x, y, Checked(title, series), joined: false);

    private static Figure Points(string title, Axis x, Axis y, Series[] series, bool joined)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        // Grey series stand behind the others and take no colour from them.
        Series[] ordered = [.. series.Where(one => one.IsMuted), .. series.Where(one => !one.IsMuted)];
        var muted = series.Count(one => one.IsMuted);
        int[] places = [.. ordered.Select((one, i) => one.IsMuted ? 0 : one.PalettePlace ?? i - muted)];
        var drawn = ordered.Zip(places).Where(pair => !IsBlank(pair.First)).Select(pair => (
            Series: pair.First,
            Color: Color(pair.First, pair.Second),
            Place: pair.Second,
            X: pair.First.Positions is { } positions ? Drawn(x, positions) : [.. pair.First.Values.Select((_, i) => i + 1.0)],
            Y: Drawn(y, pair.First.Values))).ToArray();
        var allX = drawn.SelectMany(one => one.X);
        var allY = drawn.SelectMany(one => one.Y);
        RequireNoInfinity(allX, $"Positions of chart '{title}'");

        var traces = drawn.Select(one => new ScatterTrace
        {
            Name = one.Series.Name,
            X = PlotData.Of(one.X),
            Y = PlotData.Of(one.Y),
            Mode = !joined ? ScatterMode.Markers : one.Y.Length > MostPointsWithMarkers ? ScatterMode.Lines : ScatterMode.LinesAndMarkers,
            // A point at 100 % is a whole one.
            ClipOnAxis = joined ? false : null,
            Line = joined ? new Line { Color = one.Color, Width = 3, Dash = Palette.Dash(one.Place) } : null,
            Marker = new Marker
            {
                Color = one.Color,
                Symbol = Palette.Symbol(one.Place),
                Size = one.Series.IsEmphasised ? 15 : joined ? 9 : one.Series.IsMuted || one.Y.Length > 1000 ? 5 : 8,
                Opacity = joined || one.Y.Length <= 200 ? null : 0.75,
                Line = one.Series.IsEmphasised ? new Line { Color = Palette.Ink, Width = 2 } : null,
            },
            // In the colour of its points: intervals of two series may lie over each other.
            ErrorY = Uncertainty(y, one.Series, one.Color),
            Text = one.Series.Labels is { } labels ? PlotData.Of(labels) : null,
            HoverTemplate = HoverTemplate(
            [
                "<b>%{fullData.name}</b>",
                .. one.Series.Labels is null ? Array.Empty<string>() : ["%{text}"],
                Theme.HoverLine(x, "x", allX),
                Theme.HoverLine(y, "y", allY),
            ]),
        });
        var figure = new Figure
        {
            Traces = [.. traces],
            // With a series left out, the legend says which ones are drawn, be it one.
            Layout = (Theme.Layout(title, [.. ordered.Select(one => one.Name)]) with
            {
                XAxes = [Theme.NumberAxis(x, allX)],
                YAxes = [Theme.NumberAxis(y, allY)],
            }).WithMarks(x, y),
        };
        return NamingBlank(figure, series);
    }

    private static string Color(Series series, int place) => series.IsMuted ? Palette.Muted : Palette.Color(place);
}
