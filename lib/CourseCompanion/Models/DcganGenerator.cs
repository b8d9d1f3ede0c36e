using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// Makes images of 28 x 28 pixels out of random numbers, in the manner of Radford, Metz and Chintala (2016, <i>Unsupervised
/// Representation Learning with Deep Convolutional Generative Adversarial Networks</i>): a linear layer gives a map of 7 x 7, and two
/// transposed convolutions double its size.
/// </summary>
/// <remarks>Input z [B, latent] float, usually normal; output images [B, C, 28, 28] in [-1, 1].</remarks>
public sealed class DcganGenerator : Module<Tensor, Tensor>
{
    private const int MapSize = SimpleCnn.ImageSize / 4;

    private readonly Sequential _layers;

    /// <summary>A network with random weights; call <see cref="random.manual_seed(long)"/> before for the same ones each time.</summary>
    /// <param name="outputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="latentSize">How many random numbers z make one image.</param>
    /// <param name="channels">Channels after the first doubling; before it, twice as many.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public DcganGenerator(int outputChannels, int latentSize = 100, int channels = 32, Device? device = null)
        : base(nameof(DcganGenerator))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(latentSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        LatentSize = latentSize;
        int first = 2 * channels;
        _layers = Sequential(
            Linear(latentSize, first * MapSize * MapSize, hasBias: false, device: device),
            Unflatten(1, [first, MapSize, MapSize]),                                                       // [B, 2c, 7, 7]
            BatchNorm2d(first, device: device),
            ReLU(inplace: true),
            ConvTranspose2d(first, channels, 4, stride: 2, padding: 1, bias: false, device: device),       // [B, c, 14, 14]
            BatchNorm2d(channels, device: device),
            ReLU(inplace: true),
            ConvTranspose2d(channels, outputChannels, 4, stride: 2, padding: 1, device: device),           // [B, C, 28, 28]
            Tanh());
        register_module("layers", _layers);
    }

    /// <summary>How many random numbers make one image.</summary>
    public int LatentSize { get; }

    /// <summary>Images [B, C, 28, 28] in [-1, 1] out of random numbers [B, latent].</summary>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.dim() != 2 || input.shape[1] != LatentSize)
        {
            throw new ArgumentException(
                $"DcganGenerator takes random numbers [B, {LatentSize}]; got [{string.Join(", ", input.shape)}].", nameof(input));
        }

        return _layers.call(input);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _layers.Dispose();
        }

        base.Dispose(disposing);
    }
}
