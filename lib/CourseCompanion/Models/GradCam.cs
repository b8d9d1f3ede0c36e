using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// Grad-CAM (Selvaraju et al., 2017): where in an image a convolutional network finds what speaks for an answer. Each map of the last
/// convolution weighs by the mean slope of the score along it; what is positive in the weighted sum is drawn over the image.
/// </summary>
/// <remarks>It shows where the network looked, not why, and not where the lesion is: it is a question to the physician, no proof.</remarks>
public static class GradCam
{
    /// <summary>Heat of every pixel for a score.</summary>
    /// <param name="maps">Maps [N, K, h, w] of the last convolution.</param>
    /// <param name="score">From maps [N, K, h, w] to the score [N] of the answer to be explained.</param>
    /// <param name="height">Height of the images.</param>
    /// <param name="width">Width of the images.</param>
    /// <returns>float32 [N, H, W] in [0, 1], the hottest pixel of each image at 1; all 0 where nothing speaks for the answer.</returns>
    /// <exception cref="ArgumentException">The maps are not [N, K, h, w], or the score is not one number per image.</exception>
    public static Tensor Explain(Tensor maps, Func<Tensor, Tensor> score, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(score);
        if (maps.dim() != 4)
        {
            throw new ArgumentException($"Maps must be [N, K, h, w]; got [{string.Join(", ", maps.shape)}].", nameof(maps));
        }

        using var scope = NewDisposeScope();
        using var gradient = enable_grad();
        Tensor A = maps.detach().clone().requires_grad_();                         // [N, K, h, w]
        Tensor scores = score(A);
        if (scores.numel() != A.shape[0])
        {
            throw new ArgumentException($"The score must be one number per image [{A.shape[0]}]; got [{string.Join(", ", scores.shape)}].", nameof(score));
        }

        Tensor slopes = autograd.grad([scores.sum()], [A])[0];                     // [N, K, h, w]
        using var noGradient = no_grad();
        Tensor weights = slopes.mean([2, 3], keepdim: true);                       // [N, K, 1, 1]
        Tensor heat = A.mul(weights).sum(1, keepdim: true).relu();                 // [N, 1, h, w]
        Tensor large = functional.interpolate(heat, [height, width], mode: InterpolationMode.Bilinear, align_corners: false).squeeze(1);
        Tensor hottest = large.amax([1, 2], keepdim: true);                        // [N, 1, 1]
        return large.div(where(hottest.gt(0), hottest, ones_like(hottest))).detach().MoveToOuterDisposeScope();
    }

    /// <summary>Grey images with their heat in orange over them.</summary>
    /// <param name="images">uint8 [N, 1, H, W].</param>
    /// <param name="heat">float32 [N, H, W] in [0, 1].</param>
    /// <returns>uint8 [N, 3, H, W].</returns>
    public static Tensor Overlay(Tensor images, Tensor heat)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(heat);
        using var scope = NewDisposeScope();
        Tensor share = heat.unsqueeze(1).mul(0.6);                                  // [N, 1, H, W]
        Tensor orange = tensor(new float[] { 230, 130, 0 }).view(1, 3, 1, 1);
        return images.to(ScalarType.Float32).mul(share.neg().add(1)).add(orange.mul(share)).round().to(ScalarType.Byte).MoveToOuterDisposeScope();
    }
}
