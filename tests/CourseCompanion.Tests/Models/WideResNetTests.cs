using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

[Collection(WorkContextTests.Name)]
public sealed class WideResNetTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Eight_times_as_wide_it_says_what_it_says_in_double_precision()
    {
        random.manual_seed(1);
        using var model = new WideResNet(3, 2, depth: 10, width: 8);  // a shortcut from 256 channels to 512: see PointwiseConvolution
        model.eval();
        Tensor images = randn(2, 3, 16, 16);
        Tensor single = model.Features(images).to(ScalarType.Float64);
        model.to(ScalarType.Float64);
        Assert.Equal(0, single.sub(model.Features(images.to(ScalarType.Float64))).abs().max().item<double>(), 3);
    }

    [Fact]
    public void Parameters_are_those_of_WideResNet_28_2()
    {
        using var model = new WideResNet(3, 10);

        // The first convolution, three groups of four blocks (in the first of each: what changes the channels), the last layers.
        const long Stem = 3 * 16 * 9;
        const long Last = (2 * 128) + (128 * 10) + 10;
        Assert.Equal(Stem + Group(16, 32) + Group(32, 64) + Group(64, 128) + Last, Count(model));
        Assert.Equal(1_467_610, Count(model));

        static long Group(long inputs, long outputs) =>
            (2 * inputs) + (inputs * outputs * 9) + (2 * outputs) + (outputs * outputs * 9) + (inputs * outputs)
            + (3 * 2 * ((2 * outputs) + (outputs * outputs * 9)));
    }

    [Theory]
    [InlineData(3, 7, 28)]
    [InlineData(1, 2, 28)]
    [InlineData(3, 10, 32)]
    public void Shapes_follow_from_images_and_classes(int channels, int classes, int size)
    {
        using var model = new WideResNet(channels, classes);
        model.eval();
        Tensor images = zeros(2, channels, size, size);

        Assert.Equal([2L, classes], model.call(images).shape);
        Assert.Equal([2, 128], model.Features(images).shape);
        Assert.Equal(128, model.FeatureCount);
    }

    [Fact]
    public void Gradient_reaches_every_parameter()
    {
        manual_seed(1);
        using var model = new WideResNet(3, 7, depth: 10, width: 2);
        model.train();

        nn.functional.cross_entropy(model.call(randn(6, 3, 28, 28)), tensor([0L, 1, 2, 3, 4, 5])).backward();

        Assert.All(model.named_parameters(), one => Assert.True(one.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0, one.name));
    }

    [Fact]
    public void A_seed_gives_the_same_weights_and_the_signal_keeps_its_size_through_the_layers()
    {
        using WideResNet first = Make(5), same = Make(5), other = Make(6);
        Tensor images = randn(8, 3, 28, 28);

        Assert.True(first.call(images).Equals(same.call(images)));
        Assert.False(first.call(images).allclose(other.call(images)));
        Assert.InRange(first.Features(images).std().item<float>(), 0.05f, 5f);

        static WideResNet Make(long seed)
        {
            manual_seed(seed);
            return new WideResNet(3, 7);
        }
    }

    [Fact]
    public void A_block_that_keeps_its_channels_adds_to_its_input()
    {
        using var model = new WideResNet(1, 2, depth: 10, width: 1);
        model.eval();
        using (no_grad())
        {
            foreach ((string name, var parameter) in model.named_parameters().Where(one => one.name.Contains("conv2", StringComparison.Ordinal)))
            {
                parameter.zero_();
            }
        }

        // Without corrections, and where nothing changes the channels, only the first convolution is left of the first group.
        Tensor edges = Part("stem").call(rand(2, 1, 8, 8));
        Assert.True(Part("group1").call(edges).Equals(edges));

        nn.Module<Tensor, Tensor> Part(string name) => (nn.Module<Tensor, Tensor>)model.named_modules().Single(one => one.name == name).module;
    }

    [Fact]
    public void Depths_and_images_that_do_not_fit_are_refused()
    {
        Assert.Contains("28", Assert.Throws<ArgumentOutOfRangeException>(() => new WideResNet(3, 7, depth: 27)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WideResNet(3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WideResNet(3, 7, depth: 4));
        using var model = new WideResNet(3, 7, depth: 10);
        Assert.Contains("[N, C, H, W]", Assert.Throws<ArgumentException>(() => model.call(zeros(3, 28, 28))).Message, StringComparison.Ordinal);
    }

    private static long Count(nn.Module model) => model.parameters().Sum(parameter => parameter.numel());
}
