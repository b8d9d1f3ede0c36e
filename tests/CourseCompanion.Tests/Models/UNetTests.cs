using System.Text.Json;
using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

[Collection(WorkContextTests.Name)]
public sealed class UNetTests : IDisposable
{
    private static readonly JsonElement GoldenValues = Golden.Load("Models", "unet_golden.json");
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<int, ScalarType> Cases
    {
        get
        {
            var data = new TheoryData<int, ScalarType>();
            for (int index = 0; index < GoldenValues.GetProperty("cases").GetArrayLength(); index++)
            {
                data.Add(index, ScalarType.Float64);
                data.Add(index, ScalarType.Float32);
            }

            return data;
        }
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_loss_gradients_and_running_means_are_those_of_PyTorch(int index, ScalarType type)
    {
        JsonElement golden = GoldenValues.GetProperty("cases")[index];
        int Int(string name) => golden.GetProperty(name).GetInt32();
        (int channels, int high, int wide) = (Int("channels"), Int("height"), Int("image_width"));
        double tolerance = type == ScalarType.Float64 ? 1e-9 : 1e-5;
        using var network = new UNet(channels, Int("classes"), Int("width"), Int("depth"));
        network.to(type);
        Fill(network, golden.GetProperty("names"));
        Tensor images = tensor((double[])[.. Scatter(3 * channels * high * wide, 5).Select(value => 2 * value)]).reshape(3, channels, high, wide).to(type);
        Tensor masks = tensor((long[])[.. Scatter(3 * high * wide, 9).Select(value => (long)((value + 0.5) * Int("classes")))]).reshape(3, high, wide);

        network.eval();
        Tensor logits = network.call(images);
        network.train();
        Tensor loss = nn.functional.cross_entropy(network.call(images), masks);
        loss.backward();

        Assert.Equal([3L, Int("classes"), high, wide], logits.shape);
        Assert.Equal(golden.GetProperty("parameters").GetInt64(), network.parameters().Sum(parameter => parameter.numel()));
        AssertClose(golden.GetProperty("logits").Doubles(), logits.narrow(0, 0, 2), tolerance);
        Assert.Equal(golden.GetProperty("loss").GetDouble(), loss.to(ScalarType.Float64).item<double>(), tolerance);
        foreach (JsonProperty gradient in golden.GetProperty("gradients").EnumerateObject())
        {
            Tensor own = network.get_parameter(gradient.Name)!.grad!.flatten();
            AssertClose(gradient.Value.Doubles(), own.narrow(0, 0, Math.Min(12, own.numel())), 10 * tolerance);
        }

        AssertClose(golden.GetProperty("running_mean").Doubles(), network.state_dict()["up0.norm2.running_mean"], tolerance);
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        using var network = new UNet(width: 2, depth: 2);
        network.to(ScalarType.Float64);
        Tensor images = rand([2, 1, 8, 8], ScalarType.Float64, generator: new Generator(1)), masks = images.squeeze(1).gt(0.6).to(ScalarType.Int64);
        Loss().backward();

        const double Small = 1e-6;
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            using var noGradient = no_grad();
            Tensor place = parameter.flatten().narrow(0, parameter.numel() / 2, 1);
            double expected = parameter.grad!.flatten()[parameter.numel() / 2].item<double>();
            place.add_(Small);
            double above = Loss().item<double>();
            place.sub_(2 * Small);
            double below = Loss().item<double>();
            place.add_(Small);
            Assert.True(Math.Abs(((above - below) / (2 * Small)) - expected) < 1e-6 * Math.Max(1, Math.Abs(expected)), name);
        }

        Tensor Loss() => nn.functional.cross_entropy(network.call(images), masks);
    }

