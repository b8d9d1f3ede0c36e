using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Charts.Tests;

public sealed class MaskTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void An_outline_runs_along_the_sides_of_the_pixels()
    {
        var mask = zeros([6, 8], ScalarType.Byte);
        mask[1, 2] = 1;
        mask[1, 3] = 1;
        mask[2, 3] = 1;
        var data = Json(Chart.MaskOverlay("Coupe", zeros([1, 6, 8], ScalarType.Byte), ("Vérité", mask))).GetProperty("data");

        Assert.Equal("image", data[0].GetProperty("type").GetString());
        Assert.StartsWith("data:image/png;base64,", data[0].GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal("[1.5,3.5,3.5,2.5,2.5,1.5,1.5]", data[1].GetProperty("x").GetRawText());
        Assert.Equal("[0.5,0.5,2.5,2.5,1.5,1.5,0.5]", data[1].GetProperty("y").GetRawText());
    }

    [Fact]
    public void Outlines_close_around_every_part_and_every_hole()
    {
        using Generator generator = new(3);
        var mask = rand([20, 25], generator: generator).gt(0.5).to(ScalarType.Byte);
        var data = Json(Chart.MaskOverlay("Coupe", zeros([20, 25], ScalarType.Byte), ("Vérité", mask))).GetProperty("data")[1];
        double?[] x = Numbers(data.GetProperty("x")), y = Numbers(data.GetProperty("y"));

        // All of the border, once, and nothing else: by sides of pixels. Area by Green's formula: inside counts, holes do not.
        double length = 0, area = 0;
        for (var i = 1; i < x.Length; i++)
        {
            if (x[i - 1] is { } left && x[i] is { } right)
            {
                length += Math.Abs(right - left) + Math.Abs(y[i]!.Value - y[i - 1]!.Value);
                area += (left * y[i]!.Value - right * y[i - 1]!.Value) / 2;
            }
        }

        var padded = nn.functional.pad(mask.to(ScalarType.Float32), [1, 1, 1, 1]);
        Assert.Equal(padded.diff(dim: 0).abs().sum().item<float>() + padded.diff(dim: 1).abs().sum().item<float>(), length, 1e-6);
        Assert.Equal(mask.to(ScalarType.Float32).sum().item<float>(), area, 1e-6);
    }

    [Fact]
    public void The_slider_opens_on_the_slice_with_most_tumour_and_a_page_of_slices_stays_small()
    {
        const int Slices = 30;
        using Generator generator = new(3);
        var images = randint(0, 255, [Slices, 1, 128, 128], ScalarType.Byte, generator: generator);   // noise: the worst for a PNG
        var masks = zeros([Slices, 128, 128], ScalarType.Byte);
        for (var slice = 5; slice < 20; slice++)
        {
            var radius = 40 - 3 * Math.Abs(slice - 12);
            masks[slice].narrow(0, 64 - radius / 2, radius).narrow(1, 64 - radius / 2, radius).fill_(1);
        }

        var figure = Chart.MaskSlices("Patient 3", images, null, ("Vérité", masks), ("Prédiction", masks.roll(2, 1)));
        var root = Json(figure);
        var visible = root.GetProperty("data").EnumerateArray().Select(trace => trace.GetProperty("visible").GetBoolean()).ToArray();
        Assert.Equal(12, root.GetProperty("layout").GetProperty("sliders")[0].GetProperty("active").GetInt32());
        Assert.Equal([36, 37, 38], visible.Index().Where(trace => trace.Item).Select(trace => trace.Index));
        Assert.InRange(figure.ToJson().Length, 100_000, 1_500_000);
        Assert.Contains("30\u00A0coupes. Vérité\u00A0: 15\u00A0coupes marquées, au plus 1\u202F600\u00A0pixels (coupe 13)", figure.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void An_uncertainty_map_says_where_it_is_largest()
    {
        var uncertainty = zeros([10, 12]);
        uncertainty[4, 7] = 0.75;
        var figure = Chart.UncertaintyMap("Où la méthode hésite", "Entropie (bits)", uncertainty, ("Vérité", ones([10, 12], ScalarType.Int64)));
        Assert.Equal("heatmap", Json(figure).GetProperty("data")[0].GetProperty("type").GetString());
        Assert.Contains("de 0 à 0,75 (ligne 5, colonne 8)", figure.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_gives_every_method_its_picture_and_its_Dice()
    {
        var truth = zeros([16, 16], ScalarType.Byte);
        truth.narrow(0, 2, 4).fill_(1);
        var figure = Chart.MaskGrid("Une coupe", zeros([1, 16, 16], ScalarType.Byte), truth, 2, ("Supervisé seul", truth.roll(2, 0)), ("Mean Teacher", truth), ("Rien", zeros_like(truth)));
        var layout = Json(figure).GetProperty("layout");
        Assert.Equal("x2", layout.GetProperty("yaxis2").GetProperty("scaleanchor").GetString());
        Assert.Equal(9, Json(figure).GetProperty("data").GetArrayLength());
        Assert.Contains("Supervisé seul (Dice 0,50)", figure.AltText, StringComparison.Ordinal);
        Assert.Contains("Mean Teacher (Dice 1,00)", figure.AltText, StringComparison.Ordinal);
        Assert.Contains("Rien (Dice 0,00)", figure.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var image = zeros([1, 6, 8], ScalarType.Byte);
        Assert.Throws<ArgumentException>(() => Chart.MaskOverlay("t", image.to(ScalarType.Float32)));
        Assert.Throws<ArgumentException>(() => Chart.MaskOverlay("t", image, ("a", zeros([8, 6], ScalarType.Byte))));
        Assert.Throws<ArgumentException>(() => Chart.MaskOverlay("t", image, ("a", zeros([6, 8]))));
        Assert.Throws<ArgumentException>(() => Chart.MaskOverlay("t", image, Enumerable.Range(0, 4).Select(i => ($"{i}", zeros([6, 8], ScalarType.Byte)))));
        Assert.Throws<ArgumentException>(() => Chart.MaskSlices("t", image.unsqueeze(0), null, ("a", zeros([2, 6, 8], ScalarType.Byte))));
        Assert.Throws<ArgumentException>(() => Chart.UncertaintyMap("t", "v", zeros([6, 8]) / 0));
    }

    private static double?[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? (double?)null : item.GetDouble())];

    private static JsonElement Json(Figure figure)
    {
        using var document = JsonDocument.Parse(figure.ToJson());
        return document.RootElement.Clone();
    }
}
