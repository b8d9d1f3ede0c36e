using CourseCompanion.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// The mission's network, for grey images and two classes: three blocks of convolution 3x3 (32, 64 and 128 channels), ReLU and max
/// pooling, a linear layer of 256 with dropout, one logit.
/// </summary>
/// <remarks>Input [N, 1, S, S] float in [-1, 1]; output log-odds [N] of class 1.</remarks>
public sealed class ScanCnn : Module<Tensor, Tensor>
{
    private readonly Sequential _maps;
    private readonly Sequential _head;

    /// <summary>A network with random weights; call <see cref="random.manual_seed(long)"/> before for the same ones each time.</summary>
    /// <param name="size">Height and width S of the images, a multiple of 8.</param>
    /// <param name="dropout">Share of the 256 units silenced while learning, in [0, 1).</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public ScanCnn(int size = 64, double dropout = 0.3, Device? device = null)
        : base(nameof(ScanCnn))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        ArgumentOutOfRangeException.ThrowIfNotEqual(size % 8, 0, nameof(size));
        ImageSize = size;
        _maps = Sequential(
            Conv2d(1, 32, kernel_size: 3, padding: 1, device: device),
            ReLU(inplace: true),
            MaxPool2d(kernel_size: 2),
            Conv2d(32, 64, kernel_size: 3, padding: 1, device: device),
            ReLU(inplace: true),
            MaxPool2d(kernel_size: 2),
            Conv2d(64, 128, kernel_size: 3, padding: 1, device: device),
            ReLU(inplace: true));
        _head = Sequential(
            MaxPool2d(kernel_size: 2),
            Flatten(),
            Linear(128 * (size / 8) * (size / 8), 256, device: device),
            ReLU(inplace: true),
            Dropout(dropout),
            Linear(256, 1, device: device),
            Flatten(0));
        register_module("maps", _maps);
        register_module("head", _head);
    }

    /// <summary>Height and width of the images, in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>The 128 maps [N, 128, S/4, S/4] of the last convolution: where in the image something was found.</summary>
    /// <param name="images">Images [N, 1, S, S].</param>
    public Tensor Maps(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[1] != 1 || images.shape[2] != ImageSize || images.shape[3] != ImageSize)
        {
            throw new ArgumentException(
                $"The network takes grey images [N, 1, {ImageSize}, {ImageSize}]; got [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using Tensor input = Preprocessing.ChannelsLast(images);
        return _maps.call(input);
    }

    /// <summary>Log-odds [N] of class 1 from the maps of the last convolution.</summary>
    /// <param name="maps">Maps [N, 128, S/4, S/4].</param>
    public Tensor Decide(Tensor maps) => _head.call(maps);

    /// <summary>Log-odds [N] of class 1 of images [N, 1, S, S].</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor maps = Maps(input);
        return Decide(maps);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _maps.Dispose();
            _head.Dispose();
        }

        base.Dispose(disposing);
    }
}
