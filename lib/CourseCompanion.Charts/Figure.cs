using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Charts.Plotly;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>
/// A chart: traces, a layout and an alternative text. Unchangeable; <c>figure with { AltText = "..." }</c> makes a variant.
/// <see cref="Chart"/> makes the usual ones.
/// </summary>
[TypeFormatterSource(
    typeof(DisplayableFormatterSource),
    PreferredMimeTypes = [MimeTypes.Plotly, MimeTypes.Html, MimeTypes.PlainText])]
public sealed partial record Figure : IDisplayable
{
    private const double DodgeGap = 0.6;

    private readonly string? _altText;

    /// <summary>The data.</summary>
    public required IReadOnlyList<Trace> Traces { get; init; }

    /// <summary>Titles, axes, legend.</summary>
    public required Layout Layout { get; init; }

    /// <summary>The title on one line.</summary>
    public string Title => Layout.Title?.Text.ReplaceLineEndings(" ") ?? "";

    /// <summary>What the chart says, in French, for those who do not see it; written from the data unless given.</summary>
    public string AltText
    {
        get => _altText ?? AlternativeText.Describe(this);
        init => _altText = value;
    }

    /// <summary>
    /// The same curves side by side where they have points at one position: intervals that would lie over each other stay legible,
    /// and data, axis and hover texts keep the true position.
    /// </summary>
    /// <returns>A new figure.</returns>
    public Figure Dodged() => this with { Layout = Layout with { ScatterMode = "group", ScatterGap = DodgeGap } };

    /// <summary>The figure as plotly.js takes it.</summary>
    /// <returns>One JSON object: <c>data</c>, <c>layout</c>, <c>config</c>.</returns>
    public string ToJson() => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["data"] = Traces.Any(trace => trace is RawTrace) ? Traces.Select(Node) : Traces,
            ["layout"] = Layout,
            ["config"] = Config.Default,
        },
        PlotlyJson.Options);

    /// <summary>
    /// The figure as an HTML fragment. It draws itself with the page's <c>Plotly</c>, or gets plotly.js first
    /// (<see cref="PlotlyLibrary"/>); where neither is possible, the alternative text stays visible.
    /// </summary>
    /// <returns>A <c>div</c> and a <c>script</c>.</returns>
    public string ToHtml()
    {
        var json = ToJson();
        // Named after its content: the same figure gives the same page.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..16];
        var alt = FrenchText.Encode(AltText);
        var height = (Layout.Height ?? Theme.Height).ToString(CultureInfo.InvariantCulture);
        // plotly.js follows the window. JupyterLab also runs scripts of cells that it hides until they come into view, where a place has
        // no width, and its side bars change the page's.
        return $$"""
            <div class="course-figure" data-figure="{{name}}" role="img" aria-label="{{alt}}" style="min-height: {{height}}px"><p>{{alt}}</p></div>
            <script>
            (function () {
              var figure = {{json}};
              var places = function () { return document.querySelectorAll('[data-figure="{{name}}"]:not([data-drawn])'); };
              var draw = function () {
                places().forEach(function (place) {
                  var width = place.offsetWidth;
                  place.setAttribute("data-drawn", "");
                  place.textContent = "";
                  {{(Layout.Meta is null ? "window.Plotly.newPlot(place, figure);" : "window.Plotly.newPlot(place, figure).then(function () { (" + Thumbnails.Script + ")(place, figure); });")}}
                  new ResizeObserver(function () {
                    if (place.offsetWidth && place.offsetWidth !== width) { width = place.offsetWidth; window.Plotly.Plots.resize(place); }
                  }).observe(place);
                });
              };
              if (window.Plotly) { draw(); return; }
              {{PlotlyLibrary.Loader}}.then(draw, function () {});
            })();
            </script>
            """;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Plotly] = ToJson(),
        [MimeTypes.Html] = ToHtml(),
        [MimeTypes.PlainText] = AltText,
    };

    private static JsonNode Node(Trace trace) =>
        trace is RawTrace raw ? raw.ToJson() : JsonSerializer.SerializeToNode(trace, PlotlyJson.Options)!;

    /// <summary>The alternative text.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => AltText;
}
