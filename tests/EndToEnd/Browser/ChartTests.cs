using System.Globalization;
using System.Text.Json;
using CourseCompanion.Charts;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>Every chart against plotly.js itself: its schema, its drawing, its texts.</summary>
public sealed class ChartTests
{
    // plotly.js does not look at hidden traces: those behind a slider are shown to it. It takes its own copy of a slider step's
    // arguments for a change, whatever they are; the test of the moving slider covers these.
    private const string Validate = """
        Object.keys(figures).forEach(function (name) {
          figures[name].data.forEach(function (trace) { trace.visible = true; });
          var problems = Plotly.validate(figures[name].data, figures[name].layout) || [];
          problems = problems.filter(function (p) { return !/^sliders\[0\]\.steps\[\d+\]\.args/.test(p.astr); });
          if (problems.length) { result[name] = problems.map(function (p) { return p.msg; }); }
        });
        report(result);
        """;

    // Draws a figure, hovers its first point (plotly.js shows the hover text synchronously), and lists every text of the drawing.
    private const string Draw = """
        (async function () {
          for (var name of Object.keys(figures)) {
            var place = document.createElement("div");
            place.style.width = "900px";
            document.body.appendChild(place);
            await Plotly.newPlot(place, figures[name]);
            var texts = Array.from(place.querySelectorAll("svg text")).map(function (t) { return t.textContent; });
            var cells = /heatmap|image/.test(figures[name].data[0].type);
            Plotly.Fx.hover(place, cells ? { xval: 0, yval: 0 } : [{ curveNumber: 0, pointNumber: 0 }], "xy");
            result[name] = {
              texts: texts,
              hover: Array.from(place.querySelectorAll(".hoverlayer text")).map(function (t) { return t.textContent; }).join(" "),
              svgs: place.querySelectorAll("svg.main-svg").length,
              buttons: Array.from(place.querySelectorAll(".modebar-btn")).map(function (b) { return b.getAttribute("data-title"); }),
              foreign: place.querySelectorAll("svg img, svg a, svg script").length
            };
            Plotly.purge(place);
            place.remove();
          }
          report(result);
        })();
        """;

    private static readonly Lazy<(JsonElement Report, string Complaints)> Drawn = new(() => OpenWithFigures(Draw));

    [BrowserFact]
    public void Every_chart_of_the_builder_satisfies_the_schema_of_plotly()
    {
        var (report, _) = OpenWithFigures(Validate);

        Assert.Equal("{}", report.GetRawText());
    }

    [BrowserFact]
    public void Every_chart_is_drawn_without_a_complaint_in_the_console()
    {
        var (report, complaints) = Drawn.Value;

        Assert.Equal("", complaints);
        Assert.Equal(ChartGallery.Figures.Keys.Order(), report.EnumerateObject().Select(p => p.Name).Order());
        Assert.All(report.EnumerateObject(), chart => Assert.True(chart.Value.GetProperty("svgs").GetInt32() >= 2, chart.Name));
    }

