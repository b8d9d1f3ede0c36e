using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// A 1x1 convolution as the matrix product that it is: every pixel's channels, by one matrix. Of channels that lie last in memory, libtorch
/// 2.10's own (oneDNN) is wrong: from 256 channels to 512 in all it gives, and below 16 channels, with strides, its gradient writes beyond its memory.
/// </summary>
internal static class PointwiseConvolution
{
    /// <summary>What the convolution gives.</summary>
    /// <param name="convolution">The convolution; only its weights and its bias, if it has one, count.</param>
    /// <param name="input">[N, inputs, H, W].</param>
    /// <param name="stride">Every how many pixels, in both directions, one counts.</param>
    /// <returns>[N, outputs, H / stride, W / stride], rounded up.</returns>
    public static Tensor Apply(Conv2d convolution, Tensor input, int stride)
    {
        using DisposeScope scope = NewDisposeScope();
        TensorIndex step = TensorIndex.Slice(step: stride);
        Tensor pixels = input[TensorIndex.Ellipsis, step, step].permute(0, 2, 3, 1);                                   // [N, h, w, inputs]
        return functional.linear(pixels, convolution.weight.flatten(1), convolution.bias).permute(0, 3, 1, 2).MoveToOuterDisposeScope();  // [N, outputs, h, w]
    }
}
