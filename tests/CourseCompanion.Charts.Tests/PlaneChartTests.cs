using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Charts.Tests;

public sealed class PlaneChartTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Points_are_grey_without_a_label_and_keep_the_colour_of_their_class()
    {
        var plane = Plane();

        var known = Data(plane.Points("Connues"));
        Assert.Equal(["Sans étiquette", "A, étiquette connue", "B, étiquette connue"], known.Select(Name));
        Assert.Equal("[0.5,1]", known[0].GetProperty("x").GetRawText());

        var answered = Data(plane.Points("Réponses", tensor(new long[] { 0, 1, 1, -1 })));
        Assert.Equal(["Sans étiquette", "B", "A, étiquette connue", "B, étiquette connue"], answered.Select(Name));
        Assert.Equal(Colour(answered[1]), Colour(answered[3]));
        Assert.NotEqual(Colour(answered[2]), Colour(answered[3]));
    }

    [Fact]
    public void Regions_have_the_colours_of_the_classes_and_groups_others()
    {
        var plane = Plane();
        var answers = zeros(plane.Everywhere.shape[0], ScalarType.Int64);

        Assert.Equal(0, Data(plane.Regions("Classes", answers))[0].GetProperty("z")[0][0].GetDouble());
        Assert.Equal(2, Data(plane.Groups("Groupes", answers))[0].GetProperty("z")[0][0].GetDouble());
        Assert.Contains("Groupe 1", plane.Groups("Groupes", answers).AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void Graph_draws_an_edge_once_even_if_it_goes_both_ways()
    {
        var figure = Plane().Graph("Liens", tensor(new long[,] { { 0, 1, 1 }, { 1, 0, 2 } }));

        Assert.Equal("[0,0.5,null,0.5,0,null]", Data(figure)[0].GetProperty("x").GetRawText());
        Assert.Contains("2\u00A0liens", figure.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        Assert.Contains("1 labels for 4 points", Assert.Throws<ArgumentException>(() => Plane().Points("T", zeros(1, ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.Contains("Label 2 is neither", Assert.Throws<ArgumentException>(() => Plane().Points("T", full(4, 2L))).Message, StringComparison.Ordinal);
    }

    private static PlaneChart Plane() => new(
        tensor(new float[,] { { 0, 0 }, { 0.5f, 1 }, { 0, 1 }, { 1, 0 } }), tensor(new long[] { 0, -1, 1, -1 }), "A", "B");

    private static List<JsonElement> Data(Figure figure) => [.. JsonDocument.Parse(figure.ToJson()).RootElement.GetProperty("data").EnumerateArray()];

    private static string? Name(JsonElement trace) => trace.GetProperty("name").GetString();

    private static string? Colour(JsonElement trace) => trace.GetProperty("marker").GetProperty("color").GetString();
}
