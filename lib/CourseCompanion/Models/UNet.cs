using CourseCompanion.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// U-Net: says of every pixel what it belongs to. On the way down, blocks of two convolutions see ever more of the image ever more coarsely; on the way
/// up, each block also gets what the block of the same size saw on the way down: where the edges are.
/// </summary>
/// <remarks>
/// <para>Input [N, C, H, W] float, scaled to [-1, 1]; output logits [N, K, H, W]. Height and width are divisible by 2^depth.</para>
/// <para>Ronneberger and others, "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015; the paper's network is four levels deep and 64
/// channels wide. As is usual since: padding, so that the answer is as large as the image, and batch normalisation. On the way up, a 1x1 convolution halves
/// the channels, and the pixels in between are interpolated: a transposed convolution takes four times the weights, and draws chequered patterns (Odena and
/// others, "Deconvolution and Checkerboard Artifacts", 2016). Both steps are linear and can change places; in this order they take a quarter of the work.</para>
/// <code>
/// var network = new UNet(channels: 1, classes: 2, width: 8, depth: 3);
/// Tensor logits = network.call(zeros(4, 1, 64, 64));  // [4, 2, 64, 64]
/// </code>
/// </remarks>
public sealed class UNet : Module<Tensor, Tensor>
{
    private readonly int _channels;
    private readonly UNetBlock[] _down;
    private readonly Conv2d[] _halve;
    private readonly UNetBlock[] _up;
    private readonly Conv2d _last;

    /// <summary>A network with random weights, drawn with the variance of He from a generator of its own.</summary>
    /// <param name="channels">Channels C of the images: 1 for grey, 3 for colour.</param>
    /// <param name="classes">Number of classes K of a pixel.</param>
    /// <param name="width">Channels of the first block; each level down has twice as many.</param>
    /// <param name="depth">How many times the image is halved.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public UNet(int channels = 1, int classes = 2, int width = 16, int depth = 4, int seed = 42, Device? device = null)
        : base(nameof(UNet))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        (_channels, Depth) = (channels, depth);
        _down = [.. Enumerable.Range(0, depth + 1).Select(level => new UNetBlock(level == 0 ? channels : width << (level - 1), width << level, device))];
        _halve = [.. Enumerable.Range(0, depth).Select(level => Conv2d(width << (level + 1), width << level, kernel_size: 1, bias: false, device: device))];
        _up = [.. Enumerable.Range(0, depth).Select(level => new UNetBlock(width << (level + 1), width << level, device))];
        _last = Conv2d(width, classes, kernel_size: 1, device: device);
        for (int level = 0; level <= depth; level++)
        {
            register_module($"down{level}", _down[level]);
        }

        for (int level = depth - 1; level >= 0; level--)
        {
            register_module($"halve{level}", _halve[level]);
            register_module($"up{level}", _up[level]);
        }

        register_module("last", _last);
        Draw(seed);
    }

    /// <summary>How many times the image is halved.</summary>
    public int Depth { get; }

    /// <summary>Logits [N, K, H, W] of images [N, C, H, W].</summary>
    /// <exception cref="ArgumentException">The images have another shape, or a side that cannot be halved so often.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Check(input);
        var seen = new Tensor[Depth];
        Tensor current = Preprocessing.ChannelsLast(input);
        for (int level = 0; level < Depth; level++)
        {
            using Tensor before = current;
            seen[level] = _down[level].call(before);                                    // [N, width * 2^level, H / 2^level, W / 2^level]
            current = functional.max_pool2d(seen[level], 2);
        }

        using (Tensor before = current)
        {
            current = _down[Depth].call(before);                                        // [N, width * 2^depth, H / 2^depth, W / 2^depth]
        }

        for (int level = Depth - 1; level >= 0; level--)
        {
            using Tensor before = current, beside = seen[level];
            using Tensor halved = PointwiseConvolution.Apply(_halve[level], before, stride: 1);
            using Tensor enlarged = functional.interpolate(
                halved, [beside.shape[2], beside.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false);
            using Tensor both = cat([beside, enlarged], 1);                              // [N, 2 * width * 2^level, ...]
            current = _up[level].call(both);                                            // [N, width * 2^level, ...]
        }

        using Tensor features = current;                                                // [N, width, H, W]
        return PointwiseConvolution.Apply(_last, features, stride: 1);                  // [N, K, H, W]
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.ForEach(_down, block => block.Dispose());
            Array.ForEach(_halve, convolution => convolution.Dispose());
            Array.ForEach(_up, block => block.Dispose());
            _last.Dispose();
        }

        base.Dispose(disposing);
    }

    // TorchSharp would register every field once more, under the field's name, when the module becomes a part of another.
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    private void Check(Tensor input)
    {
        if (input.dim() != 4 || input.shape[1] != _channels)
        {
            throw new ArgumentException($"This U-Net takes images [N, {_channels}, H, W]; got [{string.Join(", ", input.shape)}].", nameof(input));
        }

        int unit = 1 << Depth;
        if (input.shape[2] % unit != 0 || input.shape[3] % unit != 0)
        {
            throw new ArgumentException(
                $"A U-Net of depth {Depth} halves the image {Depth} times: both sides must be multiples of {unit}, not {input.shape[2]} x {input.shape[3]}. " +
                $"Use a smaller depth, or images of {RoundUp(input.shape[2])} x {RoundUp(input.shape[3])}.",
                nameof(input));
        }

        long RoundUp(long side) => Math.Max(1, (side + unit - 1) / unit) * unit;
    }

    private void Draw(int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator((ulong)(uint)seed);
        foreach ((string name, Parameter weight) in named_parameters().Where(one => one.parameter.dim() == 4))
        {
            // Of a ReLU's input He's variance is 2 / inputs; the last layer has none after it.
            long inputs = weight.shape[1] * weight.shape[2] * weight.shape[3];
            double deviation = Math.Sqrt((name.StartsWith("last", StringComparison.Ordinal) ? 1.0 : 2.0) / inputs);
            weight.copy_(randn(weight.shape, generator: generator).mul(deviation));
        }

        _last.bias!.zero_();
    }
}
