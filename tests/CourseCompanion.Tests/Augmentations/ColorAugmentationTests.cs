using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Augmentations;

/// <summary>Each change of colours on colours that one can follow by hand.</summary>
public sealed class ColorAugmentationTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Brightness_multiplies_the_distance_from_black() =>
        AssertColors([(1.2 * 1.5) - 1, (1.2 * 1) - 1, (1.2 * 0.5) - 1], new Brightness(0.4), 0.75, [0.5, 0, -0.5]);

    [Fact]
    public void Saturation_multiplies_the_distance_from_the_pixels_own_grey()
    {
        const double Light = (0.299 * 0.5) - (0.114 * 0.5);

        AssertColors([Light + (1.2 * (0.5 - Light)), Light - (1.2 * Light), Light + (1.2 * (-0.5 - Light))], new Saturation(0.4), 0.75, [0.5, 0, -0.5]);
    }

    [Fact]
    public void Contrast_multiplies_the_distance_from_the_mean_grey_of_the_image()
    {
        Tensor image = tensor(new[] { -0.2f, 0.4f, -0.2f, 0.4f }).reshape(1, 1, 2, 2);

        Tensor result = new Contrast(0.4).Transform(image, tensor(new[,] { { 0.75f } }));

        Assert.True(result.allclose(tensor(new[] { 0.1f - (1.2f * 0.3f), 0.1f + (1.2f * 0.3f) }).repeat(2).reshape(1, 1, 2, 2), atol: 1e-6));
    }

    [Fact]
    public void Hue_half_a_circle_makes_red_a_greenish_blue_of_the_same_light()
    {
        // Red less its light is a colour; half a turn changes its sign.
        const double Light = 0.299 * 0.3;

        AssertColors([Light - (0.3 - Light), Light + Light, Light + Light], new Hue(0.5), 0, [0.3, 0, 0], tolerance: 1e-3);
    }

    [Fact]
    public void What_leaves_the_range_is_cut_off() =>
        AssertColors([1, 1, -0.25], new Brightness(0.5), 0.999999, [0.5, 0.4, -0.5]);

    [Fact]
    public void ColorJitter_is_the_chain_of_its_changes_where_nothing_is_cut_off()
    {
        Tensor images = (rand(32, 3, 8, 8, generator: new Generator(1)) - 0.5) * 0.5;

        Tensor chain = new Compose(new Brightness(0.2), new Contrast(0.3), new Saturation(0.4), new Hue(0.1)).Apply(images, seed: 5);
        Tensor jitter = new ColorJitter(0.2, 0.3, 0.4, 0.1).Apply(images, seed: 5);

        Assert.True(chain.abs().max().item<float>() < 1);
        Assert.True(jitter.allclose(chain, atol: 1e-5));
        Assert.False(jitter.allclose(images, atol: 0.05));
    }

    private static void AssertColors(double[] expected, Augmentation augmentation, double number, double[] pixel, double tolerance = 1e-5)
    {
        Tensor image = tensor(pixel).reshape(1, 3, 1, 1).expand(1, 3, 2, 2);

        Tensor result = augmentation.Transform(image, tensor(new[,] { { number } }));

        Assert.True(result.allclose(tensor(expected).reshape(1, 3, 1, 1).expand(1, 3, 2, 2), atol: tolerance), string.Join(", ", result[0].select(1, 0).select(1, 0).data<double>().ToArray()));
    }
}
