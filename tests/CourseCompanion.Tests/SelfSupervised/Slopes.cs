using CourseCompanion.Models;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

/// <summary>
/// Grey images that get lighter in one direction, each in its own: a few patches tell what all others look like. What a method
/// that rebuilds patches learns in seconds: their pattern or, if some images are light and others dark, their pixels.
/// </summary>
internal sealed class Slopes : IDisposable
{
    private readonly ResidentImages _images;

    public Slopes(int count, bool lightAndDark)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor angles = rand([count, 1, 1], generator: generator).mul(2 * Math.PI);
        Tensor light = rand([count, 1, 1], generator: generator).mul(160).sub(80);
        Tensor place = linspace(-1, 1, 28);
        Tensor levels = angles.cos() * place.reshape(1, 28, 1) + angles.sin() * place.reshape(1, 1, 28);  // [N, 28, 28]
        _images = new ResidentImages((lightAndDark ? levels.mul(30).add(light) : levels.mul(85)).add(127.5).to(ScalarType.Byte).unsqueeze(1));
    }

    public static VisionTransformer Encoder() => new(1, width: 32, depth: 1, heads: 4, patchSize: 7);

    /// <summary>The loss of a network that answers 0.</summary>
    public double Nothing(bool normalized)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = Patches.Of(_images.Batch(0, _images.Count), 7);
        return (normalized ? Patches.Normalize(patches) : patches).square().mean().item<float>();
    }

    /// <summary>Trains a method, and gives the mean loss of its last pass over the images.</summary>
    public double Train(PretextMethod method)
    {
        using var pretrainer = new Pretrainer(
            method, _images, PretrainingOptions.Generative with { Epochs = 15, BatchSize = 64, LearningRate = 5e-3 });
        return pretrainer.Run()[^1].Loss;
    }

    public void Dispose() => _images.Dispose();
}
