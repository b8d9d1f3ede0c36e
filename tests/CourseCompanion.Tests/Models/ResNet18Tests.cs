using System.Text.Json;
using CourseCompanion.Files;
using CourseCompanion.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

public sealed class ResNet18Tests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resnet18").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly JsonElement _golden = Golden.Load("Models", "resnet18_golden.json");

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Features_on_made_up_weights_are_those_of_PyTorch()
    {
        using var network = new ResNet18(ImageNetInput.Standardised, size: 64);
        network.to(ScalarType.Float64);
        Fill(network);
        network.eval();
        Tensor pixels = tensor(
            (byte[])[.. Scatter(2 * 3 * 28 * 28, 5).Select(value => (byte)Math.Floor((value + 0.5) * 256))], ScalarType.Byte).reshape(2, 3, 28, 28);

        double[] features = network.Features(pixels.to(ScalarType.Float64).div(127.5).sub(1)).contiguous().data<double>().ToArray();

        double[] expected = [.. _golden.GetProperty("features").EnumerateArray().SelectMany(row => row.Doubles())];
        Assert.Equal(2 * network.FeatureCount, features.Length);
        double largest = expected.Max();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], features[i], 1e-9 * largest);
        }
    }

    [Fact]
    public void A_file_with_torchvisions_names_loads_without_its_classifier()
    {
        using var network = new ResNet18(ImageNetInput.Standardised);
        network.eval();
        Dictionary<string, Tensor> tensors = network.state_dict();
        Assert.Equal(
            _golden.GetProperty("names").EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal),
            tensors.Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(11_176_512, network.parameters().Sum(p => p.numel()));
        tensors["fc.weight"] = zeros(1000, 512);
        tensors["fc.bias"] = zeros(1000);
        string path = Path.Combine(_folder, ResNet18.WeightFile);
        Safetensors.Save(path, tensors);

        using ResNet18 loaded = ResNet18.Load(path, ImageNetInput.Standardised, size: 32);

        Assert.False(loaded.training);
        Assert.True(allclose(network.state_dict()["layer4.1.conv2.weight"], loaded.state_dict()["layer4.1.conv2.weight"], 0, 0));
        Assert.Equal([2L, 512], loaded.Features(zeros(2, 1, 28, 28)).shape);
        Assert.Throws<InvalidDataException>(() => ResNet18.Load(path));
        Assert.Throws<InvalidDataException>(() => SqueezeNet.Load(path, ImageNetInput.Standardised));
    }

    private void Fill(ResNet18 network)
    {
        using var noGradient = no_grad();
        Dictionary<string, Tensor> state = network.state_dict();
        int salt = 0;
        foreach (string name in _golden.GetProperty("names").EnumerateArray().Select(name => name.GetString()!))
        {
            Tensor weights = state[name];
            double fanIn = (double)weights.numel() / weights.shape[0];
            (double shift, double scale) = weights.dim() == 4 ? (0, Math.Sqrt(24 / fanIn))
                : name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal) ? (1.0, 0.4)
                : (0, 0.1);
            double[] values = [.. Scatter((int)weights.numel(), salt++).Select(value => shift + (scale * value))];
            weights.copy_(tensor(values).reshape(weights.shape));
        }
    }

    private static IEnumerable<double> Scatter(int count, int salt) =>
        Enumerable.Range(0, count).Select(i => ((i + 1.0) * (salt + 1) * 0.6180339887498949 % 1) - 0.5);
}
