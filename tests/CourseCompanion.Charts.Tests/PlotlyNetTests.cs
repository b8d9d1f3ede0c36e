using System.Text.Json.Nodes;
using CourseCompanion.Display;
using Plotly.NET.CSharp;
using Net = Plotly.NET;
using NetChart = Plotly.NET.CSharp.Chart;

namespace CourseCompanion.Charts.Tests;

public sealed class PlotlyNetTests
{
    private static readonly string[] Flow = ["Images", "Étiquetées", "Sans étiquette"];

    private static JsonNode Json(Figure figure) => JsonNode.Parse(figure.ToJson())!;

    private static Net.GenericChart Points(string name) => NetChart.Point<double, double, string>([1, 2.5], [3, 4], Name: name);

    [Fact]
    public void Chart_of_Plotly_NET_gets_the_house_template_French_numbers_and_the_width_of_the_page()
    {
        var layout = Json(Points("a").HouseStyle("Un titre : essai"))["layout"]!;

        Assert.Equal("<b>Un titre\u00A0: essai</b>", layout["title"]!["text"]!.GetValue<string>());
        Assert.Equal(",\u202F", layout["separators"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(HouseTemplate.Json.GetRawText()), layout["template"]));
        Assert.Null(layout["width"]);
        Assert.Equal(460, layout["height"]!.GetValue<double>());
    }

    [Fact]
    public void What_a_chart_says_about_itself_stays()
    {
        var chart = Points("a").WithSize(800, 300).WithXAxisStyle<double, double, string>(TitleText: "Taille (cm)");

        var layout = Json(chart.HouseStyle())["layout"]!;

        Assert.Equal((800, 300), (layout["width"]!.GetValue<int>(), layout["height"]!.GetValue<int>()));
        Assert.Equal("Taille (cm)", layout["xaxis"]!["title"]!["text"]!.GetValue<string>());
        Assert.Null(layout["title"]);
    }

    [Fact]
    public void Several_named_traces_get_a_legend_and_boxes_none()
    {
        var two = Net.GenericChart.combine([Points("a"), Points("b")]);
        var boxes = Net.GenericChart.combine([Box("a"), Box("b")]);

        Assert.True(Json(two.HouseStyle())["layout"]!["showlegend"]!.GetValue<bool>());
        Assert.False(Json(boxes.HouseStyle())["layout"]!["showlegend"]!.GetValue<bool>());

        static Net.GenericChart Box(string name) => NetChart.BoxPlot<string, double, string>(Y: (double[])[1, 2], Name: name);
    }

    [Fact]
    public void Alternative_text_is_French_and_from_the_data()
    {
        var box = NetChart.BoxPlot<string, double, string>(Y: (double[])[1, 2.5, 1000, 3, 2], Name: "Durée").HouseStyle("Durées");
        var points = NetChart.Scatter3D<double, double, double, string>([1, 2], [3, 4], [5, 6], Net.StyleParam.Mode.Markers).HouseStyle();

        Assert.Equal("Boîtes à moustaches «\u00A0Durées\u00A0». 5\u00A0valeurs de 1 à 1\u202F000, médiane 2,5.", box.AltText);
        Assert.Equal("Nuage de points en trois dimensions. 2\u00A0valeurs, abscisses de 1 à 2, ordonnées de 3 à 4, valeurs de z de 5 à 6.", points.AltText);
        Assert.Equal("Autre", (box with { AltText = "Autre" }).AltText);
    }

    [Fact]
    public void Flows_are_told_one_by_one()
    {
        var sankey = NetChart.Sankey<double, string>(Flow, [(0, 1), (0, 2)], [350, 6657]).HouseStyle("Étiquettes");

        Assert.Contains("2\u00A0flux, 7\u202F007 en tout\u00A0: de Images à Étiquetées, 350\u202F; de Images à Sans étiquette, 6\u202F657", sankey.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void Our_figure_goes_on_in_Plotly_NET_and_comes_back_the_same()
    {
        var figure = Chart.Line("Perte", "Époque", new Axis("Perte") { Minimum = 0 }, new Series("a", [1, double.NaN, 3]), new Series("<b>", [4, 5, 6]));

        var back = figure.ToPlotlyNet().HouseStyle();

        Assert.Equal("Perte", back.Title);
        var (before, after) = (Json(figure), Json(back));
        Assert.True(JsonNode.DeepEquals(before["data"], after["data"]), after["data"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(before["layout"], after["layout"]), before["layout"]!.ToJsonString() + "\n" + after["layout"]!.ToJsonString());
    }

    [Fact]
    public void Axes_of_our_figure_can_be_changed_in_Plotly_NET()
    {
        var chart = Chart.Line("Perte", "Époque", "Perte", new Series("a", [1, 2])).ToPlotlyNet();

        var changed = Json(chart.WithXAxisStyle<double, double, string>(TitleText: "Itération").HouseStyle("Autre"))["layout"]!;

        Assert.Equal("Itération", changed["xaxis"]!["title"]!["text"]!.GetValue<string>());
        Assert.Equal("<b>Autre</b>", changed["title"]!["text"]!.GetValue<string>());
        Assert.Equal("Perte", changed["yaxis"]!["title"]!["text"]!.GetValue<string>());
    }

    [Fact]
    public void Styled_chart_displays_like_our_own() =>
        Assert.Equal([MimeTypes.Plotly, MimeTypes.Html, MimeTypes.PlainText], Points("a").HouseStyle().ToMimeBundle().Keys);
}
