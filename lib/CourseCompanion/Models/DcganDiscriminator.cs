using CourseCompanion.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// The network that usually judges a <see cref="DcganGenerator"/>: two convolutions of stride 2 with leaky ReLU instead of pooling,
/// so that its gradient says something about every pixel, then one linear layer. Its K logits classify real images.
/// </summary>
/// <remarks>
/// Radford, Metz and Chintala, 2016, <i>Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
/// Networks</i>. Input [N, C, 28, 28] float, scaled to [-1, 1]; output logits [N, K].
/// </remarks>
public sealed class DcganDiscriminator : Module<Tensor, Tensor>, IFeatureExtractor
{
    private const int MapSize = SimpleCnn.ImageSize / 4;

    private readonly Sequential _features;
    private readonly Linear _classifier;

    /// <summary>A network with random weights; call <see cref="random.manual_seed(long)"/> before for the same ones each time.</summary>
    /// <param name="inputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="classCount">Number of real classes K.</param>
    /// <param name="channels">Channels after the first convolution; after the second, twice as many.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public DcganDiscriminator(int inputChannels, int classCount, int channels = 32, Device? device = null)
        : base(nameof(DcganDiscriminator))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        FeatureCount = MapSize * MapSize * 2L * channels;
        _features = Sequential(
            Conv2d(inputChannels, channels, 4, stride: 2, padding: 1, device: device),                  // [N, c, 14, 14]
            LeakyReLU(0.2, inplace: true),
            Conv2d(channels, 2 * channels, 4, stride: 2, padding: 1, bias: false, device: device),      // [N, 2c, 7, 7]
            BatchNorm2d(2 * channels, device: device),
            LeakyReLU(0.2, inplace: true),
            Flatten());                                                                                 // [N, D]
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
        if (images.dim() != 4 || images.shape[2] != SimpleCnn.ImageSize || images.shape[3] != SimpleCnn.ImageSize)
        {
            throw new ArgumentException(
                $"DcganDiscriminator takes images [N, C, {SimpleCnn.ImageSize}, {SimpleCnn.ImageSize}]; got [{string.Join(", ", images.shape)}].",
                nameof(images));
        }

        using Tensor input = Preprocessing.ChannelsLast(images);
        return _features.call(input);
    }

    /// <summary>Logits [N, K] of images [N, C, 28, 28].</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor features = Features(input);
        return _classifier.call(features);
    }

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
