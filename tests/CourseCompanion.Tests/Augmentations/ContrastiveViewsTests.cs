using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Augmentations;

public class ContrastiveViewsTests
{
    [Fact]
    public void A_crop_of_everything_leaves_the_image()
    {
        using var scope = NewDisposeScope();
        Tensor images = Images(4);
        Assert.Equal(0, new ResizedCrop(1, 1).Apply(images, seed: 1).sub(images).abs().max().item<float>(), 4);
    }

    [Fact]
    public void A_crop_stays_inside_and_shows_the_share_that_it_says()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor matrices = new ResizedCrop(0.2).Matrices(rand([2000, 4], generator: generator), 1);  // [N, 2, 3]
        Tensor width = matrices.select(1, 0).select(1, 0), x = matrices.select(1, 0).select(1, 2);
        Tensor height = matrices.select(1, 1).select(1, 1), y = matrices.select(1, 1).select(1, 2);

        Assert.True(x.abs().add(width).max().item<float>() <= 1.0001);
        Assert.True(y.abs().add(height).max().item<float>() <= 1.0001);
        Tensor area = width.mul(height);
        Assert.InRange(area.min().item<float>(), 0.195, 0.22);
        Assert.InRange(area.mean().item<float>(), 0.55, 0.62);
        Assert.InRange(width.div(height).max().item<float>(), 1.28, 1.34);
    }

    [Fact]
    public void A_crop_shows_one_place_larger()
    {
        using var scope = NewDisposeScope();
        // Left half dark, right half bright: the part in the upper left corner is dark. Its last column looks a quarter of a pixel past the middle.
        Tensor image = cat([full([1, 1, 8, 4], -1f), full([1, 1, 8, 4], 1f)], 3);
        Tensor view = new ResizedCrop(0.25, 1).Transform(image, tensor(new float[,] { { 0, 0.5f, 0, 0 } }));
        Assert.Equal(-1, view.narrow(3, 0, 7).max().item<float>(), 4);
        Assert.Equal(-0.5, view.narrow(3, 7, 1).max().item<float>(), 4);
    }

    [Fact]
    public void Grey_has_the_light_of_the_colours()
    {
        using var scope = NewDisposeScope();
        Tensor images = Images(3);
        Tensor grey = new Greyscale().Apply(images, seed: 1);
        Tensor light = images.select(1, 0).mul(0.299).add(images.select(1, 1).mul(0.587)).add(images.select(1, 2).mul(0.114));
        Assert.All(Enumerable.Range(0, 3), channel => Assert.Equal(0, grey.select(1, channel).sub(light).abs().max().item<float>(), 4));
    }

    [Fact]
    public void Sometimes_changes_its_share_of_the_images_and_each_one_whole()
    {
        using var scope = NewDisposeScope();
        Tensor images = Images(1000);
        Tensor grey = new Greyscale().Apply(images, seed: 1);
        Tensor mixed = new Sometimes(0.2, new Greyscale()).Apply(images, seed: 1);
        Tensor changed = mixed.sub(images).abs().amax([1, 2, 3]).gt(1e-4);                         // [N]
        Assert.InRange(changed.sum().item<long>(), 160, 240);
        Assert.Equal(0, mixed[changed].sub(grey[changed]).abs().max().item<float>(), 4);
        Assert.Equal(0, new Sometimes(0, new Greyscale()).Apply(images, seed: 1).sub(images).abs().max().item<float>());
    }

    [Fact]
    public void Views_stay_in_range_differ_and_come_again_with_their_seed()
    {
        using var scope = NewDisposeScope();
        Tensor images = Images(20);
        foreach (Augmentation views in new[] { ContrastiveViews.SimClr, ContrastiveViews.Medical, ContrastiveViews.CropAndFlip })
        {
            Tensor first = views.Apply(images, seed: 1), again = views.Apply(images, seed: 1), other = views.Apply(images, seed: 2);
            Assert.InRange(first.abs().max().item<float>(), 0, 1.0001);
            Assert.Equal(0, first.sub(again).abs().max().item<float>());
            Assert.True(first.sub(other).abs().mean().item<float>() > 0.01);
        }
    }

    private static Tensor Images(int count)
    {
        using var generator = new Generator(4);
        return rand([count, 3, 8, 8], generator: generator).mul(2).sub(1);
    }
}
