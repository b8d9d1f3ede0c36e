using System.Text.Json;

namespace CourseCompanion.Charts.Tests;

public sealed class TornadoTests
{
    private static readonly (string Name, double AtLow, double AtHigh, string Low, string High)[] Rows =
        [("Prix", 900, 1_200, "50 €/h", "150 €/h"), ("Part du modèle", 2_000, 600, "40 %", "90 %")];

    private static readonly Axis Cost = new("Coût") { Unit = "€" };

    [Fact]
    public void Bars_start_at_the_central_value_and_end_where_the_assumption_leads()
    {
        using var document = JsonDocument.Parse(Chart.Tornado("Coût", Cost.Mark(1_500, "Budget"), 1_000, Rows).ToJson());
        var (low, high) = (document.RootElement.GetProperty("data")[0], document.RootElement.GetProperty("data")[1]);

        Assert.Equal("bar", low.GetProperty("type").GetString());
        // The widest stands on top, and the axis of the names runs downwards.
        Assert.Equal(["Part du modèle", "Prix"], low.GetProperty("y").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("reversed", document.RootElement.GetProperty("layout").GetProperty("yaxis").GetProperty("autorange").GetString());
        Assert.Equal([1_000, 1_000], Numbers(low, "base"));
        Assert.Equal([1_000, -100], Numbers(low, "x"));
        Assert.Equal([-400, 200], Numbers(high, "x"));
        Assert.Contains("Budget", document.RootElement.GetProperty("layout").GetProperty("annotations").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Alternative_text_says_both_ends_of_every_bar()
    {
        string text = Chart.Tornado("Ce qui compte", Cost, 1_000, Rows).AltText;

        Assert.StartsWith("Diagramme en tornade «\u00A0Ce qui compte\u00A0»", text, StringComparison.Ordinal);
        Assert.Contains("Part du modèle\u00A0: de 2\u202F000\u00A0€ (40\u00A0%) à 600\u00A0€ (90\u00A0%)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_tornado_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Chart.Tornado("T", "x", 1, []));
        Assert.Throws<ArgumentException>(() => Chart.Tornado("T", "x", 1, [Rows[0], Rows[0]]));
        Assert.Throws<ArgumentException>(() => Chart.Tornado("T", "x", double.NaN, Rows));
    }

    private static double[] Numbers(JsonElement trace, string name) => [.. trace.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