    [BrowserFact]
    public void Numbers_are_written_the_French_way()
    {
        Assert.Contains("4\u202F693", Texts("bar"));
        Assert.Contains("4\u202F000", Texts("bar"));
        Assert.Contains("71,3", Texts("bar-grouped"));
        Assert.Contains("0,6", Texts("bar-horizontal"));
        Assert.Contains("Époque\u00A0: 1", Hover("line"), StringComparison.Ordinal);
        Assert.Contains("Exactitude\u00A0: 31,2\u00A0%", Hover("line"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public void Rows_of_a_forest_plot_have_their_names_and_tell_their_interval()
    {
        Assert.Contains("FixMatch", Texts("forest"));
        Assert.Contains("FlexMatch <seuil parclasse>", Texts("forest"));
        Assert.Contains("Gain d’exactitude équilibrée\u00A0: +3,4", Hover("forest"), StringComparison.Ordinal);
        Assert.Contains("Intervalle\u00A0: de +2,1 à +4,7", Hover("forest"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public void Buttons_speak_French_and_none_sends_data_away()
    {
        var buttons = Drawn.Value.Report.GetProperty("line").GetProperty("buttons").EnumerateArray().Select(b => b.GetString());

        Assert.Equal(["Télécharger l’image (PNG)", "Agrandir une zone", "Déplacer", "Revenir à la vue de départ"], buttons);
    }

    [BrowserFact]
    public void Hovering_a_dodged_point_tells_its_true_position() =>
        Assert.Contains("Nombre d’intrus\u00A0: 25", Hover("dodged"), StringComparison.Ordinal);

    [BrowserFact]
    public void Hovering_a_cell_of_a_confusion_matrix_tells_count_and_share()
    {
        var hover = Hover("confusion");

        Assert.Contains("Vraie classe\u00A0: Kératose actinique", hover, StringComparison.Ordinal);
        Assert.Contains("39\u00A0images sur 54, soit 72,2\u00A0%", hover, StringComparison.Ordinal);
    }

    [BrowserFact]
    public void Markup_in_names_is_shown_and_never_interpreted()
    {
        var (report, _) = Drawn.Value;
        var texts = Texts("markup");

        Assert.Contains(texts, text => text.Contains("<b>Pas gras</b> & <img src=x", StringComparison.Ordinal));
        Assert.Contains("p < 0,05", texts);
        Assert.Contains("<b>série</b> %{x}", texts);
        Assert.Equal(0, report.GetProperty("markup").GetProperty("foreign").GetInt32());
    }

    /// <summary>Leaves the page in <c>artifacts/gallery</c> for people to look at.</summary>
    [BrowserFact]
    public void The_html_of_each_figure_draws_itself_once_and_keeps_its_alternative_text()
    {
        var figures = ChartGallery.Figures.Values;
        var html = string.Join('\n', figures.Select(figure => figure.ToHtml())) + "\n" + ChartGallery.Images().ToHtml() + ChartGallery.Views().ToHtml();
        var gallery = Path.Combine(Repository.Root, "artifacts", "gallery");
        Directory.CreateDirectory(gallery);
        File.WriteAllText(Path.Combine(gallery, PlotlyLibrary.FileName), PlotlyLibrary.Read());
        File.WriteAllText(
            Path.Combine(gallery, "index.html"),
            $"<!DOCTYPE html><html lang=\"fr\"><meta charset=\"utf-8\"><script src=\"{PlotlyLibrary.FileName}\"></script>\n{html}</html>");

        var (report, complaints) = HeadlessBrowser.Open($$"""
            {{html}}
            <script>
            setTimeout(function () {
              report(Array.from(document.querySelectorAll(".course-figure")).map(function (place) {
                return { plots: place.querySelectorAll(".svg-container").length, label: place.getAttribute("aria-label"), text: place.querySelectorAll("p").length };
              }));
            }, 3000);
            </script>
            """);

        Assert.Equal("", complaints);
        Assert.Equal(figures.Select(figure => figure.AltText), report.EnumerateArray().Select(place => place.GetProperty("label").GetString()));
        Assert.All(report.EnumerateArray(), place =>
        {
            Assert.Equal(1, place.GetProperty("plots").GetInt32());
            Assert.Equal(0, place.GetProperty("text").GetInt32());
        });
    }

    [BrowserFact]
    public void Moving_a_slider_shows_the_traces_of_that_state_only()
    {
        var figure = ChartGallery.Figures["slider"].ToJson();

        var (report, _) = HeadlessBrowser.Open($$"""
            <div id="place"></div>
            <script>
            (async function () {
              var figure = {{figure}};
              var place = document.getElementById("place");
              await Plotly.newPlot(place, figure);
              var step = figure.layout.sliders[0].steps[2];
              await Plotly[step.method].apply(Plotly, [place].concat(step.args));
              report({
                shown: place._fullData.map(function (trace) { return trace.visible === true; }),
                wanted: step.args[1],
                drawn: place.querySelectorAll(".scatterlayer .trace").length
              });
            })();
            </script>
            """);

        var wanted = report.GetProperty("wanted").EnumerateArray().Select(v => v.GetBoolean()).ToList();
        Assert.Equal(wanted, report.GetProperty("shown").EnumerateArray().Select(v => v.GetBoolean()));
        Assert.Equal(wanted.Count(v => v), report.GetProperty("drawn").GetInt32());
    }

    private static (JsonElement Report, string Complaints) OpenWithFigures(string script)
    {
        var figures = string.Join(",\n", ChartGallery.Figures.Select(pair =>
            string.Create(CultureInfo.InvariantCulture, $"\"{pair.Key}\": {pair.Value.ToJson()}")));
        return HeadlessBrowser.Open($"<script>var figures = {{ {figures} }}; var result = {{}};\n{script}</script>");
    }

    private static List<string> Texts(string name) =>
        [.. Drawn.Value.Report.GetProperty(name).GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)];

    private static string Hover(string name) => Drawn.Value.Report.GetProperty(name).GetProperty("hover").GetString()!;
}
