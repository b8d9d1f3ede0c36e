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

    private readonly ResNet _network;
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
        _network = new ResNet([2, 2, 2, 2], inputChannels: 3, width: 1, ResNetStem.Large, device, draw: false);

        // Its parts are this network's own, so that parameters have torchvision's names.
        foreach ((string name, Module part) in _network.named_children())
        {
            register_module(name, part);
        }
    }

    /// <inheritdoc/>
    public long FeatureCount => _network.FeatureCount;

    /// <summary>Loads a network that has learnt, ready to be used (in evaluation mode).</summary>
    /// <param name="path">A safetensors file, or one of PyTorch (<c>.pth</c>), with torchvision's names; a classifier (<c>fc</c>) in it is left aside.</param>
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
        return _network.MapsOf(input);
    }

    /// <summary>Features [N, 512] of images [N, 3, H, W] that have been prepared as the network wants them.</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor channels = _network.MapsOf(input);
        return channels.mean([2, 3]);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _network.Dispose();
        }

        base.Dispose(disposing);
    }
}
