using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    private const double LeastRoom = 1e-9;

    /// <summary>
    /// Waterfall: how a figure changes when parts are added one after the other. The first bar is the figure without any, the last one with all; between them,
    /// each bar goes from the figure before a part to the figure after it.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="y">Axis of the figure, such as <c>Axis.Percent("Exactitude équilibrée")</c>.</param>
    /// <param name="stages">The first state, then each part with the figure after it; French names, all different.</param>
    /// <param name="last">French name of the last bar.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There are not two stages, two have the same name, or a number is not finite.</exception>
    public static Figure Waterfall(string title, Axis y, IEnumerable<(string Name, double Value)> stages, string last = "Tout ensemble")
    {
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(stages);
        (string Name, double Value)[] list = [.. stages];
        if (list.Length < 2)
        {
            throw new ArgumentException($"Waterfall '{title}' has {list.Length} stage(s): a first state and at least one part are needed.", nameof(stages));
        }

        if (list.Select(stage => stage.Name).Append(last).Distinct().Count() <= list.Length)
        {
            throw new ArgumentException($"Two bars of waterfall '{title}' have the same name.", nameof(stages));
        }

        RequireFinite([.. list.Select(stage => stage.Value)], $"Waterfall '{title}'");
        double[] values = Drawn(y, list.Select(stage => stage.Value));
        string unit = y.DrawnUnit is { } drawn ? FrenchNumbers.NoBreakSpace + drawn : "";
        string Total(double value) => FrenchNumbers.Number(value, 1) + unit;
        string Change(int part) => values[part] - values[part - 1] is var change && Math.Round(change, 1) > 0
            ? "+" + FrenchNumbers.Number(change, 1)
            : FrenchNumbers.Number(change, 1);

        string[] names = Theme.Categories(list.Select(stage => stage.Name).Append(last), wide: false);
        int[] parts = [.. Enumerable.Range(1, list.Length - 1)];
        BarTrace[] traces =
        [
            Bars("Avant et après", Palette.MutedInk, [0, list.Length], _ => 0, bar => values[Math.Min(bar, list.Length - 1)], bar => Total(values[Math.Min(bar, list.Length - 1)])),
            .. Changes("La partie fait gagner", Palette.Blue, parts.Where(part => values[part] >= values[part - 1])),
            .. Changes("La partie fait perdre", Palette.Vermilion, parts.Where(part => values[part] < values[part - 1])),
        ];
        double low = values.Min(), high = values.Max(), room = 0.15 * Math.Max(high - low, LeastRoom);
        var layout = Theme.Layout(title, [.. traces.Select(trace => trace.Name!)]);
        var axis = Theme.NumberAxis(y, values.Prepend(0));
        return new Figure
        {
            Traces = [.. traces],   // a list of traces, whose kind is then written beside each
            Layout = (layout with
            {
                BarMode = "overlay",
                BarGap = 0.25,
                XAxes = [Theme.CategoryAxis("Partie") with { Title = null, CategoryArray = PlotData.Of(names) }],
                YAxes = [axis with { Range = [y.Minimum is { } least ? y.Drawn(least) : Math.Min(0, low - room), y.Maximum is { } most ? y.Drawn(most) : Math.Max(0, high + room)] }],
            }).WithMarks("Partie", y),
            AltText = FrenchText.Typeset(
                $"Diagramme en cascade « {title} ». Axe vertical : {y.Caption}. {list[0].Name} : {Total(values[0])} ; "
                + string.Join(" ; ", parts.Select(part => $"{list[part].Name} : {Change(part)}")) + $" ; {last} : {Total(values[^1])}."),
        };

        IEnumerable<BarTrace> Changes(string name, string color, IEnumerable<int> own) => own.ToArray() is { Length: > 0 } bars
            ? [Bars(name, color, bars, part => values[part - 1], part => values[part] - values[part - 1], Change)]
            : [];

        BarTrace Bars(string name, string color, int[] own, Func<int, double> from, Func<int, double> length, Func<int, string> text) => new()
        {
            Name = name,
            Base = PlotData.Of(own.Select(from)),
            X = PlotData.Of(own.Select(bar => names[bar])),
            Y = PlotData.Of(own.Select(length)),
            Marker = new Marker { Color = color },
            Text = PlotData.Of(own.Select(text)),
            TextTemplate = "%{text}",
            TextPosition = "outside",
            TextAngle = 0,
            ClipOnAxis = false,
            HoverTemplate = HoverTemplate("<b>%{x}</b>", "%{text}"),
        };
    }
}
