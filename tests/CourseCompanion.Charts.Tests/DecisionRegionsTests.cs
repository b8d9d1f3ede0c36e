using System.Text.Json;
using static TorchSharp.torch;

namespace CourseCompanion.Charts.Tests;

public sealed class DecisionRegionsTests
{
    private static readonly PlaneGrid Small = new(0, 2, 0, 1, columns: 3, rows: 2);
    private static readonly Series Points = new("Lune A", [0.5, 0.75]);

    [Fact]
    public void Grid_runs_row_by_row_from_the_bottom_left()
    {
        using Tensor points = Small.ToTensor();

        Assert.Equal([6, 2], points.shape);
        Assert.Equal([0f, 0, 1, 0, 2, 0, 0, 1, 1, 1, 2, 1], points.data<float>().ToArray());
    }

    [Fact]
    public void Grid_around_points_covers_them_with_a_margin()
    {
        using Tensor points = tensor(new float[,] { { 0, 5 }, { 10, 7 }, { 4, 6 } });
        PlaneGrid grid = PlaneGrid.Around(points, columns: 5, rows: 4);

        Assert.Equal((5, 4), (grid.X.Count, grid.Y.Count));
        Assert.Equal((-0.6, 10.6), (grid.X[0], grid.X[^1]), Close);
        Assert.Equal((4.88, 7.12), (grid.Y[0], grid.Y[^1]), Close);
    }

    [Fact]
    public void Answers_become_cells_with_a_step_of_colour_per_class()
    {
        var figure = Chart.DecisionRegions("Régions", "x", "y", Small, [0, 0, 1, 0, -1, 1], ["Lune A", "Lune B"], Points.At([0.2, 0.4]));
        var cells = Json(figure).GetProperty("data")[0];

        Assert.Equal("heatmap", cells.GetProperty("type").GetString());
        Assert.Equal("[[0,0,1],[0,null,1]]", cells.GetProperty("z").GetRawText());
        Assert.Equal("[0,1,2]", cells.GetProperty("x").GetRawText());
        Assert.Equal((-0.5, 1.5), (cells.GetProperty("zmin").GetDouble(), cells.GetProperty("zmax").GetDouble()));
        var scale = cells.GetProperty("colorscale").EnumerateArray().Select(step => (step[0].GetDouble(), step[1].GetString())).ToList();
        Assert.Equal([0, 0.5, 0.5, 1], scale.Select(step => step.Item1));
        Assert.Equal(scale[0].Item2, scale[1].Item2);
        Assert.NotEqual(scale[1].Item2, scale[2].Item2);
    }

    [Fact]
    public void Border_separates_different_answers_and_nothing_else()
    {
        var same = Chart.DecisionRegions("Régions", "x", "y", Small, [1, 1, 1, 1, 1, 1], ["A", "B"]);
        var split = Chart.DecisionRegions("Régions", "x", "y", Small, [0, 1, 1, 0, 1, 1], ["A", "B"]);

        Assert.Equal("[]", Json(same).GetProperty("data")[1].GetProperty("x").GetRawText());
        Assert.Equal("[0.5,0.5,null,0.5,0.5,null]", Json(split).GetProperty("data")[1].GetProperty("x").GetRawText());
        Assert.Equal("[-0.5,0.5,null,0.5,1.5,null]", Json(split).GetProperty("data")[1].GetProperty("y").GetRawText());
    }

    [Fact]
    public void Alternative_text_gives_the_share_of_each_region()
    {
        var figure = Chart.DecisionRegions("Régions", "x", "y", Small, [0, 0, 1, 0, -1, 1], ["Lune A", "Lune B"], Points);

        Assert.Equal(
            "Carte des réponses « Régions ». Part de la surface : sans réponse, 17 % ; Lune A, 50 % ; Lune B, 33 %. Points : Lune A, 2 points.",
            figure.AltText.Replace('\u00A0', ' ').Replace('\u202F', ' '));
    }

