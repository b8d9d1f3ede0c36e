using static TorchSharp.torch;

namespace TorchSharp.Modules;

public abstract class ConvolutionTranspose : Convolution
{
    private protected ConvolutionTranspose(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[] padding, long[] dilation, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
        : base(name, in_channels, out_channels, kernel_size, stride, padding, null, dilation, true, output_padding, groups, bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>With an output size: which of the sizes that the stride makes possible is meant.</summary>
    public abstract Tensor forward(Tensor input, long[]? output_size);

    private protected long[] PaddingFor(Tensor input, long[]? output_size)
    {
        if (output_size is null)
        {
            return output_padding;
        }
        var spatial = kernel_size.Length;
        var wanted = output_size[^spatial..];
        var sizes = input.shape[^spatial..];
        var result = new long[spatial];
        for (var i = 0; i < spatial; i++)
        {
            var smallest = ((sizes[i] - 1) * stride[i]) - (2 * padding![i]) + (dilation[i] * (kernel_size[i] - 1)) + 1;
            result[i] = wanted[i] - smallest;
            if (result[i] < 0 || result[i] >= stride[i])
            {
                throw new ArgumentException(
                    $"Requested an output size of {wanted[i]} in dimension {i}, but sizes from {smallest} to {smallest + stride[i] - 1} are possible.",
                    nameof(output_size));
            }
        }
        return result;
    }
}

public sealed class ConvTranspose2d : ConvolutionTranspose
{
    internal ConvTranspose2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long) stride, (long, long) padding, (long, long) dilation, (long, long) output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
        : base(nameof(ConvTranspose2d), in_channels, out_channels, [kernel_size.Item1, kernel_size.Item2], [stride.Item1, stride.Item2], [padding.Item1, padding.Item2], [dilation.Item1, dilation.Item2], [output_padding.Item1, output_padding.Item2], groups, bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input, long[]? output_size)
    {
        RequireInput(input, 2);
        return nn.functional.conv_transpose2d(input, weight, bias, stride, padding, PaddingFor(input, output_size), dilation, groups);
    }
}
