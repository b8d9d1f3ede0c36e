using System.Text.Json;
using CourseCompanion.Augmentations;
using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using CourseCompanion.Graphs;
using TorchSharp;

namespace CourseCompanion.Charts.Tests;

public sealed class ChartTests
{
    private static readonly Series Ordinary = new("Validation", [0.5, 0.75]);

    private static JsonElement Json(Figure figure)
    {
        using var document = JsonDocument.Parse(figure.ToJson());
        return document.RootElement.Clone();
    }

    private static double?[] Numbers(JsonElement array) =>
        [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? (double?)null : item.GetDouble())];

    [Fact]
    public void Line_places_values_at_one_two_three_and_draws_shares_as_percentages()
    {
        var trace = Json(Chart.Line("Titre", "Époque", Axis.Percent("Exactitude"), Ordinary)).GetProperty("data")[0];

        Assert.Equal("scatter", trace.GetProperty("type").GetString());
        Assert.Equal("lines+markers", trace.GetProperty("mode").GetString());
        Assert.Equal([1, 2], Numbers(trace.GetProperty("x")));
        Assert.Equal([50, 75], Numbers(trace.GetProperty("y")));
    }

    [Fact]
    public void Json_rounds_to_six_digits_keeps_whole_numbers_and_writes_gaps_as_null()
    {
        var json = Chart.Line("Titre", "x", "y", new Series("a", [1 / 3.0, double.NaN, 4_000_001, 1.5e-7])).ToJson();

        Assert.Contains("\"y\":[0.333333,null,4000001,1.5E-07]", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_does_not_depend_on_the_culture()
    {
        var before = Thread.CurrentThread.CurrentCulture;
        try
        {
            var expected = Chart.Line("Titre", "x", "y", Ordinary).ToJson();
            Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo("fr-FR");

            Assert.Equal(expected, Chart.Line("Titre", "x", "y", Ordinary).ToJson());
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    [Fact]
    public void Layout_is_French_and_titled()
    {
        var layout = Json(Chart.Line("Un titre", "Époque", new Axis("Durée") { Unit = "s" }, Ordinary)).GetProperty("layout");

        Assert.Equal(",\u202F", layout.GetProperty("separators").GetString());
        Assert.Equal("<b>Un titre</b>", layout.GetProperty("title").GetProperty("text").GetString());
        Assert.Equal("Époque", layout.GetProperty("xaxis").GetProperty("title").GetProperty("text").GetString());
        Assert.Equal("Durée (s)", layout.GetProperty("yaxis").GetProperty("title").GetProperty("text").GetString());
    }

    [Fact]
    public void Muted_series_stand_behind_in_grey_and_take_no_colour()
    {
        var series = new Series[] { new("a", [1.0]), new Series("sans étiquette", [2.0]).Muted(), new("b", [3.0]) };

        var drawn = Json(Chart.Scatter("Titre", "x", "y", series)).GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(["sans étiquette", "a", "b"], drawn.Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal(["#B5B5B5", Palette.Color(0), Palette.Color(1)], drawn.Select(trace => trace.GetProperty("marker").GetProperty("color").GetString()));
    }

    [Fact]
    public void Styled_series_keep_the_look_of_their_place_whatever_stands_before_them()
    {
        var marker = Json(Chart.Scatter("Titre", "x", "y", new Series("a", [1.0]), new Series("b", [3.0]).Styled(4))).GetProperty("data")[1].GetProperty("marker");

        Assert.Equal((Palette.Color(4), "x"), (marker.GetProperty("color").GetString(), marker.GetProperty("symbol").GetString()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ordinary.Styled(-1));
    }

    [Fact]
    public void Network_draws_edges_behind_the_points_with_a_gap_after_each()
    {
        var figure = Chart.Network(
            "Voisins", "x", "y", [((0, 0), (1, 2)), ((1, 2), (3, 4))],
            new Series("Image", [0.0]).At([0.0]), new Series("Voisins", [2.0, 4.0]).At([1.0, 3.0]));
        var traces = Json(figure).GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(3, traces.Count);
        Assert.Equal("lines", traces[0].GetProperty("mode").GetString());
        Assert.Equal([0, 1, null, 1, 3, null], Numbers(traces[0].GetProperty("x")));
        Assert.Equal([0, 2, null, 2, 4, null], Numbers(traces[0].GetProperty("y")));
        Assert.Equal("skip", traces[0].GetProperty("hoverinfo").GetString());
        Assert.Equal(Palette.Color(0), traces[1].GetProperty("marker").GetProperty("color").GetString());
        Assert.EndsWith("2\u00A0liens entre les points.", figure.AltText, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Chart.Network("Voisins", "x", "y", [], new Series("Image", [0.0])));
    }

    [Fact]
    public void Scatter_of_tensors_colours_by_class_and_puts_points_without_label_behind()
    {
        using var points = torch.tensor(new float[,] { { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 7 } });
        using var labels = torch.tensor(new long[] { 2, -1, 0, 2 });

        var traces = Json(Chart.Scatter("Carte", "x", "y", points, labels, ["a", "b", "c"])).GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(["Sans étiquette", "a", "c"], traces.Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal(["#B5B5B5", Palette.Color(0), Palette.Color(2)], traces.Select(trace => trace.GetProperty("marker").GetProperty("color").GetString()));
        Assert.Equal([0, 6], Numbers(traces[2].GetProperty("x")));
        Assert.Equal([1, 7], Numbers(traces[2].GetProperty("y")));
        Assert.Throws<ArgumentException>(() => Chart.Scatter("Carte", "x", "y", points, labels[..2], ["a", "b", "c"]));
    }

    [Fact]
    public void Neighbourhood_shows_a_point_its_neighbours_and_theirs_with_the_edges_between_them()
    {
        // Six points in a row, and one far away: each asks for its nearest.
        using var points = torch.tensor(new float[,] { { 0, 0 }, { 1, 0 }, { 2.1f, 0 }, { 3.3f, 0 }, { 4.6f, 0 }, { 6, 0 }, { 0, 90 } });
        using var labels = torch.tensor(new long[] { 0, 0, 1, 1, 1, -1, 0 });
        using var graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 2 });

        var figure = Chart.Neighbourhood("Voisinage", graph, 0, labels, ["a", "b"], further: 1);
        var traces = Json(figure).GetProperty("data").EnumerateArray().ToList();

        // Around 0 are 1 and 2; their first neighbours are 0 and 1.
        Assert.Equal(["a", "b", "L’image"], traces.Skip(2).Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal(3, traces.Skip(2).Sum(trace => trace.GetProperty("x").GetArrayLength()));
        Assert.Equal([3 * 3, 2 * 3], traces.Take(2).Select(trace => trace.GetProperty("x").GetArrayLength()));
        Assert.EndsWith("3\u00A0liens entre les points.", figure.AltText, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Chart.Neighbourhood("Voisinage", graph, 7, labels, ["a", "b"]));
    }

    [Fact]
    public void Risk_coverage_keeps_the_last_point_of_a_long_curve()
    {
        var points = Enumerable.Range(1, 250).Select(i => new RiskCoveragePoint(i / 250.0, i / 500.0, 1 - i / 250.0)).ToList();

        var trace = Json(Chart.RiskCoverage("Risque", ("Graphe", points))).GetProperty("data")[0];

        Assert.InRange(trace.GetProperty("x").GetArrayLength(), 100, 130);
        Assert.Equal(100, Numbers(trace.GetProperty("x"))[^1]);
        Assert.Equal(50, Numbers(trace.GetProperty("y"))[^1]);
    }

    [Fact]
    public void Series_takes_tensors_of_any_type()
    {
        using var values = torch.tensor(new float[] { 0.5f, 2 });
        using var places = torch.tensor(new long[] { 10, 20 });

        var series = new Series("a", values).At(places);

        Assert.Equal([0.5, 2], series.Values);
        Assert.Equal([10, 20], series.Positions);
        Assert.Throws<ArgumentException>(() => new Series("a", values.unsqueeze(0)));
    }

    [Fact]
    public void Series_differ_by_more_than_colour()
    {
        var series = Enumerable.Range(0, 16).Select(i => new Series($"s{i}", [1.0, 2.0]));

        var looks = Json(Chart.Line("Titre", "x", "y", series)).GetProperty("data").EnumerateArray()
            .Select(trace => (trace.GetProperty("line").GetProperty("dash").GetString(), trace.GetProperty("marker").GetProperty("symbol").GetString(), trace.GetProperty("line").GetProperty("color").GetString()))
            .ToList();

        Assert.Equal(16, looks.Distinct().Count());
        Assert.Equal(8, looks.Take(8).Select(look => look.Item1).Distinct().Count());
        Assert.Equal(8, looks.Take(8).Select(look => look.Item2).Distinct().Count());
    }

    [Fact]
    public void Texts_from_data_are_encoded()
    {
        var json = Chart.Bar("<b>Titre</b>", "x", "y", ["a<script>"], new Series("s & t", [1.0])).ToJson();

        Assert.DoesNotContain("<", json.Replace("<br>", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\\u0026lt;b\\u0026gt;Titre", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mark_is_a_line_with_a_label_at_its_value()
    {
        var layout = Json(Chart.Line("Titre", "x", Axis.Percent("y").Mark(0.668, "Référence"), Ordinary)).GetProperty("layout");

        Assert.Equal(66.8, layout.GetProperty("shapes")[0].GetProperty("y0").GetDouble());
        Assert.Equal("Référence", layout.GetProperty("annotations")[0].GetProperty("text").GetString());
    }

    [Fact]
    public void Bar_with_intervals_draws_distances_from_the_value()
    {
        var series = new Series("AUC", [0.8]).Between([0.7], [0.85]);

        var error = Json(Chart.Bar("Titre", "x", "y", ["a"], series)).GetProperty("data")[0].GetProperty("error_y");

        Assert.Equal(0.05, error.GetProperty("array")[0].GetDouble(), 9);
        Assert.Equal(0.1, error.GetProperty("arrayminus")[0].GetDouble(), 9);
    }

    [Fact]
    public void HorizontalBar_puts_the_first_category_on_top()
    {
        var figure = Json(Chart.HorizontalBar("Titre", "Valeur", "Nom", ["a", "b"], new Series("s", [1.0, 2.0])));

        Assert.Equal("reversed", figure.GetProperty("layout").GetProperty("yaxis").GetProperty("autorange").GetString());
        Assert.Equal([1, 2], Numbers(figure.GetProperty("data")[0].GetProperty("x")));
        Assert.Equal("Valeur", figure.GetProperty("layout").GetProperty("xaxis").GetProperty("title").GetProperty("text").GetString());
    }

    [Fact]
    public void ConfusionMatrix_writes_counts_and_shares_of_rows()
    {
        var figure = Chart.ConfusionMatrix("Confusion", new long[,] { { 3, 1 }, { 0, 0 } }, ["Oui", "Non"]);

        var trace = Json(figure).GetProperty("data")[0];
        Assert.Equal([75, 25], Numbers(trace.GetProperty("z")[0]));
        Assert.Equal([0, 0], Numbers(trace.GetProperty("z")[1]));
        Assert.Equal("3<br>75\u00A0%", PlainMarkup(trace.GetProperty("text")[0][0]));
        Assert.Contains("Oui, 75,0\u00A0% de 4\u00A0images\u202F; Non, aucune image", figure.AltText, StringComparison.Ordinal);

        static string PlainMarkup(JsonElement text) => text.GetString()!;
    }

    [Fact]
    public void ConfusionMatrix_of_the_evaluation_is_the_same()
    {
        var matrix = ConfusionMatrix.Count([0, 0, 1], [0, 1, 1], 2);

        Assert.Equal(
            Chart.ConfusionMatrix("C", new long[,] { { 1, 1 }, { 0, 1 } }, ["a", "b"]).ToJson(),
            Chart.ConfusionMatrix("C", matrix, ["a", "b"]).ToJson());
    }

    [Fact]
    public void ConfusionMatrix_of_a_method_that_abstains_shows_it_in_a_column()
    {
        var figure = Chart.ConfusionMatrix("C", ConfusionMatrix.Count([0, 0, 1, 0], [0, 1, 1, -1], 2), ["a", "b"]);

        var trace = Json(figure).GetProperty("data")[0];
        Assert.Equal([33.3333, 33.3333, 33.3333], Numbers(trace.GetProperty("z")[0]));
        Assert.Equal([0, 100, 0], Numbers(trace.GetProperty("z")[1]));
        Assert.Equal("Sans réponse", trace.GetProperty("x")[2].GetString());
        Assert.Contains("a, 33,3\u00A0% de 3\u00A0images", figure.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void ReliabilityDiagram_tells_the_error_and_leaves_empty_bins_out()
    {
        var figure = Chart.ReliabilityDiagram(
            "Fiabilité",
            [new(0, 0.5, 0, double.NaN, double.NaN), new(0.5, 0.75, 1, 0.6, 0.5), new(0.75, 1, 3, 0.9, 0.7)]);

        // (1 x 0.1 + 3 x 0.2) / 4 = 0.175
        Assert.Contains("17,5\u00A0%", figure.Title, StringComparison.Ordinal);
        var gap = Json(figure).GetProperty("data")[1];
        Assert.Equal([50, 70], Numbers(gap.GetProperty("base")));
        Assert.Equal([10, 20], Numbers(gap.GetProperty("y")).Select(value => Math.Round(value!.Value, 6)).Cast<double?>());
        Assert.Equal([62.5, 87.5], Numbers(gap.GetProperty("x")));
    }

    [Fact]
    public void Histogram_bins_hold_the_largest_value()
    {
        var bins = Json(Chart.Histogram("Titre", "x", "y", 4, new Series("s", [0.0, 1.0, 4.0]))).GetProperty("data")[0].GetProperty("xbins");

        Assert.Equal(0, bins.GetProperty("start").GetDouble());
        Assert.True(bins.GetProperty("size").GetDouble() >= 1);
        Assert.True(bins.GetProperty("end").GetDouble() >= 4);
    }

    [Fact]
    public void AltText_tells_title_axes_and_extremes()
    {
        var alt = Chart.Line("Courbes", "Époque", Axis.Percent("Exactitude").Mark(0.6, "Seuil"), new Series("A", [0.4, 0.9, 0.85]), new Series("B", [0.1, 0.2, 0.3])).AltText;

        Assert.Equal(
            "Graphique en courbes «\u00A0Courbes\u00A0». Axe horizontal\u00A0: Époque. Axe vertical\u00A0: Exactitude (%). "
            + "A\u00A0: 3\u00A0valeurs, minimum 40, maximum 90, dernière valeur 85. "
            + "B\u00A0: 3\u00A0valeurs, minimum 10, maximum 30, dernière valeur 30. Repères\u00A0: Seuil.",
            alt);
    }

    [Fact]
    public void AltText_can_be_given_and_reaches_the_page()
    {
        var figure = Chart.Line("Titre", "x", "y", Ordinary) with { AltText = "Mon \"texte\" <b>" };

        Assert.Equal("Mon \"texte\" <b>", figure.ToMimeBundle()[MimeTypes.PlainText]);
        Assert.Contains("aria-label=\"Mon &quot;texte&quot; &lt;b&gt;\"", figure.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Html_of_the_same_figure_is_the_same()
    {
        static Figure Make() => Chart.Line("Titre", "x", "y", new Series("s", [1.0, 2.0]));

        Assert.Equal(Make().ToHtml(), Make().ToHtml());
    }

    /// <summary>Without it, plotly shrinks the number of a bar that is next to nothing until it fits: a tenth of a point.</summary>
    [Fact]
    public void Grid_hides_the_numbers_of_bars_that_are_too_small_as_each_chart_does()
    {
        var bars = Chart.StackedBar("T", "x", Axis.Percent("y"), ["a", "b"], new Series("un", [0.9998, 0.5]), new Series("deux", [0.0002, 0.5]));

        Assert.Equal("hide", TextMode(bars));
        Assert.Equal("hide", TextMode(Figure.Grid("Tout", 2, bars, bars)));

        static string? TextMode(Figure figure) => Json(figure).GetProperty("layout").GetProperty("uniformtext").GetProperty("mode").GetString();
    }

    [Fact]
    public void Grid_gives_each_chart_its_axes_and_names_a_series_once()
    {
        var one = Chart.Line("Un", "x", "y", Ordinary, new Series("Autre", [1.0, 2.0]));

        var figure = Json(Figure.Grid("Tout", 2, one, one, one));

        Assert.Equal(["x", "x", "x2", "x2", "x3", "x3"], figure.GetProperty("data").EnumerateArray().Select(trace => trace.GetProperty("xaxis").GetString()));
        Assert.Equal(2, figure.GetProperty("data").EnumerateArray().Count(trace => trace.GetProperty("showlegend").GetBoolean()));
        var layout = figure.GetProperty("layout");
        Assert.Equal([0, 0.43], Numbers(layout.GetProperty("xaxis3").GetProperty("domain")));
        Assert.Equal("y3", layout.GetProperty("xaxis3").GetProperty("anchor").GetString());
        Assert.True(layout.GetProperty("yaxis3").GetProperty("domain")[1].GetDouble() < layout.GetProperty("yaxis").GetProperty("domain")[0].GetDouble());
    }

    [Fact]
    public void Slider_moves_the_marks_of_each_state_with_it()
    {
        static Figure State(double mark) => Chart.Line("Coût", new Axis("Seuil").Mark(mark, "Bayes"), "Coût", new Series("p", [1, 2]).At([0, 1]));
        static double Place(JsonElement marks) => marks.GetProperty("shapes")[0].GetProperty("x0").GetDouble();

        var layout = Json(Figure.Slider("Tout", "Prix", ("1", State(0.5)), ("50", State(0.02)))).GetProperty("layout");

        // It opens on the last state, with the mark of that one.
        Assert.Equal(0.02, Place(layout));
        var steps = layout.GetProperty("sliders")[0].GetProperty("steps").EnumerateArray().ToArray();
        Assert.All(steps, step => Assert.Equal("update", step.GetProperty("method").GetString()));
        Assert.Equal([0.5, 0.02], steps.Select(step => Place(step.GetProperty("args")[1])));
        Assert.Equal([true, false], steps[0].GetProperty("args")[0].GetProperty("visible").EnumerateArray().Select(v => v.GetBoolean()));
    }

    [Fact]
    public void Slider_opens_on_the_last_state_and_keeps_the_range_of_all()
    {
        static Figure State(double y) => Chart.Scatter("État", "x", "y", new Series("p", [y]).At([y]));

        var figure = Json(Figure.Slider("Tout", "Itération", ("0", State(0)), ("1", State(10))));

        Assert.Equal([false, true], figure.GetProperty("data").EnumerateArray().Select(trace => trace.GetProperty("visible").GetBoolean()));
        Assert.Equal([0, 10.5], Numbers(figure.GetProperty("layout").GetProperty("yaxis").GetProperty("range")));
        var slider = figure.GetProperty("layout").GetProperty("sliders")[0];
        Assert.Equal(1, slider.GetProperty("active").GetInt32());
        Assert.Equal([true, false], slider.GetProperty("steps")[0].GetProperty("args")[1].EnumerateArray().Select(v => v.GetBoolean()));
        var second = slider.GetProperty("steps")[1];
        Assert.Equal([false, true], second.GetProperty("args")[1].EnumerateArray().Select(v => v.GetBoolean()));
    }

    [Fact]
    public void Dodged_curves_keep_their_true_positions_alone_and_in_a_grid()
    {
        var chart = Chart.Line("Tout", "x", "y", new Series("a", [1, 2]).At([10, 20]), new Series("b", [1, 2]).At([10, 20])).Dodged();

        foreach (var figure in new[] { Json(chart), Json(Figure.Grid("Tout", 2, chart, chart)) })
        {
            Assert.Equal("group", figure.GetProperty("layout").GetProperty("scattermode").GetString());
            Assert.All(figure.GetProperty("data").EnumerateArray(), trace => Assert.Equal([10, 20], Numbers(trace.GetProperty("x"))));
        }
    }

    [Fact]
    public void OverDraws_is_the_mean_between_worst_and_best()
    {
        var series = Series.OverDraws("s", [[1, 2, 6], [4]]);

        Assert.Equal([3, 4], series.Values);
        Assert.Equal([1, 4], series.Interval!.Value.Low);
        Assert.Equal([6, 4], series.Interval!.Value.High);
        Assert.Throws<ArgumentException>(() => Series.OverDraws("s", [[1], []]));
    }

    [Fact]
    public void ImageGrid_of_a_tensor_is_that_of_its_bytes_and_encodes_captions()
    {
        byte[] first = [0, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
        byte[] second = [.. first.Reverse()];
        using var tensor = torch.tensor(first.Concat(second).ToArray(), [2, 3, 2, 2], dtype: torch.uint8);

        var grid = Chart.ImageGrid("Planche", tensor, ["<b>un</b>", "deux\nlignes"]);

        Assert.Equal(Chart.ImageGrid("Planche", 2, 2, 3, [first, second], ["<b>un</b>", "deux\nlignes"]).ToHtml(), grid.ToHtml());
        Assert.Contains("&lt;b&gt;un&lt;/b&gt;", grid.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("alt=\"deux, lignes\"", grid.ToHtml(), StringComparison.Ordinal);
        Assert.Equal("Planche d’images «\u00A0Planche\u00A0», 2\u00A0images\u00A0: <b>un</b>\u202F; deux, lignes.", grid.AltText);
    }

    [Fact]
    public void Forest_draws_estimates_with_their_intervals_beside_a_line_at_zero()
    {
        (string, ConfidenceInterval)[] rows =
        [
            ("Mean Teacher", new ConfidenceInterval(0.01, -0.02, 0.03, 0.95)),
            ("MixMatch", new ConfidenceInterval(-0.05, -0.07, -0.04, 0.95)),
            ("FixMatch", new ConfidenceInterval(0.04, 0.025, 0.06, 0.95)),
        ];

        var figure = Chart.Forest("Gains", Axis.Points("Gain"), rows);
        var json = Json(figure);
        var traces = json.GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(["FixMatch", "MixMatch", "Mean Teacher"], traces.Select(trace => trace.GetProperty("y")[0].GetString()));
        Assert.Equal([4, -5, 1], traces.SelectMany(trace => Numbers(trace.GetProperty("x"))));
        Assert.Equal([2, 1, 2], traces.SelectMany(trace => Numbers(trace.GetProperty("error_x").GetProperty("array"))));
        Assert.Equal([1.5, 2, 3], traces.SelectMany(trace => Numbers(trace.GetProperty("error_x").GetProperty("arrayminus"))));
        var layout = json.GetProperty("layout");
        Assert.Equal(["Mean Teacher", "MixMatch", "FixMatch"], layout.GetProperty("yaxis").GetProperty("categoryarray").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("Gain (points)", layout.GetProperty("xaxis").GetProperty("title").GetProperty("text").GetString());
        Assert.Equal(0, layout.GetProperty("shapes")[0].GetProperty("x0").GetDouble());
        Assert.Equal(
            "Graphique en forêt «\u00A0Gains\u00A0». Axe horizontal\u00A0: Gain (points). Mean Teacher\u00A0: +1,0, intervalle de \u22122,0 à +3,0\u202F; "
            + "MixMatch\u00A0: \u22125,0, intervalle de \u22127,0 à \u22124,0\u202F; FixMatch\u00A0: +4,0, intervalle de +2,5 à +6,0. 2 intervalles excluent zéro.",
            figure.AltText);
    }

    [Fact]
    public void Forest_sorts_when_asked_and_refuses_what_is_no_interval()
    {
        ConfidenceInterval small = new(0.1, 0.05, 0.2, 0.95), large = new(0.3, 0.2, 0.4, 0.95);

        var order = Json(Chart.Forest("T", "x", [("a", small), ("b", large)], sorted: true)).GetProperty("layout").GetProperty("yaxis").GetProperty("categoryarray");

        Assert.Equal(["b", "a"], order.EnumerateArray().Select(name => name.GetString()));
        Assert.Contains("no row", Message(() => Chart.Forest("T", "x", [])), StringComparison.Ordinal);
        Assert.Contains("same name", Message(() => Chart.Forest("T", "x", [("a", small), ("a", large)])), StringComparison.Ordinal);
        Assert.Contains("Row 'a'", Message(() => Chart.Forest("T", "x", [("a", small with { Upper = double.NaN })])), StringComparison.Ordinal);
        Assert.Contains("from 0.2 to 0.05", Message(() => Chart.Forest("T", "x", [("a", small with { Lower = 0.2, Upper = 0.05 })])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 28)]
    [InlineData(1, 28)]
    [InlineData(3, 300)]
    public void Views_show_the_image_before_its_weak_and_its_strong_views(int channels, int size)
    {
        using var image = torch.randint(0, 256, [channels, size, size], torch.uint8, generator: new torch.Generator(1));

        var grid = Chart.Views("Vues", image, MedicalViews.SkinLesions, count: 4);

        Assert.Equal(["Originale", "faible 1", "faible 2", "faible 3", "faible 4", "Originale", "forte 1", "forte 2", "forte 3", "forte 4"], grid.Images.Select(one => one.Caption));
        Assert.Equal(5, grid.Columns);
        Assert.Equal(grid.Images[0].DataUri, grid.Images[5].DataUri);
        Assert.Equal(9, grid.Images.Select(one => one.DataUri).Distinct().Count());
        Assert.Equal(grid.Images, Chart.Views("Vues", image, MedicalViews.SkinLesions, count: 4).Images);
        Assert.Equal("Planche d’images «\u00A0Vues\u00A0»\u00A0: une image, 4\u00A0vues faibles et 4\u00A0vues fortes.", grid.AltText);
    }

    [Fact]
    public void Series_of_nothing_but_not_a_number_is_left_out_and_named_in_the_alternative_text()
    {
        Series blank = new("Divergée", [double.NaN, double.NaN]), other = new("Test", [1.0, 2.0]);

        var line = Chart.Line("T", "x", "y", Ordinary, blank, other);
        var data = Json(line).GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(["Validation", "Test"], data.Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal([Palette.Color(0), Palette.Color(2)], data.Select(trace => trace.GetProperty("line").GetProperty("color").GetString()));
        Assert.EndsWith(" Série sans valeur, non tracée\u00A0: «\u00A0Divergée\u00A0».", line.AltText, StringComparison.Ordinal);
        Assert.DoesNotContain("non tracée", Chart.Line("T", "x", "y", Ordinary, other).AltText, StringComparison.Ordinal);

        // One that is left has its name in the legend: which one is it?
        Assert.True(Json(Chart.Line("T", "x", "y", blank, Ordinary)).GetProperty("layout").GetProperty("showlegend").GetBoolean());
        Assert.Single(Json(Chart.Scatter("T", "x", "y", Ordinary, blank)).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public void Bars_of_nothing_but_not_a_number_are_left_out_and_do_not_spoil_the_others()
    {
        Series blank = new("Divergée", [double.NaN, double.NaN]), second = new("Encore", [double.NaN, double.NaN]);

        var bars = Chart.StackedBar("T", "x", "y", ["a", "b"], blank, new Series("Test", [1.0, 2.0]), second);
        var trace = Assert.Single(Json(bars).GetProperty("data").EnumerateArray());

        Assert.Equal(("Test", Palette.Color(1)), (trace.GetProperty("name").GetString(), trace.GetProperty("marker").GetProperty("color").GetString()));
        Assert.EndsWith(" Séries sans valeur, non tracées\u00A0: «\u00A0Divergée\u00A0», «\u00A0Encore\u00A0».", bars.AltText, StringComparison.Ordinal);
        Assert.Contains("not a number", Message(() => Chart.HorizontalBar("T", "x", "y", ["a", "b"], blank, second)), StringComparison.Ordinal);
        Assert.Contains("not a finite number", Message(() => Chart.Histogram("T", "x", "y", Ordinary, blank)), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_data_is_refused_with_the_name_of_what_is_wrong()
    {
        Assert.Contains("is empty", Message(() => Chart.Line("T", "x", "y", new Series("a", Array.Empty<double>()))), StringComparison.Ordinal);
        Assert.Contains("not a number", Message(() => Chart.Line("T", "x", "y", new Series("a", [double.NaN]))), StringComparison.Ordinal);
        Assert.Contains("value 1 is infinite", Message(() => Chart.Line("T", "x", "y", new Series("a", [1, double.PositiveInfinity]))), StringComparison.Ordinal);
        Assert.Contains("no series", Message(() => Chart.Line("T", "x", "y")), StringComparison.Ordinal);
        Assert.Contains("same name", Message(() => Chart.Line("T", "x", "y", Ordinary, Ordinary)), StringComparison.Ordinal);
        Assert.Contains("2 values for 3 categories", Message(() => Chart.Bar("T", "x", "y", ["a", "b", "c"], Ordinary)), StringComparison.Ordinal);
        Assert.Contains("2 values but 1 positions", Message(() => Ordinary.At([1])), StringComparison.Ordinal);
        Assert.Contains("not a finite number", Message(() => Chart.Histogram("T", "x", "y", new Series("a", [1, double.NaN]))), StringComparison.Ordinal);
        Assert.Contains("2 x 2 counts, not 1 x 2", Message(() => Chart.ConfusionMatrix("T", new long[1, 2], ["a", "b"])), StringComparison.Ordinal);
        Assert.Contains("negative", Message(() => Chart.ConfusionMatrix("T", new long[,] { { -1 } }, ["a"])), StringComparison.Ordinal);
        Assert.Contains("holds an image", Message(() => Chart.ReliabilityDiagram("T", [])), StringComparison.Ordinal);
        Assert.Contains("no image", Message(() => Chart.ImageGrid("T", 2, 2, 1, [])), StringComparison.Ordinal);
        Assert.Contains("1 images but 2 captions", Message(() => Chart.ImageGrid("T", 1, 1, 1, [[0]], ["a", "b"])), StringComparison.Ordinal);
        Assert.Contains("several axes", Message(() => Figure.Grid("T", 1, Figure.Grid("U", 2, Chart.Line("T", "x", "y", Ordinary), Chart.Line("T", "x", "y", Ordinary)))), StringComparison.Ordinal);
    }

    private static string Message(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;
}
