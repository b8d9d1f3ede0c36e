using System.Text.Json;
using CourseCompanion.Data.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Charts.Tests;

public sealed class ImageMapTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Each_point_names_its_picture_on_the_sheet()
    {
        var figure = Map(landmarks: 2);
        var root = JsonDocument.Parse(figure.ToJson()).RootElement;
        var data = root.GetProperty("data");

        Assert.Equal(["Sans étiquette", "A", "B"], data.EnumerateArray().Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal(["[3]", "[1]", "[0,2,4]"], data.EnumerateArray().Select(trace => trace.GetProperty("customdata").GetRawText()));
        Assert.Equal("[\"p0\",\"p2\",\"p4\"]", data[2].GetProperty("text").GetRawText());

        var sheet = root.GetProperty("layout").GetProperty("meta").GetProperty("thumbnails");
        Assert.Equal((3, 8), (sheet.GetProperty("columns").GetInt32(), sheet.GetProperty("size").GetInt32()));
        Assert.StartsWith("data:image/jpeg;base64,", sheet.GetProperty("uri").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, root.GetProperty("layout").GetProperty("images").GetArrayLength());
    }

    [Fact]
    public void Pictures_lie_on_the_sheet_row_by_row()
    {
        var sheet = Thumbnails.Of(Pictures());
        using var folder = new TemporaryFile(Convert.FromBase64String(sheet.Uri[(sheet.Uri.IndexOf(',', StringComparison.Ordinal) + 1)..]));
        var pixels = ImageFile.Load(folder.Path, channels: 1);           // [1, 16, 24]: 2 rows of 3

        Assert.Equal([1, 16, 24], pixels.shape);
        for (var picture = 0; picture < 5; picture++)
        {
            var own = pixels.narrow(1, picture / 3 * 8, 8).narrow(2, picture % 3 * 8, 8).to(ScalarType.Float32);
            Assert.Equal(40 * picture, own.mean().item<float>(), 4f);
        }
    }

    [Fact]
    public void Only_a_figure_with_pictures_listens_to_the_pointer()
    {
        Assert.Contains("plotly_hover", Map().ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("plotly_hover", Chart.Line("T", "x", "y", new Series("a", [1, 2])).ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Grids_and_sliders_keep_the_pictures_that_all_their_maps_share()
    {
        Assert.All((Figure[])[Figure.Grid("T", 2, Map(), Map()), Figure.Slider("T", "Pas", ("a", Map()), ("b", Map()))], figure =>
        {
            var layout = JsonDocument.Parse(figure.ToJson()).RootElement.GetProperty("layout");
            Assert.True(layout.TryGetProperty("meta", out _));
            Assert.True(layout.GetProperty("images").GetArrayLength() >= 3);
        });
        var other = Chart.ImageMap("T", "x", "y", rand(5, 2), Labels, ["A", "B"], Pictures().flip(0));
        Assert.False(JsonDocument.Parse(Figure.Grid("T", 2, Map(), other).ToJson()).RootElement.GetProperty("layout").TryGetProperty("meta", out _));
    }

    [Fact]
    public void A_map_in_three_dimensions_names_its_pictures_too()
    {
        var figure = Chart.ImageMap3D("Carte", ("a", "b", "c"), rand(5, 3), Labels, ["A", "B"], Pictures());
        var root = JsonDocument.Parse(figure.ToJson()).RootElement;

        Assert.All(root.GetProperty("data").EnumerateArray(), trace => Assert.Equal("scatter3d", trace.GetProperty("type").GetString()));
        Assert.Equal(["[3]", "[1]", "[0,2,4]"], root.GetProperty("data").EnumerateArray().Select(trace => trace.GetProperty("customdata").GetRawText()));
        Assert.Equal("b", root.GetProperty("layout").GetProperty("scene").GetProperty("yaxis").GetProperty("title").GetProperty("text").GetString());
        Assert.Contains("Carte", figure.AltText, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Chart.ImageMap3D("T", ("a", "b", "c"), rand(5, 2), Labels, ["A", "B"], Pictures()));
    }

    [Fact]
    public void Not_one_picture_per_point_is_refused()
    {
        Assert.Contains("one each per point", Assert.Throws<ArgumentException>(() => Chart.ImageMap("T", "x", "y", rand(4, 2), zeros(4, ScalarType.Int64), ["A"], Pictures())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Thumbnails.Of(zeros(2, 1, 8, 8)));
    }

    private static Tensor Labels => tensor(new long[] { 1, 0, 1, -1, 1 });

    private static Tensor Pictures() => arange(5, ScalarType.Byte).mul(40).to(ScalarType.Byte).view(5, 1, 1, 1).expand(5, 1, 8, 8);

    private static Figure Map(int landmarks = 3) => Chart.ImageMap(
        "Carte", "x", "y", tensor(new float[,] { { 0, 0 }, { 1, 1 }, { 2, 0 }, { 0, 2 }, { 1, 2 } }), Labels, ["A", "B"], Pictures(), ["p0", "p1", "p2", "p3", "p4"], landmarks);

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(byte[] bytes) => File.WriteAllBytes(Path, bytes);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