    [Fact]
    public void Regions_take_part_in_grids_and_sliders_without_a_legend_entry()
    {
        var one = Chart.DecisionRegions("Un", "x", "y", Small, [0, 0, 1, 0, 1, 1], ["A", "B"], Points, new Series("Lune B", [0.1]));

        var grid = Json(Figure.Grid("Tout", 2, one, one));
        Assert.Equal(["Lune A", "Lune B"], Legend(grid));
        var slider = Json(Figure.Slider("Tout", "Itération", ("0", one), ("1", one)));
        Assert.Equal("[0,2]", slider.GetProperty("layout").GetProperty("xaxis").GetProperty("range").GetRawText());
        Assert.Equal(8, slider.GetProperty("data").GetArrayLength());

        static IEnumerable<string?> Legend(JsonElement figure) => figure.GetProperty("data").EnumerateArray()
            .Where(trace => trace.GetProperty("showlegend").GetBoolean()).Select(trace => trace.GetProperty("name").GetString());
    }

    [Fact]
    public void Emphasised_points_are_large_and_outlined_and_muted_ones_recede_on_a_tint()
    {
        var figure = Json(Chart.DecisionRegions(
            "Points", "x", "y", Small, [0, 0, 0, 1, 1, 1], ["Lune A", "Lune B"],
            new Series("Sans étiquette", [1.0]).Muted(),
            new Series("Lune A", [1.0]),
            new Series("Lune A, étiquetée", [1.0]).Styled(0).Emphasised()));
        var markers = figure.GetProperty("data").EnumerateArray().Skip(2).Select(trace => trace.GetProperty("marker")).ToList();

        Assert.Equal(Palette.Color(0), markers[1].GetProperty("color").GetString());
        Assert.Equal(Palette.Color(0), markers[2].GetProperty("color").GetString());
        Assert.Equal(markers[1].GetProperty("symbol").GetString(), markers[2].GetProperty("symbol").GetString());
        Assert.DoesNotContain(markers[0].GetProperty("color").GetString(), Palette.Colors);
        double[] sizes = [.. markers.Select(marker => marker.GetProperty("size").GetDouble())];
        Assert.True(sizes[0] < sizes[1] && sizes[1] < sizes[2], string.Join(" ", sizes));
        Assert.True(markers[2].TryGetProperty("line", out _));
        Assert.False(markers[1].TryGetProperty("line", out _));
    }

    [Fact]
    public void A_mark_without_a_label_is_a_line_without_a_text()
    {
        var layout = Json(Chart.Line("T", "x", new Axis("Gain").Mark(0).Mark(1, "Cible"), Points)).GetProperty("layout");

        Assert.Equal(2, layout.GetProperty("shapes").GetArrayLength());
        Assert.Equal("Cible", Assert.Single(layout.GetProperty("annotations").EnumerateArray()).GetProperty("text").GetString());
    }

    [Fact]
    public void Unfit_answers_and_grids_are_refused()
    {
        Assert.Contains("5 answers for a grid of 2 x 3", Message(() => Chart.DecisionRegions("T", "x", "y", Small, [0, 0, 0, 0, 0], ["A"])), StringComparison.Ordinal);
        Assert.Contains("answer 1 is neither", Message(() => Chart.DecisionRegions("T", "x", "y", Small, [0, 0, 1, 0, 0, 0], ["A"])), StringComparison.Ordinal);
        Assert.Contains("has no class", Message(() => Chart.DecisionRegions("T", "x", "y", Small, [0, 0, 0, 0, 0, 0], [])), StringComparison.Ordinal);
        Assert.Contains("no surface", Message(() => new PlaneGrid(1, 1, 0, 1)), StringComparison.Ordinal);
        Assert.Contains("[N, 2]", Message(() => PlaneGrid.Around(zeros(4, 3))), StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => PlaneGrid.Around(full([3, 2], float.NaN)));
        Assert.ThrowsAny<ArgumentException>(() => new PlaneGrid(0, 1, 0, 1, columns: 1));
    }

    private static bool Close((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) < 1e-6 && Math.Abs(a.Item2 - b.Item2) < 1e-6;

    private static JsonElement Json(Figure figure)
    {
        using var document = JsonDocument.Parse(figure.ToJson());
        return document.RootElement.Clone();
    }

    private static string Message(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;
}
