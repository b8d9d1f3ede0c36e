using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Charts;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>What a chart draws.</summary>
internal enum ChartKind
{
    /// <summary>Bars from the foot.</summary>
    Columns,

    /// <summary>Bars from the left.</summary>
    Bars,

    /// <summary>Values over categories, joined by lines.</summary>
    Lines,

    /// <summary>Points at their coordinates, joined or not.</summary>
    Points,
}

/// <summary>A series of a chart.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Color">Six hexadecimal digits.</param>
/// <param name="X">Positions, for points; else empty.</param>
/// <param name="Y">Values; not-a-number where there is none.</param>
/// <param name="Low">How far intervals reach down; empty without intervals.</param>
/// <param name="High">How far intervals reach up.</param>
/// <param name="HasLine">Whether points are joined.</param>
/// <param name="IsInLegend">Whether the legend names it.</param>
internal sealed record ChartSeries(
    string Name, string Color, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<double> Low, IReadOnlyList<double> High, bool HasLine, bool IsInLegend);

/// <summary>A chart that PowerPoint can draw, read from a figure of plotly.js.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Kind">What it draws.</param>
/// <param name="IsStacked">Whether bars stand on each other.</param>
/// <param name="XTitle">Title of the categories or of the horizontal axis.</param>
/// <param name="YTitle">Title of the values.</param>
/// <param name="Categories">Names of the places of bars and lines; empty for points.</param>
/// <param name="Series">The series.</param>
internal sealed partial record ChartData(
    string Title, ChartKind Kind, bool IsStacked, string XTitle, string YTitle, IReadOnlyList<string> Categories, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>More than this, and PowerPoint becomes slow and the chart a cloud.</summary>
    private const int MostPoints = 3000;

    /// <summary>Reads a figure; null for one that PowerPoint has no chart for, such as an image, a matrix or several pairs of axes.</summary>
    internal static ChartData? Read(JsonNode figure)
    {
        var layout = figure.At("layout") as JsonObject ?? [];
        var traces = (figure.At("data") as JsonArray ?? []).OfType<JsonObject>()
            .Where(trace => trace["visible"] is not JsonValue visible || !visible.TryGetValue(out bool shown) || shown).ToList();
        var types = traces.Select(trace => trace.At("type").AsText() ?? "scatter").Distinct().ToList();
        if (traces.Count == 0 || types.Count != 1 || types[0] is not ("bar" or "scatter" or "scattergl")
            || layout.ContainsKey("xaxis2") || layout.ContainsKey("yaxis2"))
        {
            return null;
        }
        var isHorizontal = types[0] == "bar" && traces[0].At("orientation").AsText() == "h";
        var (placesName, valuesName) = isHorizontal ? ("y", "x") : ("x", "y");
        var places = traces.Select(trace => Texts(trace[placesName])).ToList();
        var hasNumbers = types[0] != "bar" && traces.TrueForAll(trace => Numbers(trace[placesName]) is { Count: > 0 });
        if (!hasNumbers && places.Exists(names => !names.SequenceEqual(places[0])))
        {
            return null;
        }
        var series = traces.Select((trace, i) => Read(trace, i, placesName, valuesName, hasNumbers)).ToList();
        // A line with gaps, such as the edges of a network: LibreOffice joins what lies on both sides of a gap.
        if (series.Exists(one => one is null || one.HasLine && one.X.Any(double.IsNaN)) || series.Sum(one => one!.Y.Count) is 0 or > MostPoints)
        {
            return null;
        }
        return new ChartData(
            Plain(layout["title"]),
            types[0] == "bar" ? isHorizontal ? ChartKind.Bars : ChartKind.Columns : hasNumbers ? ChartKind.Points : ChartKind.Lines,
            layout.At("barmode").AsText() == "stack",
            Plain(layout.At(isHorizontal ? "yaxis" : "xaxis", "title")),
            Plain(layout.At(isHorizontal ? "xaxis" : "yaxis", "title")),
            hasNumbers ? [] : places[0],
            [.. series.OfType<ChartSeries>()]);
    }

    /// <summary>The text of a title or name: plotly.js allows a little markup in it.</summary>
    internal static string Plain(JsonNode? title) =>
        WebUtility.HtmlDecode(Markup().Replace((title is JsonObject node ? node["text"] : title)?.ToString() ?? "", " ")).Trim() is { Length: > 0 } text
            ? Spaces().Replace(text, " ")
            : "";

    private static ChartSeries? Read(JsonObject trace, int index, string placesName, string valuesName, bool hasNumbers)
    {
        if (Numbers(trace[valuesName]) is not { Count: > 0 } values)
        {
            return null;
        }
        var error = trace["error_" + valuesName] as JsonObject;
        var high = Numbers(error?["array"]) ?? [];
        var low = Numbers(error?["arrayminus"]) ?? high;
        return new ChartSeries(
            Plain(trace["name"]) is { Length: > 0 } name ? name : $"Série {index + 1}",
            Color(trace.At("marker", "color")) ?? Color(trace.At("line", "color")) ?? Palette.Color(index)[1..],
            hasNumbers ? Numbers(trace[placesName])! : [],
            values,
            high.Count == values.Count ? low : [],
            high.Count == values.Count ? high : [],
            (trace.At("mode").AsText() ?? "lines").Contains("lines", StringComparison.Ordinal),
            !(trace["showlegend"] is JsonValue shown && shown.TryGetValue(out bool legend) && !legend));
    }

    private static string? Color(JsonNode? color) =>
        color.AsText() is { } text && HexColor().IsMatch(text) ? text[1..].ToUpperInvariant() : null;

    private static List<string> Texts(JsonNode? list) =>
        list is JsonArray array ? [.. array.Select(item => Plain(item))] : [];

    private static List<double>? Numbers(JsonNode? list)
    {
        if (list is not JsonArray array)
        {
            return null;
        }
        var numbers = new List<double>(array.Count);
        foreach (var item in array)
        {
            if (item is null)
            {
                numbers.Add(double.NaN);
            }
            else if (item is JsonValue value && value.TryGetValue(out double number))
            {
                numbers.Add(number);
            }
            else
            {
                return null;
            }
        }
        return numbers;
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex("<[^>]*>|\n")]
    private static partial Regex Markup();

    [GeneratedRegex("^#[0-9A-Fa-f]{6}$")]
    private static partial Regex HexColor();
}
