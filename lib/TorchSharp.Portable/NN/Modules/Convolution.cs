using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What convolutions of every dimension share.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;
    private readonly bool _unpadded;

    private protected Convolution(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
        : base(name)
    {
        if (in_channels % groups != 0 || out_channels % groups != 0)
        {
            throw new ArgumentException($"in_channels ({in_channels}) and out_channels ({out_channels}) must be divisible by groups ({groups}).", nameof(groups));
        }
        if (padding_type == TorchSharp.Padding.Same && stride.Any(step => step != 1))
        {
            throw new ArgumentException("padding='same' is not supported for strided convolutions", nameof(padding_type));
        }
        if (transposed && padding_mode != PaddingModes.Zeros)
        {
            throw new ArgumentException("Only PaddingModes.Zeros is supported for ConvTransposeND", nameof(padding_mode));
        }
        this.in_channels = in_channels;
        this.out_channels = out_channels;
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.padding_type = padding_type;
        this.dilation = dilation;
        this.transposed = transposed;
        this.output_padding = output_padding;
        this.groups = groups;
        this.padding_mode = padding_mode;
        _unpadded = padding is null ? padding_type != TorchSharp.Padding.Same : padding.All(amount => amount == 0);

        long[] shape = transposed
            ? [in_channels, out_channels / groups, .. kernel_size]
            : [out_channels, in_channels / groups, .. kernel_size];
        weight = nn.Parameter(empty(shape, dtype, device));
        this.bias = bias ? nn.Parameter(empty([out_channels], dtype, device)) : null;
        reset_parameters();
    }

    /// <summary><c>[out_channels, in_channels / groups, ...kernel_size]</c>; transposed: in and out exchanged.</summary>
    public Parameter weight
    {
        get => _weight!;
        set => _weight = SetParameter(nameof(weight), _weight, value);
    }

    public Parameter? bias
    {
        get => _bias;
        set => _bias = SetParameter(nameof(bias), _bias, value);
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public bool transposed { get; }

    public Padding? padding_type { get; }

    public long[]? padding { get; }

    public PaddingModes padding_mode { get; set; }

    public long groups { get; set; }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] dilation { get; set; }

    public long[] output_padding { get; set; }

    public void reset_parameters() => nn.init.ResetLikePyTorch(weight, bias);

    // Padding other than with zeros is an operation of its own before the convolution.
    private protected bool PadsFirst => padding_mode != PaddingModes.Zeros && !_unpadded;

    private protected Tensor PadInput(Tensor input)
    {
        var amounts = new long[2 * kernel_size.Length];
        for (var i = 0; i < kernel_size.Length; i++)
        {
            var last = kernel_size.Length - 1 - i;  // pad starts with the last dimension
            var total = padding is null ? dilation[last] * (kernel_size[last] - 1) : 2 * padding[last];
            amounts[2 * i] = total / 2;
            amounts[(2 * i) + 1] = total - (total / 2);
        }
        return nn.functional.pad(input, amounts, padding_mode);
    }

    private protected void RequireInput(Tensor input, int spatial)
    {
        var shape = input.shape;
        var channels = shape.Length == spatial + 2 ? shape[1] : shape.Length == spatial + 1 ? shape[0] : -1;
        if (channels != in_channels)
        {
            throw new ArgumentException(
                $"Expected {spatial + 1}D (unbatched) or {spatial + 2}D (batched) input with {in_channels} channels to {GetName()}, got [{string.Join(", ", shape)}].",
                nameof(input));
        }
    }
}
