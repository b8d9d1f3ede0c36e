using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// ResNet-18 without its classifier: eight blocks that each add a correction to what they are given, so that gradients find a
/// straight way through. Its features, learnt on ImageNet, describe an image by 512 numbers.
/// </summary>
/// <remarks>
/// He et al., "Deep Residual Learning for Image Recognition", 2016. Parameters are named as in torchvision
/// (<c>layer2.0.downsample.1.running_mean</c>). Its weight file is large (45 MB) and not part of the course: chapters use it
/// when it is there.
/// </remarks>
public sealed class ResNet18 : Module<Tensor, Tensor>, IFeatureExtractor, IFeatureMaps
{
    /// <summary>Name of the weight file that <see cref="PretrainedWeights.Find"/> looks for.</summary>
    public const string WeightFile = "resnet18-imagenet.safetensors";

    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Sequential[] _layers;
    private readonly ImageNetInput _input;
    private readonly int _size;

    /// <summary>A network with random weights; <see cref="Load"/> makes one that has learnt.</summary>
    /// <param name="input">What the weights want pixels to be.</param>
    /// <param name="size">Height and width to which images are brought, in pixels (see <see cref="SqueezeNet.DefaultSize"/>).</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public ResNet18(ImageNetInput input, int size = SqueezeNet.DefaultSize, Device? device = null)
        : base(nameof(ResNet18))
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        (_input, _size) = (input, size);
        _conv1 = Conv2d(3, 64, kernel_size: 7, stride: 2, padding: 3, bias: false, device: device);
        _bn1 = BatchNorm2d(64, device: device);
        _layers =
        [
            Sequential(new Block(64, 64, 1, device), new Block(64, 64, 1, device)),
            Sequential(new Block(64, 128, 2, device), new Block(128, 128, 1, device)),
            Sequential(new Block(128, 256, 2, device), new Block(256, 256, 1, device)),
            Sequential(new Block(256, 512, 2, device), new Block(512, 512, 1, device)),
        ];
        register_module("conv1", _conv1);
        register_module("bn1", _bn1);
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            register_module($"layer{layer + 1}", _layers[layer]);
        }
    }

    /// <inheritdoc/>
    public long FeatureCount => 512;

    /// <summary>Loads a network that has learnt, ready to be used (in evaluation mode).</summary>
    /// <param name="path">A safetensors file with torchvision's names; a classifier (<c>fc</c>) in it is left aside.</param>
    /// <param name="input">What the weights want pixels to be; null to take it from the file's header.</param>
    /// <param name="size">Height and width to which images are brought, in pixels.</param>
    /// <param name="device">Where the weights are to live; the default device if null.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, holds another network, or does not say which input it wants.</exception>
    public static ResNet18 Load(string path, ImageNetInput? input = null, int size = SqueezeNet.DefaultSize, Device? device = null) =>
        PretrainedWeights.Load(path, input, wanted => new ResNet18(wanted, size, device), "fc.");

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
        return MapsOf(input);
    }

    /// <summary>Features [N, 512] of images [N, 3, H, W] that have been prepared as the network wants them.</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor channels = MapsOf(input);
        return channels.mean([2, 3]);
    }

    private Tensor MapsOf(Tensor input)
    {
        using Tensor edges = _conv1.call(input);
        using Tensor normalised = _bn1.call(edges).relu_();
        Tensor current = functional.max_pool2d(normalised, [3], [2], [1]);
        foreach (Sequential layer in _layers)
        {
            using Tensor before = current;
            current = layer.call(before);
        }

        return current;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _conv1.Dispose();
            _bn1.Dispose();
            Array.ForEach(_layers, layer => layer.Dispose());
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Two convolutions whose result is added to the input; where size or channels change, the input goes through a 1x1
    /// convolution first.
    /// </summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _bn1;
        private readonly Conv2d _conv2;
        private readonly BatchNorm2d _bn2;
        private readonly Sequential? _downsample;

        public Block(int inputs, int outputs, int stride, Device? device)
            : base(nameof(Block))
        {
            _conv1 = Conv2d(inputs, outputs, kernel_size: 3, stride: stride, padding: 1, bias: false, device: device);
            _bn1 = BatchNorm2d(outputs, device: device);
            _conv2 = Conv2d(outputs, outputs, kernel_size: 3, padding: 1, bias: false, device: device);
            _bn2 = BatchNorm2d(outputs, device: device);
            register_module("conv1", _conv1);
            register_module("bn1", _bn1);
            register_module("conv2", _conv2);
            register_module("bn2", _bn2);
            if (stride != 1 || inputs != outputs)
            {
                _downsample = Sequential(
                    Conv2d(inputs, outputs, kernel_size: 1, stride: stride, bias: false, device: device), BatchNorm2d(outputs, device: device));
                register_module("downsample", _downsample);
            }
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor first = _conv1.call(input);
            using Tensor hidden = _bn1.call(first).relu_();
            using Tensor second = _conv2.call(hidden);
            using Tensor correction = _bn2.call(second);
            if (_downsample is null)
            {
                return correction.add(input).relu_();
            }

            using Tensor shortcut = _downsample.call(input);
            return correction.add(shortcut).relu_();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _conv1.Dispose();
                _bn1.Dispose();
                _conv2.Dispose();
                _bn2.Dispose();
                _downsample?.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
