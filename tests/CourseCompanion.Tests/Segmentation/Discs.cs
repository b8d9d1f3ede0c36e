using CourseCompanion.Augmentations;
using CourseCompanion.Models;
using CourseCompanion.Segmentation;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Segmentation;

/// <summary>Bright discs on noise, each in a place and of a size of its own: a task that a tiny U-Net learns in seconds.</summary>
internal sealed class Discs : IDisposable
{
    public const int Side = 16;

    public Discs(int count, int seed = 1, double contrast = 70)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        Tensor middles = (rand([count, 2, 1, 1], generator: generator) * (Side - 6)) + 3;
        Tensor radii = (rand([count, 1, 1], generator: generator) * 2) + 2;
        Tensor y = arange(Side).reshape(1, Side, 1), x = arange(Side).reshape(1, 1, Side);
        Tensor inside = ((y - middles.select(1, 0)).square() + (x - middles.select(1, 1)).square()).lt(radii.square());   // [N, 16, 16]
        Tensor pixels = (inside.to(ScalarType.Float32) * contrast) + 90 + (randn([count, Side, Side], generator: generator) * 40);
        Masks = inside.to(ScalarType.Int64).DetachFromDisposeScope();
        Images = new ResidentImages(pixels.clamp(0, 255).to(ScalarType.Byte).unsqueeze(1));
    }

    public ResidentImages Images { get; }

    /// <summary>[N, 16, 16], int64.</summary>
    public Tensor Masks { get; }

    public static UNet Network(int seed = 1) => new(width: 4, depth: 2, seed: seed);

    public static SemiSupervisedOptions Options(int steps) => new()
    {
        Steps = steps,
        BatchSize = 4,
        UnlabelledRatio = 1,
        LearningRate = 0.01,
        Optimizer = (parameters, learningRate) => optim.Adam(parameters, learningRate),
        Weak = new AffineSequence(new Flip(0.5, 0.5), new Shift(0.1)),
        Strong = new Compose(new ColorJitter(0.2, 0.2), new Cutout(0.2)),
    };

    public LabelledImages First(int count) => new(Images, arange(count), Masks.narrow(0, 0, count).clone());

    public Tensor Rest(int from) => arange(from, Images.Count);

    /// <summary>A batch of four images with masks and four without.</summary>
    public SemiSupervisedBatch Batch(double progress = 0.5, int seed = 7)
    {
        SemiSupervisedOptions options = Options(1);
        return new SemiSupervisedBatch(Images.Batch(0, 4), Masks.narrow(0, 0, 4), Images.Batch(4, 4), arange(4), new Generator((ulong)seed))
        {
            WeakAugmentation = options.Weak,
            StrongAugmentation = options.Strong,
            Progress = progress,
        };
    }

    /// <summary>Dice of all pixels of all images but the first.</summary>
    public double Dice(nn.Module<Tensor, Tensor> network, int from)
    {
        using var scope = NewDisposeScope();
        Tensor found = MaskPredictor.Masks(MaskPredictor.Probabilities(network, Images, Rest(from))).to(ScalarType.Int64);
        Tensor truth = Masks.narrow(0, from, Images.Count - from);
        return 2.0 * (found * truth).sum().item<long>() / (found.sum().item<long>() + truth.sum().item<long>());
    }

    public void Dispose()
    {
        Images.Dispose();
        Masks.Dispose();
    }
}