    /// <summary>Two faults of libtorch's convolutions in single precision: see Preprocessing.ChannelsLast and PointwiseConvolution.</summary>
    [Theory]
    [InlineData(4, 2, 16)]
    [InlineData(8, 3, 64)]
    [InlineData(16, 4, 32)]
    [InlineData(6, 4, 16)]
    public void Single_precision_gives_the_logits_and_gradients_of_double_precision_whatever_memory_held(int width, int depth, int side)
    {
        using var network = new UNet(width: width, depth: depth);
        Tensor images = randn([3, 1, side, side], generator: new Generator(3)), masks = images.squeeze(1).gt(0.5).to(ScalarType.Int64);
        foreach (long size in new long[] { 9, side * side, 3 * side * side })
        {
            foreach (long times in new[] { 1, width, 2 * width, 16 })
            {
                full([size * times], float.NaN).Dispose();
            }
        }

        (Tensor single, Tensor[] gradients) = Run(images);
        network.to(ScalarType.Float64);
        (Tensor twice, Tensor[] expected) = Run(images.to(ScalarType.Float64));

        Assert.InRange(single.to(ScalarType.Float64).sub(twice).abs().max().item<double>(), 0, 1e-3 * twice.abs().max().item<double>());
        foreach ((Tensor own, Tensor other) in gradients.Zip(expected))
        {
            Assert.InRange(own.to(ScalarType.Float64).sub(other).norm().item<double>(), 0, (2e-2 * other.norm().item<double>()) + 1e-6);
        }

        (Tensor Logits, Tensor[] Gradients) Run(Tensor input)
        {
            network.zero_grad();
            Tensor logits = network.call(input);
            nn.functional.cross_entropy(logits, masks).backward();
            return (logits.detach(), [.. network.parameters().Select(parameter => parameter.grad!.clone())]);
        }
    }

    [Fact]
    public void The_network_of_the_paper_has_as_many_channels_as_there()
    {
        using var network = new UNet(width: 64, depth: 4);
        Dictionary<string, Tensor> state = network.state_dict();
        Assert.Equal([64L, 1, 3, 3], state["down0.conv1.weight"].shape);
        Assert.Equal([1024L, 512, 3, 3], state["down4.conv1.weight"].shape);
        Assert.Equal([512L, 1024, 3, 3], state["up3.conv1.weight"].shape);
        Assert.Equal([2L, 64, 1, 1], state["last.weight"].shape);
    }

    [Fact]
    public void A_seed_gives_the_same_weights_whatever_the_process_has_drawn()
    {
        using UNet first = new(width: 4, depth: 2, seed: 5);
        rand(3).Dispose();
        using UNet same = new(width: 4, depth: 2, seed: 5), other = new(width: 4, depth: 2, seed: 6);
        Tensor images = zeros(1, 1, 8, 8);
        images[0, 0, 3, 3] = 1;

        Assert.True(first.call(images).Equals(same.call(images)));
        Assert.False(first.call(images).allclose(other.call(images)));
        using var wide = new UNet(width: 32, depth: 1);
        Assert.Equal(Math.Sqrt(2.0 / (9 * 64)), wide.get_parameter("down1.conv2.weight")!.std().item<float>(), 0.001);
    }

    [Fact]
    public void Every_parameter_is_registered_once_also_inside_another_module()
    {
        using var network = new UNet(width: 2, depth: 2);
        using var outer = nn.Sequential(network);
        Assert.Equal(network.parameters().Count(), outer.parameters().Count());
        Assert.Equal(network.state_dict().Count, outer.state_dict().Count);
    }

    [Fact]
    public void Sizes_that_cannot_be_halved_so_often_are_refused_with_a_way_out()
    {
        using var network = new UNet(width: 2, depth: 3);
        string message = Assert.Throws<ArgumentException>(() => network.call(zeros(1, 1, 28, 30))).Message;
        Assert.Contains("multiples of 8, not 28 x 30", message, StringComparison.Ordinal);
        Assert.Contains("images of 32 x 32", message, StringComparison.Ordinal);
        Assert.Contains("[N, 1, H, W]", Assert.Throws<ArgumentException>(() => network.call(zeros(1, 3, 32, 32))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => network.call(zeros(32, 32)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UNet(depth: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UNet(width: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UNet(classes: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UNet(channels: 0));
    }

    private static void Fill(UNet network, JsonElement names)
    {
        using var noGradient = no_grad();
        Dictionary<string, Tensor> state = network.state_dict();
        string[] expected = [.. names.EnumerateArray().Select(name => name.GetString()!)];
        Assert.Equal(expected.Order(StringComparer.Ordinal), state.Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        int salt = 0;
        foreach (string name in expected)
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

    private static void AssertClose(double[] expected, Tensor actual, double tolerance)
    {
        double[] values = actual.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[i], tolerance * Math.Max(1, largest));
        }
    }
}
