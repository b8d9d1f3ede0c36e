using CourseCompanion.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

public sealed class PatchesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(3, 28, 28, 4)]
    [InlineData(1, 28, 28, 7)]
    [InlineData(2, 6, 9, 3)]
    public void Images_come_back_from_their_patches(int channels, int height, int width, int size)
    {
        Tensor images = arange(2 * channels * height * width, ScalarType.Float32).reshape(2, channels, height, width);

        Tensor patches = Patches.Of(images, size);

        Assert.Equal([2, height / size * (width / size), size * size * channels], patches.shape);
        Assert.True(Patches.ToImages(patches, size, height, width).Equals(images));
    }

    [Fact]
    public void Patches_go_row_by_row_and_keep_the_channels_of_a_pixel_together()
    {
        // Two channels, 2 x 4 pixels: the number says channel, row and column.
        Tensor images = tensor(new float[] { 0, 1, 2, 3, 10, 11, 12, 13, 100, 101, 102, 103, 110, 111, 112, 113 }).reshape(1, 2, 2, 4);

        Assert.Equal([0, 100, 1, 101, 10, 110, 11, 111, 2, 102, 3, 103, 12, 112, 13, 113], Patches.Of(images, 2).data<float>().ToArray());
    }

    [Fact]
    public void Normalised_patches_have_mean_0_and_unbiased_variance_1_and_the_way_back_is_exact()
    {
        Tensor patches = rand([3, 5, 48], generator: new Generator(1)).mul(0.7).add(-0.2);

        Tensor normalized = Patches.Normalize(patches);

        Assert.True(normalized.mean([-1]).abs().max().item<float>() < 1e-5);
        Assert.True(normalized.var(-1, unbiased: true).sub(1).abs().max().item<float>() < 1e-3);
        Assert.True(Patches.Denormalize(normalized, patches).allclose(patches, atol: 1e-6));
    }

    [Fact]
    public void One_patch_by_hand_and_a_patch_of_one_colour_stays_finite()
    {
        // 1, 2, 3, 6: mean 3, squares of the differences 4 + 1 + 0 + 9 = 14, variance 14/3.
        Tensor patches = tensor(new float[] { 1, 2, 3, 6, 0.5f, 0.5f, 0.5f, 0.5f }).reshape(1, 2, 4);
        double deviation = Math.Sqrt((14 / 3.0) + 1e-6);

        float[] normalized = [.. Patches.Normalize(patches).data<float>()];

        Assert.Equal([-2 / deviation, -1 / deviation, 0, 3 / deviation, 0, 0, 0, 0], normalized.Select(value => Math.Round((double)value, 6)), new Close(2e-6));
    }

    [Fact]
    public void What_is_no_image_or_does_not_divide_is_refused()
    {
        Assert.Contains("5 divides", Assert.Throws<ArgumentException>(() => Patches.Of(zeros(1, 3, 28, 28), 5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Patches.Of(zeros(3, 28, 28), 4));
        Assert.Throws<ArgumentException>(() => Patches.ToImages(zeros(1, 48, 48), 4, 28, 28));
        Assert.Throws<ArgumentException>(() => Patches.Normalize(zeros(1, 49, 1)));
    }

    private sealed class Close(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(double obj) => 0;
    }
}
