using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Charts.Plotly;
using Microsoft.FSharp.Collections;
using DynamicObject = DynamicObj.DynamicObj;
using Net = global::Plotly.NET;
using NetLayout = global::Plotly.NET.LayoutObjects;

namespace CourseCompanion.Charts;

/// <summary>
/// The way to Plotly.NET and back, for the kinds of charts that <see cref="Chart"/> has not: <c>figure.ToPlotlyNet()</c>,
/// <c>chart.HouseStyle("Titre")</c>.
/// </summary>
public static partial class PlotlyNet
{
    // Plotly.NET writes them into every chart; a size that somebody chose is another.
    private const double DefaultSide = 600;

    private static readonly Net.Template Empty = new();

    static PlotlyNet() => Net.Defaults.DefaultTemplate = Empty;

    /// <summary>
    /// Makes Plotly.NET's charts start without a template. Its own, which the house template replaces when a chart is shown, takes 0.2 s
    /// and 110 MB at each step. What else is called here does so by itself; a host calls it before the first chart is made.
    /// </summary>
    public static void DropDefaultTemplate() => ArgumentNullException.ThrowIfNull(Empty);

    /// <summary>The figure as a chart of Plotly.NET, to go on with.</summary>
    /// <param name="figure">The figure.</param>
    /// <returns>A chart with the same traces and layout; its alternative text is left behind.</returns>
    public static Net.GenericChart ToPlotlyNet(this Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        var json = JsonNode.Parse(figure.ToJson())!;
        var traces = json["data"]!.AsArray().Select(trace =>
            (Net.Trace)Filled(new Net.Trace2D(trace!["type"]!.GetValue<string>()), trace.AsObject()));
        json["layout"]!.AsObject().Remove("template");
        var layout = Filled(new Net.Layout(), json["layout"]!.AsObject());
        return Net.GenericChart.fromFigure(Net.Figure.create(ListModule.OfSeq(traces), layout));
    }

    /// <summary>A chart of Plotly.NET in the house style: template, French numbers, room for the title, an alternative text.</summary>
    /// <param name="chart">The chart. What it says about its look itself (a size, a margin, a colour) stays.</param>
    /// <param name="title">French title, plain text; null for the chart's own.</param>
    /// <returns>The figure, which displays like those of <see cref="Chart"/>.</returns>
    public static Figure HouseStyle(this Net.GenericChart chart, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var json = JsonNode.Parse(Net.GenericChart.toFigureJson(chart))!;
        RawTrace[] traces = [.. json["data"]!.AsArray().Select(trace => new RawTrace(trace!.DeepClone().AsObject()))];
        var own = json["layout"]!.DeepClone().AsObject();
        title ??= PlainText(own["title"]);
        if (Number(own["width"]) == DefaultSide && Number(own["height"]) == DefaultSide)
        {
            own.Remove("width");
            own.Remove("height");
        }

        foreach (var name in (string[])["title", "template", "separators"])
        {
            own.Remove(name);
        }

        var house = Theme.Layout(string.IsNullOrWhiteSpace(title) ? null : title, own["showlegend"] is null ? LegendOf(traces) : []);
        return new Figure
        {
            Traces = traces,
            Layout = house with
            {
                Height = own.ContainsKey("height") ? null : house.Height,
                Margin = own.ContainsKey("margin") ? null : house.Margin,
                ShowLegend = own.ContainsKey("showlegend") ? null : house.ShowLegend,
                Others = own,
            },
        };
    }

    // Boxes and violins bear their names on the axis already.
    private static string[] LegendOf(RawTrace[] traces) =>
        Array.TrueForAll(traces, trace => trace.Json["type"]?.GetValue<string>() is "box" or "violin")
            ? []
            : [.. traces.Where(trace => trace.Json["showlegend"]?.GetValueKind() != JsonValueKind.False).Select(trace => PlainText(trace.Json["name"])).OfType<string>().Distinct()];

    /// <summary>The text of a title or a name, without its markup; null for none.</summary>
    internal static string? PlainText(JsonNode? text) => text switch
    {
        JsonObject title => PlainText(title["text"]),
        JsonValue value when value.TryGetValue(out string? markup) => PlotlyJson.Unescape(Tag().Replace(LineBreak().Replace(markup, " "), "")),
        _ => null,
    };

    private static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out double number) ? number : null;

    private static T Filled<T>(T target, JsonObject json)
        where T : DynamicObject
    {
        foreach (var (name, value) in json)
        {
            target.SetProperty(name, Value(name, value));
        }

        return target;
    }

    // Plotly.NET finds what it is to change only under its own types.
    private static object? Value(string name, JsonNode? node) => node switch
    {
        JsonObject json when AxisName().IsMatch(name) => Filled(new NetLayout.LinearAxis(), json),
        JsonObject json when name == "title" => Filled(new Net.Title(), json),
        JsonObject json when name == "font" => Filled(new Net.Font(), json),
        JsonObject json when name == "legend" => Filled(new NetLayout.Legend(), json),
        JsonObject json => Filled(new DynamicObject(), json),
        JsonArray array => array.Select(item => Value("", item)).ToArray(),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => value.TryGetValue(out long whole) ? whole : value.GetValue<double>(),
        },
        _ => null,
    };

    [GeneratedRegex("^[xy]axis[0-9]*$")]
    private static partial Regex AxisName();

    [GeneratedRegex("<[^<>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<br */?>")]
    private static partial Regex LineBreak();
}
