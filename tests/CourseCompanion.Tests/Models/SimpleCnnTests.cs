using System.Text.Json;
using CourseCompanion.Models;
using CourseCompanion.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

public class SimpleCnnTests
{
    private const int Batch = 32;
    private const int Classes = 7;

    /// <summary>
    /// libtorch's convolutions pad channels to a multiple of 16 and, unless these lie last in memory, leave the padding as they found it.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Gradients_do_not_depend_on_what_memory_held_before(int channels)
    {
        random.manual_seed(1);
        using SimpleCnn model = new(channels, 3, 4, 8);
        using Tensor images = randn(15, channels, 28, 28);
        for (int attempt = 0; attempt < 20; attempt++)
        {
            using var scope = NewDisposeScope();
            foreach (long size in new[] { 15 * 14 * 14, 15 * 28 * 28, 9 })
            {
                foreach (long times in new[] { 1, 4, 8, 16, 32, 64 })
                {
                    full([size * times], float.NaN).Dispose();
                }
            }

            model.call(images).square().sum().backward();
            Assert.All(model.parameters(), parameter => Assert.False(parameter.grad!.isnan().any().item<bool>()));
            model.zero_grad();
        }
    }

    [Fact]
    public void Twenty_steps_from_the_same_weights_give_the_losses_of_PyTorch()
    {
        JsonElement golden = Golden.Load("Models", "simple_cnn_golden.json");
        using var scope = NewDisposeScope();
        using var model = new SimpleCnn(3, Classes);
        model.to(ScalarType.Float64);
        var parameters = model.named_parameters().ToArray();
        Assert.Equal(golden.GetProperty("parameters").EnumerateArray().Select(name => name.GetString()), parameters.Select(p => p.name));
        using (no_grad())
        {
            for (int salt = 0; salt < parameters.Length; salt++)
            {
                (string name, var parameter) = parameters[salt];
                double shift = name is "features.1.weight" or "features.5.weight" ? 1 : 0;
                float[] values = [.. Scatter((int)parameter.numel(), salt).Select(value => (float)((float)value * 0.1f + shift))];
                parameter.copy_(tensor(values).reshape(parameter.shape));
            }
        }

        using var trainer = new Trainer(model, new TrainingOptions { LearningRate = 1e-3 });
        double[] expected = golden.GetProperty("losses").Doubles();
        for (int step = 0; step < expected.Length; step++)
        {
            using var stepScope = NewDisposeScope();
            (Tensor pixels, Tensor labels) = BatchOf(step);
            using var images = new ResidentImages(pixels);
            Tensor input = images.Batch(0, Batch).to(ScalarType.Float64);
            Assert.Equal(expected[step], trainer.Step(input, labels).Loss.item<double>(), 1e-8);
        }

        model.eval();
        using var noGradient = no_grad();
        using var first = new ResidentImages(BatchOf(0).Pixels);
        Tensor images0 = first.Batch(0, Batch).to(ScalarType.Float64);
        double[] logits = model.call(images0).contiguous().data<double>().ToArray();
        JsonElement expectedLogits = golden.GetProperty("logits");
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.Equal(expectedLogits[i / Classes][i % Classes].GetDouble(), logits[i], 1e-7);
        }

        Tensor features = model.Features(images0);
        Assert.Equal([Batch, 1568L], features.shape);
        double sum = golden.GetProperty("feature_sum").GetDouble();
        Assert.Equal(sum, features.sum().item<double>(), Math.Abs(sum) * 1e-8);
    }

    [Theory]
    [InlineData(3, 7, 16, 32, 1568)]
    [InlineData(1, 2, 4, 6, 294)]
    public void Shapes_follow_from_the_channels(int channels, int classes, int first, int second, long features)
    {
        using var scope = NewDisposeScope();
        using var model = new SimpleCnn(channels, classes, first, second);
        model.eval();
        Tensor images = zeros(5, channels, 28, 28);

        Assert.Equal(features, model.FeatureCount);
        Assert.Equal([5, features], model.Features(images).shape);
        Assert.Equal([5L, classes], model.call(images).shape);
    }

    [Fact]
    public void Parameters_are_those_of_the_course()
    {
        using var model = new SimpleCnn(3, 7);

        Assert.Equal((16 * 27) + 16 + 32 + (32 * 144) + 32 + 64 + (1568 * 7) + 7, model.parameters().Sum(p => p.numel()));
    }

    [Fact]
    public void Images_of_another_size_are_refused_with_the_expected_one()
    {
        using var model = new SimpleCnn(3, 7);
        using Tensor images = zeros(1, 3, 32, 32);

        Assert.Contains("[N, C, 28, 28]", Assert.Throws<ArgumentException>(() => model.call(images)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<double> Scatter(int count, int salt) =>
        Enumerable.Range(0, count).Select(i => ((i + 1.0) * (salt + 1) * 0.6180339887498949 % 1) - 0.5);

    private static (Tensor Pixels, Tensor Labels) BatchOf(int step)
    {
        const int Size = 3 * 28 * 28;
        long[] labels = [.. Scatter(Batch, step + 100).Select(value => (long)Math.Floor((value + 0.5) * Classes))];
        byte[] pixels = [.. Scatter(Batch * Size, step).Select((value, i) =>
            (byte)MathF.Floor((float)Math.Floor((value + 0.5) * 256) * (1 - (labels[i / Size] / (2.0f * Classes)))))];
        return (tensor(pixels, ScalarType.Byte).reshape(Batch, 3, 28, 28), tensor(labels, ScalarType.Int64));
    }
}
