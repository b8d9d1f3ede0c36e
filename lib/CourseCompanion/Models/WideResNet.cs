using CourseCompanion.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// WideResNet: few residual blocks, but wide ones. With 28 layers, twice as wide as a thin ResNet, it is the network on which
/// methods of semi-supervised learning compare themselves: 1,467,610 parameters for colour images of ten classes.
/// </summary>
/// <remarks>
/// <para>Input [N, C, H, W] float, scaled to [-1, 1], of 28 x 28 or 32 x 32 pixels (any size from 4 x 4 on works); output logits [N, K].</para>
/// <para>Zagoruyko and Komodakis, "Wide Residual Networks", 2016, with leaky ReLU of slope 0.1 as in Oliver et al., "Realistic
/// Evaluation of Deep Semi-Supervised Learning Algorithms", 2018. Normalisation and activation come before each convolution.</para>
/// </remarks>
public sealed class WideResNet : Module<Tensor, Tensor>, IFeatureExtractor
{
    private const double Slope = 0.1;
    private const int FirstChannels = 16;

    private readonly Conv2d _stem;
    private readonly Sequential[] _groups;
    private readonly BatchNorm2d _norm;
    private readonly Linear _classifier;

    /// <summary>A network with random weights; call <see cref="random.manual_seed(long)"/> before for the same ones each time.</summary>
    /// <param name="inputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="depth">Number of layers: 4 more than a multiple of 6, such as 10, 16, 28.</param>
    /// <param name="width">How many times as many channels as a thin ResNet, which has 16, 32 and 64.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small, or no such depth exists.</exception>
    public WideResNet(int inputChannels, int classCount, int depth = 28, int width = 2, Device? device = null)
        : base(nameof(WideResNet))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (depth < 10 || depth % 6 != 4)
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth must be 4 more than a multiple of 6: 10, 16, 22, 28.");
        }

        int blocks = (depth - 4) / 6;
        int[] channels = [FirstChannels, 16 * width, 32 * width, 64 * width];
        FeatureCount = channels[^1];
        _stem = Conv2d(inputChannels, FirstChannels, kernel_size: 3, padding: 1, bias: false, device: device);
        _groups =
        [
            .. Enumerable.Range(1, 3).Select(group => Sequential(Enumerable.Range(0, blocks).Select(block => (Module<Tensor, Tensor>)new Block(
                channels[block == 0 ? group - 1 : group], channels[group], stride: block == 0 && group > 1 ? 2 : 1, device)))),
        ];
        _norm = BatchNorm2d(FeatureCount, device: device);
        _classifier = Linear(FeatureCount, classCount, device: device);
        register_module("stem", _stem);
        for (int group = 0; group < _groups.Length; group++)
        {
            register_module($"group{group + 1}", _groups[group]);
        }

        register_module("norm", _norm);
        register_module("classifier", _classifier);
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
        {
            init.kaiming_normal_(convolution.weight, Slope, init.FanInOut.FanOut, init.NonlinearityType.LeakyReLU);
        }
    }

    /// <inheritdoc/>
    public long FeatureCount { get; }

    /// <inheritdoc/>
    /// <remarks>The averages of the last channels over the image.</remarks>
    public Tensor Features(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4)
        {
            throw new ArgumentException($"WideResNet takes images [N, C, H, W]; got [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using Tensor input = Preprocessing.ChannelsLast(images);
        Tensor current = _stem.call(input);                                 // [N, 16, H, W]
        foreach (Sequential group in _groups)
        {
            using Tensor before = current;
            current = group.call(before);
        }

        using Tensor channels = current;                                    // [N, 64 * width, H / 4, W / 4]
        using Tensor activated = _norm.call(channels).leaky_relu_(Slope);
        return activated.mean([2, 3]);                                      // [N, 64 * width]
    }

    /// <summary>Logits [N, K] of images [N, C, H, W].</summary>
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
            _stem.Dispose();
            Array.ForEach(_groups, group => group.Dispose());
            _norm.Dispose();
            _classifier.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Two convolutions whose result is added to the input. Where size or channels change, the input, normalised and
    /// activated, goes through a 1x1 convolution first.
    /// </summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d _norm1;
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _norm2;
        private readonly Conv2d _conv2;
        private readonly Conv2d? _shortcut;
        private readonly int _stride;

        public Block(int inputs, int outputs, int stride, Device? device)
            : base(nameof(Block))
        {
            _stride = stride;
            _norm1 = BatchNorm2d(inputs, device: device);
            _conv1 = Conv2d(inputs, outputs, kernel_size: 3, stride: stride, padding: 1, bias: false, device: device);
            _norm2 = BatchNorm2d(outputs, device: device);
            _conv2 = Conv2d(outputs, outputs, kernel_size: 3, padding: 1, bias: false, device: device);
            register_module("norm1", _norm1);
            register_module("conv1", _conv1);
            register_module("norm2", _norm2);
            register_module("conv2", _conv2);
            if (stride != 1 || inputs != outputs)
            {
                _shortcut = Conv2d(inputs, outputs, kernel_size: 1, stride: stride, bias: false, device: device);
                register_module("shortcut", _shortcut);
            }
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor activated = _norm1.call(input).leaky_relu_(Slope);
            using Tensor first = _conv1.call(activated);
            using Tensor hidden = _norm2.call(first).leaky_relu_(Slope);
            using Tensor correction = _conv2.call(hidden);
            if (_shortcut is null)
            {
                return correction.add(input);
            }

            using Tensor shortcut = PointwiseConvolution.Apply(_shortcut, activated, _stride);
            return correction.add(shortcut);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _norm1.Dispose();
                _conv1.Dispose();
                _norm2.Dispose();
                _conv2.Dispose();
                _shortcut?.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
