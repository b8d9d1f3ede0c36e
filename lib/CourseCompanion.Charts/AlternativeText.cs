using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>Says in French what a figure shows: its kind, title, axes, and the extremes of each series.</summary>
internal static class AlternativeText
{
    private const int MostListedBars = 12;

    /// <summary>Describes a figure from its own data.</summary>
    /// <param name="figure">The figure.</param>
    /// <returns>French sentences.</returns>
    public static string Describe(Figure figure)
    {
        var shown = figure.Traces.Where(trace => trace.Visible != false && trace.HoverInfo != "skip").ToList();
        var sentences = new List<string> { figure.Title.Length == 0 ? $"{Kind(shown)}." : $"{Kind(shown)} « {figure.Title} »." };
        if (figure.Layout.Others is { } others)
        {
            sentences.AddRange(RawText.Axes(others));
            sentences.AddRange(shown.Select(trace => DescribeTrace(trace, shown.Count)).Where(text => text.Length > 0));
        }

        var axisCount = Math.Max(figure.Layout.XAxes.Count, figure.Layout.YAxes.Count);
        for (var i = 0; i < axisCount; i++)
        {
            var suffix = Layout.AxisSuffix(i);
            var own = shown.Where(trace => (trace.XAxis ?? "x") == "x" + suffix).ToList();
            sentences.AddRange(DescribeAxes(figure.Layout.XAxes[i], figure.Layout.YAxes[i]));
            sentences.AddRange(own.Select(trace => DescribeTrace(trace, own.Count)).Where(text => text.Length > 0));
        }

        var marks = figure.Layout.Annotations?.Where(note => note.YRef is "y" || note.XRef is "x").Select(note => OneLine(note.Text)).ToList();
        if (marks is { Count: > 0 })
        {
            sentences.Add($"Repères : {string.Join(" ; ", marks)}.");
        }

        return FrenchText.Typeset(string.Join(' ', sentences));
    }

    private static string Kind(List<Trace> traces) => traces.FirstOrDefault() switch
    {
        ScatterTrace { Mode: ScatterMode.Markers } => "Nuage de points",
        ScatterTrace => "Graphique en courbes",
        BarTrace => "Graphique en barres",
        HistogramTrace => "Histogramme",
        HeatmapTrace => "Carte de chaleur",
        ImageTrace => "Image",
        RawTrace raw => RawText.Kind(raw),
        _ => "Graphique",
    };

    private static IEnumerable<string> DescribeAxes(LayoutAxis x, LayoutAxis y)
    {
        if (x.Title is { } horizontal)
        {
            yield return $"Axe horizontal : {OneLine(horizontal.Text)}.";
        }

        if (y.Title is { } vertical)
        {
            yield return $"Axe vertical : {OneLine(vertical.Text)}.";
        }
    }

    private static string DescribeTrace(Trace trace, int count)
    {
        var given = trace is RawTrace { Json: var json } ? PlotlyNet.PlainText(json["name"]) : trace.Name;
        var name = count > 1 && given is not null ? OneLine(given) + " : " : "";
        return trace switch
        {
            ScatterTrace { Mode: ScatterMode.Markers } points => Sentence(name, $"{FrenchNumbers.Count(points.X.Count, "point")}, "
                + $"{Range("abscisses", points.X)}, {Range("ordonnées", points.Y)}"),
            ScatterTrace line => Sentence(name, Curve(line)),
            BarTrace bar => Sentence(name, bar.Orientation == "h" ? Bars(bar.Y, bar.X) : Bars(bar.X, bar.Y)),
            HistogramTrace histogram => Sentence(name, Distribution(histogram.X.Numbers ?? [])),
            HeatmapTrace heatmap => Sentence(name, Cells(heatmap)),
            RawTrace raw when RawText.Describe(raw) is { Length: > 0 } text => Sentence(name, text),
            _ => "",
        };

        static string Sentence(string name, string text) => Capitalised(name + text) + ".";
    }

    private static string Curve(ScatterTrace line)
    {
        var finite = Finite(line.Y.Numbers ?? []);
        return finite.Count == 0
            ? "aucune valeur"
            : $"{FrenchNumbers.Count(finite.Count, "valeur")}, minimum {Text(finite.Min())}, maximum {Text(finite.Max())}, "
                + $"dernière valeur {Text(finite[^1])}";
    }

    private static string Bars(PlotData places, PlotData lengths)
    {
        var names = places.Texts?.Select(OneLine).ToList() ?? [.. (places.Numbers ?? []).Select(Text)];
        var values = lengths.Numbers ?? [];
        if (values.Count <= MostListedBars)
        {
            return string.Join(" ; ", names.Zip(values, (name, value) => $"{name}, {Text(value)}"));
        }

        var best = values.Index().Where(pair => double.IsFinite(pair.Item)).ToList();
        var (lowest, highest) = (best.MinBy(pair => pair.Item), best.MaxBy(pair => pair.Item));
        return $"{FrenchNumbers.Count(values.Count, "barre")}, minimum {Text(lowest.Item)} ({names[lowest.Index]}), "
            + $"maximum {Text(highest.Item)} ({names[highest.Index]})";
    }

    private static string Distribution(IReadOnlyList<double> values)
    {
        double[] sorted = [.. Finite(values).Order()];
        return sorted.Length == 0
            ? "aucune valeur"
            : $"{FrenchNumbers.Count(sorted.Length, "valeur")} de {Text(sorted[0])} à {Text(sorted[^1])}, médiane {Text(sorted[sorted.Length / 2])}";
    }

    private static string Cells(HeatmapTrace heatmap)
    {
        var finite = Finite([.. heatmap.Z.SelectMany(row => row)]);
        return $"{FrenchNumbers.Count(heatmap.Z.Count, "ligne")} sur {FrenchNumbers.Count(heatmap.Z[0].Length, "colonne")}"
            + (finite.Count == 0 ? "" : $", valeurs de {Text(finite.Min())} à {Text(finite.Max())}");
    }

    private static string Range(string what, PlotData data)
    {
        var finite = Finite(data.Numbers ?? []);
        return finite.Count == 0 ? $"{what} : aucune" : $"{what} de {Text(finite.Min())} à {Text(finite.Max())}";
    }

    private static List<double> Finite(IReadOnlyList<double> values) => [.. values.Where(double.IsFinite)];

    private static string Text(double value) => FrenchNumbers.Compact(value);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string Capitalised(string text) =>
        text.Length > 0 && char.IsLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;
}
