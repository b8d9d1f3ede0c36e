using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// SqueezeNet 1.1 without its classifier: a small network (722,496 weights) whose features, learnt on the photographs of
/// ImageNet, describe any image by 512 numbers. Chapter 2 compares them with those of chapter 1's network.
/// </summary>
/// <remarks>
/// Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and &lt;0.5MB model size", 2016; version 1.1
/// of the authors' repository. Parameters are named as in torchvision (<c>features.3.squeeze.weight</c>).
/// </remarks>
public sealed class SqueezeNet : Module<Tensor, Tensor>, IFeatureExtractor, IFeatureMaps
{
    /// <summary>Name of the weight file that <see cref="PretrainedWeights.Find"/> looks for.</summary>
    public const string WeightFile = "squeezenet1_1-imagenet.safetensors";

    /// <summary>Height and width to which images are brought, in pixels, unless told otherwise.</summary>
    /// <remarks>
    /// The network was trained at 224. An image of 28 x 28 has no detail to fill that with, and time grows with the square: the
    /// ten nearest of 3,000 training images of DermaMNIST name the class of a validation image rightly 68.2 times in 100 at 48
    /// pixels, 70.4 at 64, 70.1 at 96, 70.8 at 112, and the 7,007 training images take some 3 seconds of two free cores at 64,
    /// three times as long at 112. Give larger images more, up to 224.
    /// </remarks>
    public const int DefaultSize = 64;

    /// <summary>Smallest size of which four reductions leave a pixel.</summary>
    public const int MinimalSize = 17;

    private readonly Sequential _features;
    private readonly int _size;
    private readonly ImageNetInput _input;

    /// <summary>A network with random weights; <see cref="Load"/> makes one that has learnt.</summary>
    /// <param name="input">What the weights want pixels to be.</param>
    /// <param name="size">Height and width to which images are brought, in pixels, at least <see cref="MinimalSize"/>.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public SqueezeNet(ImageNetInput input, int size = DefaultSize, Device? device = null)
        : base(nameof(SqueezeNet))
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, MinimalSize);
        _input = input;
        _size = size;
        _features = Sequential(
            Conv2d(3, 64, kernel_size: 3, stride: 2, device: device),
            ReLU(inplace: true),
            MaxPool2d(kernel_size: 3, stride: 2, ceil_mode: true),
            new Fire(64, 16, 64, device),
            new Fire(128, 16, 64, device),
            MaxPool2d(kernel_size: 3, stride: 2, ceil_mode: true),
            new Fire(128, 32, 128, device),
            new Fire(256, 32, 128, device),
            MaxPool2d(kernel_size: 3, stride: 2, ceil_mode: true),
            new Fire(256, 48, 192, device),
            new Fire(384, 48, 192, device),
            new Fire(384, 64, 256, device),
            new Fire(512, 64, 256, device));
        register_module("features", _features);
    }

    /// <inheritdoc/>
    public long FeatureCount => 512;

    /// <summary>Loads a network that has learnt, ready to be used (in evaluation mode).</summary>
    /// <param name="path">A safetensors file, or one of PyTorch (<c>.pth</c>), with torchvision's names; a classifier in it is left aside.</param>
    /// <param name="input">What the weights want pixels to be; null to take it from the file's header.</param>
    /// <param name="size">Height and width to which images are brought, in pixels.</param>
    /// <param name="device">Where the weights are to live; the default device if null.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, holds another network, or does not say which input it wants.</exception>
    public static SqueezeNet Load(string path, ImageNetInput? input = null, int size = DefaultSize, Device? device = null) =>
        PretrainedWeights.Load(path, input, wanted => new SqueezeNet(wanted, size, device), "classifier.");

    /// <inheritdoc/>
    /// <remarks>
    /// Images are [N, 3, H, W], or [N, 1, H, W] in grey, in [-1, 1] and of any size: they are brought to the network's size
    /// and scale here. The features are the averages of the last 512 channels over the image.
    /// </remarks>
    public Tensor Features(Tensor images)
    {
        using Tensor input = _input.Prepare(images, _size);
        return forward(input);
    }

    /// <inheritdoc/>
    public Tensor Maps(Tensor images)
    {
        using Tensor input = _input.Prepare(images, _size);
        return _features.call(input);
    }

    /// <summary>Features [N, 512] of images [N, 3, H, W] that have been prepared as the network wants them.</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor channels = _features.call(input);
        return channels.mean([2, 3]);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _features.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// SqueezeNet's building block: few channels first ("squeeze"), so that the two convolutions that follow ("expand") are
    /// cheap; their outputs stand side by side.
    /// </summary>
    private sealed class Fire : Module<Tensor, Tensor>
    {
        private readonly Conv2d _squeeze;
        private readonly Conv2d _expand1x1;
        private readonly Conv2d _expand3x3;

        public Fire(int inputs, int squeezed, int expanded, Device? device)
            : base(nameof(Fire))
        {
            _squeeze = Conv2d(inputs, squeezed, kernel_size: 1, device: device);
            _expand1x1 = Conv2d(squeezed, expanded, kernel_size: 1, device: device);
            _expand3x3 = Conv2d(squeezed, expanded, kernel_size: 3, padding: 1, device: device);
            register_module("squeeze", _squeeze);
            register_module("expand1x1", _expand1x1);
            register_module("expand3x3", _expand3x3);
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor squeezed = _squeeze.call(input).relu_();
            using Tensor small = _expand1x1.call(squeezed).relu_();
            using Tensor large = _expand3x3.call(squeezed).relu_();
            return cat([small, large], 1);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _squeeze.Dispose();
                _expand1x1.Dispose();
                _expand3x3.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
