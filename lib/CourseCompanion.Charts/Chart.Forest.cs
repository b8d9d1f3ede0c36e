using CourseCompanion.Charts.Plotly;
using CourseCompanion.Evaluation;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    private const double ForestRow = 44;

    // Interval above zero, below, across it: colour and symbol.
    private static readonly (string Name, string Color, string Symbol)[] ForestKinds =
    [
        ("Intervalle au-dessus de zéro", Palette.Blue, "circle"),
        ("Intervalle au-dessous de zéro", Palette.Vermilion, "square"),
        ("Intervalle qui contient zéro", Palette.MutedInk, "diamond"),
    ];

    /// <summary>
    /// Forest plot: the differences of several methods to one baseline, each with its interval, against a line at zero. What lies
    /// across the line is not known to be a gain or a loss.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the differences, such as <c>Axis.Points("Gain d’exactitude équilibrée")</c>.</param>
    /// <param name="rows">French names of the methods, all different, with their estimates; the first on top.</param>
    /// <param name="sorted">Puts the largest estimate on top.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There is no row, two have the same name, or a number is not finite or outside its interval's order.</exception>
    public static Figure Forest(string title, Axis x, IEnumerable<(string Name, ConfidenceInterval Interval)> rows, bool sorted = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(rows);
        (string Name, ConfidenceInterval Interval)[] list = sorted ? [.. rows.OrderByDescending(row => row.Interval.Estimate)] : [.. rows];
        CheckForest(title, list);
        var names = Theme.Categories(list.Select(row => row.Name), wide: true);
        var kinds = Array.ConvertAll(list, row => row.Interval switch { { Lower: > 0 } => 0, { Upper: < 0 } => 1, _ => 2 });
        var write = ForestNumbers(x, list);
        var traces = ForestKinds.Index().Where(kind => kinds.Contains(kind.Index)).Select(kind =>
        {
            int[] own = [.. Enumerable.Range(0, list.Length).Where(row => kinds[row] == kind.Index)];
            var points = new Series(kind.Item.Name, own.Select(row => list[row].Interval.Estimate))
                .Between(own.Select(row => list[row].Interval.Lower), own.Select(row => list[row].Interval.Upper));
            return new ScatterTrace
            {
                Name = kind.Item.Name,
                X = PlotData.Of(Drawn(x, points.Values)),
                Y = PlotData.Of(own.Select(row => names[row])),
                Mode = ScatterMode.Markers,
                Marker = new Marker { Color = kind.Item.Color, Symbol = kind.Item.Symbol, Size = 12 },
                ErrorX = Uncertainty(x, points, kind.Item.Color),
                // plotly.js writes a number with its sign in English.
                Text = PlotData.Of(own.Select(row => FrenchText.Typeset(
                    $"{x.Title} : {write(list[row].Interval.Estimate)}\nIntervalle : de {write(list[row].Interval.Lower)} à {write(list[row].Interval.Upper)}"))),
                HoverTemplate = HoverTemplate("<b>%{y}</b>", "%{text}"),
            };
        }).ToList();
        var layout = Theme.Layout(title, [.. traces.Select(trace => trace.Name!)]);
        var marked = x.Marks.Any(mark => mark.Value == 0) ? x : x.Mark(0);
        var ends = list.SelectMany(row => (double[])[row.Interval.Lower, row.Interval.Upper]);
        return new Figure
        {
            Traces = traces,
            Layout = (layout with
            {
                Height = layout.Margin!.T!.Value + 90 + ForestRow * Math.Max(2, list.Length),
                XAxes = [Theme.NumberAxis(marked, Drawn(x, ends).Append(0))],
                YAxes = [Theme.CategoryAxis("Méthode") with { Title = null, CategoryArray = PlotData.Of(names), AutoRange = "reversed" }],
            }).WithMarks(marked, "Méthode"),
            AltText = FrenchText.Typeset(
                $"Graphique en forêt « {title} ». Axe horizontal : {x.Caption}. "
                + string.Join(" ; ", list.Select(row => $"{row.Name} : {write(row.Interval.Estimate)}, intervalle de {write(row.Interval.Lower)} à {write(row.Interval.Upper)}"))
                + $". {ForestCount(kinds)}"),
        };
    }

    private static void CheckForest(string title, (string Name, ConfidenceInterval Interval)[] rows)
    {
        if (rows.Length == 0)
        {
            throw new ArgumentException($"Forest plot '{title}' has no row.", nameof(rows));
        }

        if (rows.Select(row => row.Name).Distinct().Count() < rows.Length)
        {
            throw new ArgumentException($"Two rows of forest plot '{title}' have the same name.", nameof(rows));
        }

        foreach (var (name, interval) in rows)
        {
            RequireFinite([interval.Estimate, interval.Lower, interval.Upper], $"Row '{name}' of forest plot '{title}'");
            if (interval.Lower > interval.Upper)
            {
                throw new ArgumentException($"Row '{name}' of forest plot '{title}' has an interval from {interval.Lower} to {interval.Upper}.", nameof(rows));
            }
        }
    }

    /// <summary>Writes a difference with its sign and the decimals of the chart.</summary>
    private static Func<double, string> ForestNumbers(Axis axis, (string Name, ConfidenceInterval Interval)[] rows)
    {
        var largest = rows.Max(row => Math.Max(Math.Abs(row.Interval.Lower), Math.Abs(row.Interval.Upper)));
        var decimals = axis.IsPercent ? 1 : Math.Max(1, FrenchNumbers.DecimalsFor(axis.Drawn(largest) + 1e-9));
        return value =>
        {
            var text = FrenchNumbers.Number(axis.Drawn(value), decimals);
            return value > 0 ? "+" + text : text;
        };
    }

    private static string ForestCount(int[] kinds) => kinds.Count(kind => kind != 2) switch
    {
        0 => "Chaque intervalle contient zéro.",
        1 => "Un intervalle exclut zéro.",
        var several => $"{several} intervalles excluent zéro.",
    };
}
