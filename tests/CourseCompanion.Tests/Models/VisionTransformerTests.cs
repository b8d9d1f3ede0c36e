using System.Text.Json;
using CourseCompanion.Models;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Tests.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

[Collection(WorkContextTests.Name)]
public sealed class VisionTransformerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly JsonElement _golden = Golden.Load("Models", "vision_transformer_golden.json");

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Features_on_made_up_weights_are_those_of_PyTorch()
    {
        using VisionTransformer network = MadeUp();

        AssertClose(_golden.GetProperty("features"), network.call(Images()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tokens_under_a_mask_are_those_of_PyTorch(bool forEachImage)
    {
        using VisionTransformer network = MadeUp();
        Tensor mask = Aim.PrefixMask(tensor(new long[] { 3, 3 }), 9);                 // [2, 1, 9, 9]
        mask = forEachImage ? mask : mask[0, 0];

        AssertClose(_golden.GetProperty("prefix_tokens"), network.Encode(network.Embed(Images()), mask)[1]);
    }

    [Fact]
    public void Positions_are_sines_and_cosines_of_row_and_column_and_do_not_learn()
    {
        using VisionTransformer network = MadeUp();

        AssertClose(_golden.GetProperty("positions"), VisionTransformer.SinesAndCosines(3, 16).to(ScalarType.Float64), 1e-7);
        Assert.Equal(_golden.GetProperty("parameters").EnumerateArray().Select(name => name.GetString()), network.named_parameters().Select(one => one.name));
        Assert.Equal(network.state_dict().Keys, network.named_parameters().Select(one => one.name));
    }

    [Theory]
    [InlineData(3, 28, 4, 49)]
    [InlineData(1, 28, 7, 16)]
    [InlineData(1, 32, 8, 16)]
    public void Shapes_follow_from_images_and_patches(int channels, int imageSize, int patchSize, int patches)
    {
        using var network = new VisionTransformer(channels, width: 24, depth: 1, heads: 3, imageSize, patchSize);
        Tensor images = zeros(2, channels, imageSize, imageSize);

        Assert.Equal((patches, patchSize * patchSize * channels, 24L), (network.PatchCount, network.PatchNumbers, network.FeatureCount));
        Assert.Equal([2, patches, 24], network.Embed(images).shape);
        Assert.Equal([2, 24], network.Features(images).shape);
    }

    [Fact]
    public void Every_patch_sees_every_other_and_the_gradient_reaches_every_parameter()
    {
        manual_seed(1);
        using var network = new VisionTransformer(3, width: 16, depth: 2, imageSize: 12);
        Tensor images = rand(2, 3, 12, 12).requires_grad_();
        Tensor token = network.Encode(network.Embed(images))[0, 0];                   // [D]

        Tensor gradient = autograd.grad([(token * arange(16)).sum()], [images], retain_graph: true)[0];
        (network.call(images) * arange(16)).sum().backward();

        Assert.All(Patches.Of(gradient, 4)[0].abs().sum(1).data<float>().ToArray(), patch => Assert.True(patch > 0));
        Assert.Equal(0, gradient[1].abs().sum().item<float>());
        Assert.All(network.named_parameters(), one => Assert.True(one.parameter.grad is { } found && found.abs().sum().item<float>() > 0, one.name));
    }

    [Fact]
    public void A_seed_gives_the_same_weights_and_each_setting_changes_the_features()
    {
        Tensor images = rand(2, 1, 28, 28);
        double plain = Sum(() => new VisionTransformer(1, 16, 2, 4));

        Assert.Equal(plain, Sum(() => new VisionTransformer(1, 16, 2, 4)));
        Assert.NotEqual(plain, Sum(() => new VisionTransformer(1, 32, 2, 4)));
        Assert.NotEqual(plain, Sum(() => new VisionTransformer(1, 16, 3, 4)));
        Assert.NotEqual(plain, Sum(() => new VisionTransformer(1, 16, 2, 2)));
        Assert.NotEqual(plain, Sum(() => new VisionTransformer(1, 16, 2, 4, patchSize: 7)));

        double Sum(Func<VisionTransformer> make)
        {
            manual_seed(5);
            using VisionTransformer network = make();
            return network.call(images).square().sum().item<float>();
        }
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using var network = new VisionTransformer(1, 16, 2, 4);
        Tensor images = rand(2, 1, 28, 28);
        using DisposeScope scope = NewDisposeScope();

        using Tensor features = network.call(images);

        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VisionTransformer(3, imageSize: 30));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VisionTransformer(3, width: 64, heads: 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VisionTransformer(3, width: 6, heads: 2));
        using var network = new VisionTransformer(3, 16, 1, 2);
        Assert.Contains("[N, 3, 28, 28]", Assert.Throws<ArgumentException>(() => network.call(zeros(2, 1, 28, 28))).Message, StringComparison.Ordinal);
    }

    private static VisionTransformer MadeUp()
    {
        var network = new VisionTransformer(3, width: 16, depth: 2, heads: 4, imageSize: 12);
        network.to(ScalarType.Float64);
        using var noGradient = no_grad();
        foreach (((string name, var parameter), int salt) in network.named_parameters().Select((one, salt) => (one, salt)))
        {
            long[] shape = parameter.shape;
            double scale = shape.Length > 1 ? Math.Sqrt(12.0 / shape[1]) : 0.5;
            double shift = name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 : 0;
            parameter.copy_(Scatter(parameter.numel(), salt).mul(scale).add(shift).reshape(shape));
        }

        return network;
    }

    private static Tensor Images() => Scatter(2 * 3 * 12 * 12, 70).mul(2).reshape(2, 3, 12, 12);

    private static Tensor Scatter(long count, int salt) =>
        arange(count, dtype: ScalarType.Float64).add(1).mul(salt + 1).mul(0.6180339887498949).remainder(1).sub(0.5);

    // The positions are kept in single precision.
    private static void AssertClose(JsonElement expected, Tensor actual, double tolerance = 1e-6)
    {
        double[] values = [.. expected.EnumerateArray().SelectMany(row => row.Doubles())];
        double[] ours = [.. actual.contiguous().data<double>()];
        Assert.Equal(values.Length, ours.Length);
        Assert.All(values.Zip(ours), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));
    }
}
