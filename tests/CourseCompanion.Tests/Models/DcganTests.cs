using CourseCompanion.Models;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

[Collection(WorkContextTests.Name)]
public sealed class DcganTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(3, 7)]
    public void Generator_makes_images_of_the_courses_size_and_range(int channels, int latent)
    {
        using var scope = NewDisposeScope();
        using var generator = new DcganGenerator(channels, latent, channels: 4);
        Tensor images = generator.call(randn(5, latent) * 10);

        Assert.Equal([5, channels, 28, 28], images.shape);
        Assert.InRange(images.min().item<float>(), -1, 0);
        Assert.InRange(images.max().item<float>(), 0, 1);
        Assert.Equal(latent, generator.LatentSize);
    }

    [Fact]
    public void Every_random_number_and_every_weight_has_a_part_in_the_image()
    {
        using var scope = NewDisposeScope();
        using var generator = new DcganGenerator(3, 10, channels: 4);
        Tensor z = randn(6, 10).requires_grad_();
        generator.call(z).square().sum().backward();

        Assert.All(z.grad!.abs().sum(dim: 0).data<float>().ToArray(), share => Assert.True(share > 0));
        Assert.All(generator.parameters(), weight => Assert.True(weight.grad!.abs().sum().item<float>() > 0));
    }

    [Fact]
    public void Discriminator_classifies_by_a_linear_layer_on_the_features_it_shows()
    {
        using var scope = NewDisposeScope();
        using var discriminator = new DcganDiscriminator(3, 7, channels: 4);
        discriminator.eval();
        Tensor images = randn(5, 3, 28, 28);
        Tensor features = discriminator.Features(images);                       // [5, 392]
        Dictionary<string, Tensor> weights = discriminator.state_dict();

        Assert.Equal([5, discriminator.FeatureCount], features.shape);
        Tensor expected = features.mm(weights["classifier.weight"].t()) + weights["classifier.bias"];
        Assert.Equal(TrainerTests.Flat(expected), TrainerTests.Flat(discriminator.call(images)), (x, y) => Math.Abs(x - y) < 1e-4f);
    }

    [Fact]
    public void Other_inputs_are_refused_with_the_shape_that_would_do()
    {
        using var generator = new DcganGenerator(3, 10, channels: 4);
        using var discriminator = new DcganDiscriminator(3, 7, channels: 4);

        Assert.Contains("[B, 10]", Assert.Throws<ArgumentException>(() => generator.call(ones(2, 11))).Message, StringComparison.Ordinal);
        Assert.Contains("[N, C, 28, 28]", Assert.Throws<ArgumentException>(() => discriminator.call(ones(2, 3, 32, 32))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DcganGenerator(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DcganDiscriminator(3, 1));
    }

    [Fact]
    public void The_seed_of_the_process_gives_the_weights()
    {
        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));

        static float[] Weights(int seed)
        {
            using var scope = NewDisposeScope();
            random.manual_seed(seed);
            using var generator = new DcganGenerator(1, 5, channels: 2);
            return [.. generator.parameters().SelectMany(weight => TrainerTests.Flat(weight))];
        }
    }
}
