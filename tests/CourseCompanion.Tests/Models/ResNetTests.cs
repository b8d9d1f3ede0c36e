using System.Text.Json;
using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

[Collection(WorkContextTests.Name)]
public sealed class ResNetTests : IDisposable
{
    private static readonly JsonElement GoldenValues = Golden.Load("Models", "resnet_golden.json");
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, GoldenValues.GetProperty("cases").GetArrayLength())];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Features_gradients_and_running_means_are_those_of_PyTorch(int index)
    {
        JsonElement golden = GoldenValues.GetProperty("cases")[index];
        int inputs = golden.GetProperty("inputs").GetInt32(), size = golden.GetProperty("size").GetInt32();
        using ResNet network = Make(golden, inputs);
        network.to(ScalarType.Float64);
        Fill(network, golden.GetProperty("names"));
        Tensor images = tensor((double[])[.. Scatter(3 * inputs * size * size, 5).Select(value => 2 * value)]).reshape(3, inputs, size, size);

        network.eval();
        Tensor features = network.call(images);
        network.train();
        network.call(images).square().sum().backward();

        Assert.Equal([3L, network.FeatureCount], features.shape);
        AssertClose([.. golden.GetProperty("features").EnumerateArray().SelectMany(row => row.Doubles())], features);
        Dictionary<string, Tensor> state = network.state_dict();
        AssertClose(golden.GetProperty("gradient").Doubles(), network.get_parameter("conv1.weight")!.grad!.flatten()[..8]);
        AssertClose(golden.GetProperty("running_mean").Doubles(), state["bn1.running_mean"]);
    }

    [Theory]
    [InlineData("18")]
    [InlineData("34")]
    public void Parameters_are_named_and_counted_as_in_torchvision(string depth)
    {
        JsonElement golden = GoldenValues.GetProperty("networks").EnumerateArray().Single(one => one.GetProperty("name").GetString() == depth);
        using ResNet network = depth == "18" ? ResNet.Of18(stem: ResNetStem.Large) : ResNet.Of34(stem: ResNetStem.Large);

        Assert.Equal(golden.GetProperty("names").EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal), network.state_dict().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(golden.GetProperty("parameters").GetInt64(), network.parameters().Sum(parameter => parameter.numel()));
    }

    [Theory]
    [InlineData(1, 0.25, ResNetStem.Small, 28, 128)]
    [InlineData(3, 0.125, ResNetStem.Small, 32, 64)]
    [InlineData(3, 0.25, ResNetStem.Large, 64, 128)]
    [InlineData(1, 0.5, ResNetStem.Small, 5, 256)]
    public void Shapes_follow_from_channels_and_width(int channels, double width, ResNetStem stem, int size, long features)
    {
        using ResNet network = ResNet.Of18(channels, width, stem);
        network.eval();

        Assert.Equal(features, network.FeatureCount);
        Assert.Equal([2L, features], network.Features(zeros(2, channels, size, size)).shape);
    }

    [Fact]
    public void A_seed_gives_the_same_weights_drawn_with_the_variance_of_He()
    {
        using ResNet first = Seeded(5), same = Seeded(5), other = Seeded(6);
        Tensor weights = first.get_parameter("layer3.0.conv2.weight")!;

        Assert.True(weights.Equals(same.get_parameter("layer3.0.conv2.weight")!));
        Assert.False(weights.allclose(other.get_parameter("layer3.0.conv2.weight")!));
        Assert.Equal(Math.Sqrt(2.0 / (9 * 64)), weights.std().item<float>(), 0.001);
        Assert.All(first.named_parameters().Where(one => one.name.Contains("bn", StringComparison.Ordinal)),
            one => Assert.True(one.parameter.eq(one.name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0).all().item<bool>(), one.name));

        static ResNet Seeded(long seed)
        {
            random.manual_seed(seed);
            return ResNet.Of18(width: 0.25);
        }
    }

    /// <summary>Libtorch's 1x1 convolutions are wrong from 256 channels to 512 (see ResidualBlock).</summary>
    [Fact]
    public void Single_precision_gives_what_double_precision_gives()
    {
        random.manual_seed(2);
        using var network = new ResNet([1, 1, 1, 1]);
        network.eval();
        Tensor images = rand(2, 3, 16, 16), single = network.call(images).detach();
        network.to(ScalarType.Float64);

        AssertClose(network.call(images.to(ScalarType.Float64)).flatten().data<double>().ToArray(), single.to(ScalarType.Float64), 1e-5);
    }

    /// <summary>With eight channels a strided 1x1 convolution of libtorch's own ends the process (see ResidualBlock).</summary>
    [Fact]
    public void Gradient_reaches_every_parameter_of_a_narrow_network()
    {
        random.manual_seed(1);
        using var network = new ResNet([1, 1, 1, 1], width: 0.125);

        network.call(randn(4, 3, 28, 28)).square().sum().backward();

        Assert.All(network.named_parameters(), one => Assert.True(one.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0, one.name));
    }

    [Fact]
    public void Networks_and_images_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ResNet([]));
        Assert.Throws<ArgumentException>(() => new ResNet([1, 1, 1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new ResNet([2, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.Of18(inputChannels: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.Of18(width: 0.3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.Of18(width: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.Of18(width: double.NaN));
        using var network = new ResNet([1], inputChannels: 1, width: 0.125);
        Assert.Contains("[N, 1, H, W]", Assert.Throws<ArgumentException>(() => network.call(zeros(2, 3, 28, 28))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => network.call(zeros(28, 28)));
    }

    private static ResNet Make(JsonElement golden, int inputs) => new(
        [.. golden.GetProperty("blocks").EnumerateArray().Select(count => count.GetInt32())],
        inputs,
        golden.GetProperty("channels").GetInt32() / 64.0,
        golden.GetProperty("large").GetBoolean() ? ResNetStem.Large : ResNetStem.Small);

    private static void Fill(ResNet network, JsonElement names)
    {
        using var noGradient = no_grad();
        Dictionary<string, Tensor> state = network.state_dict();
        int salt = 0;
        foreach (string name in names.EnumerateArray().Select(name => name.GetString()!).Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
        {
            Tensor weights = state[name];
            double fanIn = (double)weights.numel() / weights.shape[0];
            (double shift, double scale) = weights.dim() == 4 ? (0, Math.Sqrt(24 / fanIn))
                : name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal) ? (1.0, 0.4)
                : (0, 0.1);
            weights.copy_(tensor((double[])[.. Scatter((int)weights.numel(), salt++).Select(value => shift + (scale * value))]).reshape(weights.shape));
        }
    }

    private static IEnumerable<double> Scatter(int count, int salt) =>
        Enumerable.Range(0, count).Select(i => ((i + 1.0) * (salt + 1) * 0.6180339887498949 % 1) - 0.5);

    private static void AssertClose(double[] expected, Tensor actual, double tolerance = 1e-9)
    {
        double[] values = actual.detach().contiguous().data<double>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[i], tolerance * largest);
        }
    }
}
