using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                Op.Call("linear", input, weights, bias);

            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1) =>
                Op.Call("conv1d", input, weight, bias, Argument.List(stride ?? 1), Argument.List(padding ?? 0), Argument.List(dilation ?? 1), groups);

            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Op.Call("conv2d", input, weight, bias, strides ?? (Argument)(1, 1), padding ?? (Argument)(0, 0), dilation ?? (Argument)(1, 1), groups);

            /// <summary>With <see cref="Padding.Same"/>, the output has the input's height and width.</summary>
            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Op.Call("conv2d.padding", input, weight, bias, strides ?? (Argument)(1, 1), padding == Padding.Same ? "same" : "valid", dilation ?? (Argument)(1, 1), groups);

            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                Op.Call("conv_transpose2d.input", input, weight, bias, strides ?? (Argument)(1, 1), padding ?? (Argument)(0, 0), output_padding ?? (Argument)(0, 0), groups, dilation ?? (Argument)(1, 1));

            /// <summary>Sliding blocks as columns: <c>[N, C, H, W]</c> to <c>[N, C * kernel_size^2, L]</c>.</summary>
            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                Op.Call("im2col", input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));
        }
    }
}
