using System.Text.Json;
using CourseCompanion.Files;
using CourseCompanion.Models;
using CourseCompanion.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

public sealed class SqueezeNetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("squeezenet").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly JsonElement _golden = Golden.Load("Models", "squeezenet_golden.json");

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Features_on_made_up_weights_are_those_of_PyTorch()
    {
        using SqueezeNet network = MadeUp(size: 64);
        network.to(ScalarType.Float64);

        AssertClose(_golden.GetProperty("made_up"), network.Features(Images(ScalarType.Float64)), 1e-9);
    }

    [PretrainedWeightsFact(SqueezeNet.WeightFile)]
    public void Features_on_the_weights_learnt_on_ImageNet_are_those_of_PyTorch()
    {
        using SqueezeNet network = SqueezeNet.Load(PretrainedWeights.Find(SqueezeNet.WeightFile).Path!, size: 112);
        network.to(ScalarType.Float64);

        AssertClose(_golden.GetProperty("imagenet"), network.Features(Images(ScalarType.Float64)), 1e-9);
    }

    [PretrainedWeightsFact(SqueezeNet.WeightFile)]
    public void Single_precision_and_batches_change_features_by_rounding_only()
    {
        using SqueezeNet network = SqueezeNet.Load(PretrainedWeights.Find(SqueezeNet.WeightFile).Path!, size: 112);
        using var images = new ResidentImages(Pixels());

        Tensor features = Predictor.Apply(network, network.Features, images, batchSize: 1);

        Assert.False(network.training);
        Assert.Equal([2L, 512], features.shape);
        AssertClose(_golden.GetProperty("imagenet"), features.to(ScalarType.Float64), 2e-5);
    }

    [Fact]
    public void Parameters_have_the_names_and_number_of_torchvision()
    {
        using var network = new SqueezeNet(ImageNetInput.Standardised);

        Assert.Equal(_golden.GetProperty("parameters").EnumerateArray().Select(name => name.GetString()), network.named_parameters().Select(p => p.name));
        Assert.Equal(722_496, network.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void A_file_with_a_classifier_loads_without_it_and_the_header_decides_the_input()
    {
        using SqueezeNet network = MadeUp(size: 32);
        Dictionary<string, Tensor> tensors = network.state_dict();
        tensors["classifier.1.weight"] = zeros(1000, 512, 1, 1);
        tensors["classifier.1.bias"] = zeros(1000);
        string path = Path.Combine(_folder, "whole.safetensors");
        Safetensors.Save(path, tensors, new Dictionary<string, string>
        {
            ["input"] = "RGB 0..1 minus (0.485,0.456,0.406) divided by (0.229, 0.224, 0.225), 224x224",
        });

        using SqueezeNet loaded = SqueezeNet.Load(path, size: 32);

        Assert.False(loaded.training);
        Assert.True(allclose(network.Features(Images(ScalarType.Float32)), loaded.Features(Images(ScalarType.Float32)), 0, 0));
    }

    [Fact]
    public void A_header_that_does_not_tell_the_input_is_an_error_with_the_way_out()
    {
        using SqueezeNet network = MadeUp(size: 32);
        string path = Path.Combine(_folder, "silent.safetensors");
        Safetensors.Save(path, network);

        string message = Assert.Throws<InvalidDataException>(() => SqueezeNet.Load(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("ImageNetInput.Standardised", message, StringComparison.Ordinal);
        using SqueezeNet told = SqueezeNet.Load(path, ImageNetInput.Standardised);

        Safetensors.Save(path, network, new Dictionary<string, string> { ["input"] = "grey 0..7" });
        Assert.Contains("'grey 0..7'", Assert.Throws<InvalidDataException>(() => SqueezeNet.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_weights_of_another_network_are_refused()
    {
        string path = Path.Combine(_folder, "cnn.safetensors");
        using var other = new SimpleCnn(3, 7);
        Safetensors.Save(path, other);

        string message = Assert.Throws<InvalidDataException>(() => SqueezeNet.Load(path, ImageNetInput.Standardised)).Message;
        Assert.Contains("'features.0.weight' is [16, 3, 3, 3] instead of [64, 3, 3, 3]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_two_inputs_are_what_they_say()
    {
        Tensor images = Images(ScalarType.Float64);
        Tensor bytes = Pixels().to(ScalarType.Float64);

        Tensor rgb = ImageNetInput.Standardised.Prepare(images, 28);
        Tensor bgr = ImageNetInput.BlueGreenRed.Prepare(images, 28);

        Assert.Equal(((bytes[1, 0, 3, 4].item<double>() / 255) - 0.485) / 0.229, rgb[1, 0, 3, 4].item<double>(), 1e-12);
        Assert.Equal(bytes[1, 2, 3, 4].item<double>() - 103.939, bgr[1, 0, 3, 4].item<double>(), 1e-12);
        Assert.Equal(bytes[1, 0, 3, 4].item<double>() - 123.68, bgr[1, 2, 3, 4].item<double>(), 1e-12);
    }

    [Fact]
    public void Grey_images_count_as_three_equal_channels_and_large_ones_are_averaged()
    {
        Tensor grey = Images(ScalarType.Float64).narrow(1, 0, 1);
        ImageNetInput input = ImageNetInput.BlueGreenRed;

        Assert.True(allclose(input.Prepare(grey, 40), input.Prepare(grey.expand(-1, 3, -1, -1).contiguous(), 40)));

        // A fine checkerboard, reduced eight times, is even: no pixel is picked, all are averaged.
        Tensor board = arange(256).add(arange(256).reshape(-1, 1)).remainder(2).to(ScalarType.Float64).mul(2).sub(1).reshape(1, 1, 256, 256);
        Tensor reduced = input.Prepare(board, 32).narrow(1, 0, 1);
        Assert.Equal(127.5 - 103.939, reduced[0, 0, 16, 16].item<double>(), 1.0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Images_of_another_shape_are_refused(int channels)
    {
        using var network = new SqueezeNet(ImageNetInput.Standardised);

        string message = Assert.Throws<ArgumentException>(() => network.Features(zeros(1, channels, 28, 28))).Message;
        Assert.Contains("[N, 3, H, W]", message, StringComparison.Ordinal);
    }

    private static Tensor Pixels() => tensor(
        (byte[])[.. Scatter(2 * 3 * 28 * 28, 5).Select(value => (byte)Math.Floor((value + 0.5) * 256))], ScalarType.Byte).reshape(2, 3, 28, 28);

    private static Tensor Images(ScalarType type) => Pixels().to(type).div(127.5).sub(1);

    private static SqueezeNet MadeUp(int size)
    {
        var network = new SqueezeNet(ImageNetInput.Standardised, size);
        network.to(ScalarType.Float64);
        using (no_grad())
        {
            int salt = 0;
            foreach ((string name, var parameter) in network.named_parameters())
            {
                int count = (int)parameter.numel();
                double scale = name.EndsWith("weight", StringComparison.Ordinal) ? Math.Sqrt(24.0 / (count / (double)parameter.shape[0])) : 0.1;
                parameter.copy_(tensor(Scatter(count, salt++).Select(value => value * scale).ToArray()).reshape(parameter.shape));
            }
        }

        network.eval();
        return size == 64 ? network : (SqueezeNet)network.to(ScalarType.Float32);
    }

    private static IEnumerable<double> Scatter(int count, int salt) =>
        Enumerable.Range(0, count).Select(i => ((i + 1.0) * (salt + 1) * 0.6180339887498949 % 1) - 0.5);

    private static void AssertClose(JsonElement expected, Tensor actual, double relative)
    {
        double[] values = actual.contiguous().data<double>().ToArray();
        double[][] rows = [.. expected.EnumerateArray().Select(row => row.Doubles())];
        double largest = rows.Max(row => row.Max(Math.Abs));
        Assert.Equal(rows.Length * 512, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(rows[i / 512][i % 512], values[i], relative * largest);
        }
    }
}
