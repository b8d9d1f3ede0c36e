using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>What a trace that was not made here shows, in French: the part of <see cref="AlternativeText"/> for any kind.</summary>
internal static class RawText
{
    private const int MostListed = 12;

    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["scatter"] = "Graphique en points ou en courbes",
        ["scattergl"] = "Nuage de points",
        ["scatter3d"] = "Nuage de points en trois dimensions",
        ["bar"] = "Graphique en barres",
        ["histogram"] = "Histogramme",
        ["histogram2d"] = "Histogramme à deux dimensions",
        ["box"] = "Boîtes à moustaches",
        ["violin"] = "Diagramme en violons",
        ["heatmap"] = "Carte de chaleur",
        ["contour"] = "Lignes de niveau",
        ["surface"] = "Surface en trois dimensions",
        ["parcoords"] = "Coordonnées parallèles",
        ["parcats"] = "Catégories parallèles",
        ["sankey"] = "Diagramme de flux (Sankey)",
        ["pie"] = "Diagramme circulaire",
        ["splom"] = "Matrice de nuages de points",
        ["scatterpolar"] = "Graphique polaire",
        ["table"] = "Tableau",
    };

    public static string Kind(RawTrace trace) => Kinds.GetValueOrDefault(Type(trace), "Graphique");

    /// <summary>The titles of the axes.</summary>
    public static IEnumerable<string> Axes(JsonObject layout)
    {
        foreach (var (name, axis) in layout.Concat(layout["scene"] as JsonObject ?? []))
        {
            if (name.Length >= 5 && name[1..5] == "axis" && PlotlyNet.PlainText((axis as JsonObject)?["title"]) is { Length: > 0 } title)
            {
                yield return name[0] switch
                {
                    'x' => $"Axe horizontal : {title}.",
                    'y' => $"Axe vertical : {title}.",
                    _ => $"Troisième axe : {title}.",
                };
            }
        }
    }

    public static string Describe(RawTrace trace) => Type(trace) switch
    {
        "sankey" => Flows(trace.Json),
        "parcoords" or "splom" => Dimensions(trace.Json),
        "pie" => Shares(trace.Json),
        "box" or "violin" or "histogram" when Numbers(trace.Json["y"] ?? trace.Json["x"]) is { Count: > 0 } values => Distribution(values),
        _ => Ranges(trace.Json),
    };

    private static string Type(RawTrace trace) => trace.Json["type"]?.GetValue<string>() ?? "scatter";

    private static string Ranges(JsonObject trace)
    {
        var count = new[] { "x", "y", "z" }.Max(name => (trace[name] as JsonArray)?.Count ?? 0);
        var ranges = new (string Name, string Words)[] { ("x", "abscisses"), ("y", "ordonnées"), ("z", "valeurs de z") }
            .Select(column => (column.Words, Values: Numbers(trace[column.Name])))
            .Where(column => column.Values.Count > 0)
            .Select(column => $"{column.Words} de {Text(column.Values.Min())} à {Text(column.Values.Max())}");
        return count == 0 ? "" : string.Join(", ", ranges.Prepend(FrenchNumbers.Count(count, "valeur")));
    }

    private static string Distribution(List<double> values)
    {
        values.Sort();
        return $"{FrenchNumbers.Count(values.Count, "valeur")} de {Text(values[0])} à {Text(values[^1])}, médiane {Text(values[values.Count / 2])}";
    }

    private static string Flows(JsonObject trace)
    {
        var names = Texts((trace["node"] as JsonObject)?["label"]);
        var link = trace["link"] as JsonObject;
        var (sources, targets, values) = (Numbers(link?["source"]), Numbers(link?["target"]), Numbers(link?["value"]));
        var flows = sources.Zip(targets, values).Select(flow => $"de {Name(flow.First)} à {Name(flow.Second)}, {Text(flow.Third)}");
        return $"{FrenchNumbers.Count(values.Count, "flux", "flux")}, {Text(values.Sum())} en tout"
            + (values.Count <= MostListed ? " : " + string.Join(" ; ", flows) : "");

        string Name(double place) => place >= 0 && place < names.Count ? names[(int)place] : Text(place);
    }

    private static string Dimensions(JsonObject trace)
    {
        var dimensions = (trace["dimensions"] as JsonArray ?? []).OfType<JsonObject>().Select(dimension =>
        {
            var values = Numbers(dimension["values"]);
            var name = PlotlyNet.PlainText(dimension["label"]) ?? "sans nom";
            return values.Count == 0 ? name : $"{name}, de {Text(values.Min())} à {Text(values.Max())}";
        });
        return string.Join(" ; ", dimensions);
    }

    private static string Shares(JsonObject trace)
    {
        var (names, values) = (Texts(trace["labels"]), Numbers(trace["values"]));
        return values.Count > MostListed
            ? FrenchNumbers.Count(values.Count, "part")
            : string.Join(" ; ", names.Zip(values, (name, value) => $"{name}, {Text(value)}"));
    }

    // Rows of a matrix are read through.
    private static List<double> Numbers(JsonNode? column) =>
    [
        .. (column as JsonArray ?? []).SelectMany(item => item is JsonArray row ? Numbers(row)
            : item is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? [value.GetValue<double>()]
            : Enumerable.Empty<double>()),
    ];

    private static List<string> Texts(JsonNode? column) => [.. (column as JsonArray ?? []).Select(item => PlotlyNet.PlainText(item) ?? item?.ToString() ?? "")];

    private static string Text(double value) => FrenchNumbers.Compact(value);
}
