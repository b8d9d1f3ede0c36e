using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    private const double TornadoRow = 44;

    /// <summary>
    /// Tornado: how far one figure moves when one assumption at a time goes to either end of its range. What matters most stands on top.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the figure, such as <c>new Axis("Coût") { Unit = "€" }</c>; a mark on it may name a budget.</param>
    /// <param name="central">The figure when every assumption keeps its value: the line from which the bars start.</param>
    /// <param name="rows">
    /// French names of the assumptions, all different; the figure at the low and at the high end of each; the two ends as they are written.
    /// </param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There is no row, two have the same name, or a number is not finite.</exception>
    public static Figure Tornado(
        string title, Axis x, double central, IEnumerable<(string Name, double AtLow, double AtHigh, string Low, string High)> rows)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(rows);
        (string Name, double AtLow, double AtHigh, string Low, string High)[] list = [.. rows.OrderByDescending(row => Math.Abs(row.AtHigh - row.AtLow))];
        if (list.Length == 0)
        {
            throw new ArgumentException($"Tornado '{title}' has no row.", nameof(rows));
        }

        if (list.Select(row => row.Name).Distinct().Count() < list.Length)
        {
            throw new ArgumentException($"Two rows of tornado '{title}' have the same name.", nameof(rows));
        }

        RequireFinite([central, .. list.SelectMany(row => (double[])[row.AtLow, row.AtHigh])], $"Tornado '{title}'");
        var names = Theme.Categories(list.Select(row => row.Name), wide: true);
        string Written(double value) => $"{FrenchNumbers.Compact(Math.Round(x.Drawn(value), Math.Abs(x.Drawn(central)) >= 100 ? 0 : 2))}{(x.DrawnUnit is { } unit ? FrenchNumbers.NoBreakSpace + unit : "")}";
        BarTrace Ends(string name, int place, Func<(string Name, double AtLow, double AtHigh, string Low, string High), (double Value, string End)> end) => new()
        {
            Name = name,
            Orientation = "h",
            Base = PlotData.Of(list.Select(_ => x.Drawn(central))),
            X = PlotData.Of(list.Select(row => x.Drawn(end(row).Value) - x.Drawn(central))),
            Y = PlotData.Of(names),
            Marker = BarMarker(place),
            Text = PlotData.Of(list.Select(row => end(row).End)),
            TextTemplate = "%{text}",
            TextPosition = "outside",
            ClipOnAxis = false,
            // The length of a bar is a difference; what is asked for is where it ends.
            HoverTemplate = HoverTemplate("<b>%{y}</b>", "%{text}", Theme.HoverLine(x, "x", list.SelectMany(row => (double[])[x.Drawn(row.AtLow), x.Drawn(row.AtHigh)]))),
        };
        BarTrace[] traces = [Ends("Au plus bas", 0, row => (row.AtLow, row.Low)), Ends("Au plus haut", 1, row => (row.AtHigh, row.High))];
        double[] all = [x.Drawn(central), .. list.SelectMany(row => (double[])[x.Drawn(row.AtLow), x.Drawn(row.AtHigh)]), .. x.Marks.Select(mark => x.Drawn(mark.Value))];
        // The texts beside the bars need room.
        double room = 0.16 * Math.Max(all.Max() - all.Min(), 1e-9);
        var layout = Theme.Layout(title, [.. traces.Select(trace => trace.Name!)]);
        var marked = x.Mark(central);
        return new Figure
        {
            Traces = [.. traces],
            Layout = (layout with
            {
                BarMode = "overlay",
                BarGap = 0.3,
                Height = layout.Margin!.T!.Value + 90 + (TornadoRow * Math.Max(3, list.Length)),
                XAxes = [Theme.NumberAxis(marked, all) with { Range = [all.Min() - (1.8 * room), all.Max() + room] }],
                YAxes = [Theme.CategoryAxis("Hypothèse") with { Title = null, AutoRange = "reversed" }],
            }).WithMarks(marked, "Hypothèse"),
            AltText = FrenchText.Typeset(
                $"Diagramme en tornade « {title} ». Axe horizontal : {x.Caption}. Au centre : {Written(central)}. "
                + string.Join(" ; ", list.Select(row => $"{row.Name} : de {Written(row.AtLow)} ({row.Low}) à {Written(row.AtHigh)} ({row.High})")) + "."),
        };
    }
}
