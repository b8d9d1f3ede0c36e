using System.Text.Json;

namespace CourseCompanion.Charts.Tests;

public sealed class WaterfallTests
{
    private static readonly (string Name, double Value)[] Stages = [("Rien", 0.5), ("Graphe", 0.7), ("Cohérence", 0.65)];

    [Fact]
    public void Bars_go_from_the_figure_before_a_part_to_the_figure_after_it()
    {
        using var document = JsonDocument.Parse(Chart.Waterfall("Cascade", Axis.Percent("Exactitude"), Stages, "Tout").ToJson());
        JsonElement[] traces = [.. document.RootElement.GetProperty("data").EnumerateArray()];

        Assert.Equal(3, traces.Length);
        Assert.All(traces, trace => Assert.Equal("bar", trace.GetProperty("type").GetString()));
        Assert.Equal(["Rien", "Tout"], Texts(traces[0], "x"));
        Assert.Equal([0, 0], Numbers(traces[0], "base"));
        Assert.Equal([50, 65], Numbers(traces[0], "y"));
        Assert.Equal(["Graphe"], Texts(traces[1], "x"));
        Assert.Equal([50], Numbers(traces[1], "base"));
        Assert.Equal([20], Numbers(traces[1], "y"));
        Assert.Equal([70], Numbers(traces[2], "base"));
        Assert.Equal([-5], Numbers(traces[2], "y"));
    }

    [Fact]
    public void Without_a_loss_there_is_no_trace_of_losses_and_the_axis_may_begin_higher()
    {
        using var document = JsonDocument.Parse(Chart.Waterfall("Cascade", Axis.Percent("Exactitude") with { Minimum = 0.4, Maximum = 0.8 }, Stages[..2]).ToJson());

        Assert.Equal(2, document.RootElement.GetProperty("data").GetArrayLength());
        Assert.Equal([40, 80], Numbers(document.RootElement.GetProperty("layout").GetProperty("yaxis"), "range"));
    }

    [Fact]
    public void Alternative_text_says_every_part()
    {
        string text = Chart.Waterfall("Cascade", Axis.Percent("Exactitude"), Stages).AltText;

        Assert.Contains("Rien\u00A0: 50,0\u00A0%", text, StringComparison.Ordinal);
        Assert.Contains("Graphe\u00A0: +20,0", text, StringComparison.Ordinal);
        Assert.Contains("Tout ensemble\u00A0: 65,0\u00A0%", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_waterfall_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Chart.Waterfall("W", "y", Stages[..1]));
        Assert.Throws<ArgumentException>(() => Chart.Waterfall("W", "y", [Stages[0], Stages[0]]));
        Assert.Throws<ArgumentException>(() => Chart.Waterfall("W", "y", [Stages[0], ("A", double.NaN)]));
    }

    private static double[] Numbers(JsonElement trace, string name) => [.. trace.GetProperty(name).EnumerateArray().Select(value => Math.Round(value.GetDouble(), 9))];

    private static string[] Texts(JsonElement trace, string name) => [.. trace.GetProperty(name).EnumerateArray().Select(value => value.GetString()!)];
}
