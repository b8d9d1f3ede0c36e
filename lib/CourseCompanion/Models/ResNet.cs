using CourseCompanion.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>How a <see cref="ResNet"/> begins.</summary>
public enum ResNetStem
{
    /// <summary>A 3x3 convolution that keeps the size: for images of 28 x 28 or 32 x 32 pixels.</summary>
    Small,

    /// <summary>The paper's, for images of 224 x 224 pixels: a 7x7 convolution, then a maximum, which leave a quarter of height and width.</summary>
    Large,
}

/// <summary>
/// ResNet without its classifier: blocks that each add a correction to what they are given, so that gradients find a straight
/// way through. Four stages; from one to the next, height and width are halved and channels are doubled.
/// </summary>
/// <remarks>
/// <para>Input [N, C, H, W] float, scaled to [-1, 1]; output [N, 512 * width]: the averages of the last channels over the image.</para>
/// <para>He et al., "Deep Residual Learning for Image Recognition", 2016. Parameters are named as in torchvision
/// (<c>layer2.0.downsample.1.running_mean</c>) and begin as there: convolutions of He's variance (fan-out), batch norms at 1 and 0.</para>
/// </remarks>
/// <example>
/// <code>
/// var encoder = ResNet.Of18(inputChannels: 3, width: 0.25);
/// Console.WriteLine(encoder.FeatureCount);
/// </code>
/// </example>
public sealed class ResNet : Encoder
{
    private const int FirstChannels = 64;
    private const int MaximalStages = 4;

    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Sequential[] _layers;
    private readonly ResNetStem _stem;
    private readonly int _inputChannels;

    /// <summary>A network with random weights; call <see cref="random.manual_seed(long)"/> before for the same ones each time.</summary>
    /// <param name="blocks">Blocks in each stage, one to four stages: [2, 2, 2, 2] is ResNet-18.</param>
    /// <param name="inputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="width">Channels as a share of the paper's 64, 128, 256 and 512: 0.25 begins with 16 and ends with 128.</param>
    /// <param name="stem">How the network begins: as suits small images, or as in the paper.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    /// <exception cref="ArgumentException">There are no stages, more than four, or one without blocks.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no input channels, or the width gives no whole number of channels.</exception>
    public ResNet(
        IReadOnlyList<int> blocks, int inputChannels = 3, double width = 1, ResNetStem stem = ResNetStem.Small, Device? device = null)
        : this(blocks, inputChannels, width, stem, device, draw: true)
    {
    }

    /// <summary>The same, which need not draw weights of He's variance: others are to be loaded.</summary>
    internal ResNet(IReadOnlyList<int> blocks, int inputChannels, double width, ResNetStem stem, Device? device, bool draw)
        : base(nameof(ResNet))
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputChannels, 1);
        if (blocks.Count is < 1 or > MaximalStages || blocks.Any(count => count < 1))
        {
            throw new ArgumentException(
                $"A ResNet has one to {MaximalStages} stages of at least one block each; got [{string.Join(", ", blocks)}].", nameof(blocks));
        }

        int channels = (int)(FirstChannels * width);
        if (channels < 1 || channels != FirstChannels * width)
        {
            throw new ArgumentOutOfRangeException(
                nameof(width), width, $"{FirstChannels} times the width must be a whole number of channels: 0.25, 0.5, 1.");
        }

        (_stem, _inputChannels) = (stem, inputChannels);
        _conv1 = stem == ResNetStem.Large
            ? Conv2d(inputChannels, channels, kernel_size: 7, stride: 2, padding: 3, bias: false, device: device)
            : Conv2d(inputChannels, channels, kernel_size: 3, padding: 1, bias: false, device: device);
        _bn1 = BatchNorm2d(channels, device: device);
        register_module("conv1", _conv1);
        register_module("bn1", _bn1);
        _layers = new Sequential[blocks.Count];
        int inputs = channels;
        for (int stage = 0; stage < blocks.Count; stage++)
        {
            int outputs = channels << stage, stride = stage == 0 ? 1 : 2;
            _layers[stage] = Sequential(Enumerable.Range(0, blocks[stage]).Select(block => (Module<Tensor, Tensor>)new ResidualBlock(
                block == 0 ? inputs : outputs, outputs, block == 0 ? stride : 1, device)));
            register_module($"layer{stage + 1}", _layers[stage]);
            inputs = outputs;
        }

        FeatureCount = inputs;
        foreach (Conv2d convolution in draw ? modules().OfType<Conv2d>() : [])
        {
            init.kaiming_normal_(convolution.weight, 0, init.FanInOut.FanOut, init.NonlinearityType.ReLU);
        }
    }

    /// <inheritdoc/>
    public override long FeatureCount { get; }

    /// <summary>ResNet-18, with two blocks in each stage.</summary>
    /// <param name="inputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="width">Channels as a share of the paper's.</param>
    /// <param name="stem">How the network begins.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no input channels, or the width gives no whole number of channels.</exception>
    public static ResNet Of18(int inputChannels = 3, double width = 1, ResNetStem stem = ResNetStem.Small, Device? device = null) =>
        new([2, 2, 2, 2], inputChannels, width, stem, device);

    /// <summary>ResNet-34, with three, four, six and three blocks.</summary>
    /// <param name="inputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="width">Channels as a share of the paper's.</param>
    /// <param name="stem">How the network begins.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no input channels, or the width gives no whole number of channels.</exception>
    public static ResNet Of34(int inputChannels = 3, double width = 1, ResNetStem stem = ResNetStem.Small, Device? device = null) =>
        new([3, 4, 6, 3], inputChannels, width, stem, device);

    /// <summary>Features [N, D] of images [N, C, H, W].</summary>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.dim() != 4 || input.shape[1] != _inputChannels)
        {
            throw new ArgumentException(
                $"This ResNet takes images [N, {_inputChannels}, H, W]; got [{string.Join(", ", input.shape)}].", nameof(input));
        }

        using Tensor images = Preprocessing.ChannelsLast(input);
        using Tensor channels = MapsOf(images);
        return channels.mean([2, 3]);                                       // [N, 512 * width]
    }

    /// <summary>The last channels [N, 512 * width, h, w] of images [N, C, H, W], before they are averaged.</summary>
    internal Tensor MapsOf(Tensor images)
    {
        using Tensor edges = _conv1.call(images);
        Tensor current = _bn1.call(edges).relu_();                          // [N, 64 * width, H, W], or half of H and W
        if (_stem == ResNetStem.Large)
        {
            using Tensor before = current;
            current = functional.max_pool2d(before, [3], [2], [1]);         // [N, 64 * width, H / 4, W / 4]
        }

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
}
