using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// A change of colours that is linear in them: every pixel of an image goes through the same C x (C + 1) matrix, each image
/// through one of its own. What leaves the range is cut off. Masks stay as they are.
/// </summary>
public abstract class ColorAugmentation : Augmentation
{
    // ITU-R BT.601.
    private static readonly double[] EyeWeights = [0.299, 0.587, 0.114];

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Recolor(images, Matrices(unit, MeanColors(images)));
    }

    /// <summary>What becomes of each image's colours.</summary>
    /// <param name="unit">float [N, P], uniform in [0, 1).</param>
    /// <param name="means">float [N, C, 1]: the mean colour of each image, before the change.</param>
    /// <returns>float [N, C, C + 1]: colours, extended by 1, to colours.</returns>
    protected internal abstract Tensor Matrices(Tensor unit, Tensor means);

    /// <summary>Mean colour of each image.</summary>
    /// <param name="images">float [N, C, H, W].</param>
    /// <returns>float [N, C, 1].</returns>
    internal static Tensor MeanColors(Tensor images) => images.mean([2, 3]).unsqueeze(2);

    /// <summary>Sends the pixels of each image through its matrix.</summary>
    /// <param name="images">float [N, C, H, W], values in [-1, 1].</param>
    /// <param name="matrices">float [N, C, C + 1].</param>
    /// <returns>float [N, C, H, W], values in [-1, 1].</returns>
    internal static Tensor Recolor(Tensor images, Tensor matrices) =>
        Homogeneous.Map(matrices, images.flatten(2)).clamp_(-1, 1).reshape(images.shape);

    /// <summary>Matrices that multiply the distance of every colour from another one.</summary>
    /// <param name="factors">float [N, 1, 1].</param>
    /// <param name="origins">What stays as it is: float [N, C, 1], or [N, 1, 1] for a grey.</param>
    /// <param name="means">float [N, C, 1]; only its shape counts.</param>
    /// <returns>float [N, C, C + 1].</returns>
    protected static Tensor Stretch(Tensor factors, Tensor origins, Tensor means)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(origins);
        ArgumentNullException.ThrowIfNull(means);
        // o + f (x - o) = f x + (1 - f) o
        Tensor linear = eye(means.shape[1], dtype: means.dtype, device: means.device).mul(factors);
        return cat([linear, origins.mul(1 - factors).expand_as(means)], 2);
    }

    /// <summary>How much each channel counts for the light of a pixel: as the eye weighs red, green and blue, else alike.</summary>
    /// <param name="means">float [N, C, 1]; only C, type and device count.</param>
    /// <returns>float [1, C], of sum 1.</returns>
    protected static Tensor LightWeights(Tensor means)
    {
        ArgumentNullException.ThrowIfNull(means);
        long channels = means.shape[1];
        return channels == 3
            ? tensor(EyeWeights, means.dtype, means.device).reshape(1, 3)
            : full([1, channels], 1.0 / channels, means.dtype, means.device);
    }

    /// <summary>One parameter of every image, shaped to be combined with matrices.</summary>
    /// <param name="unit">float [N, P], uniform in [0, 1).</param>
    /// <param name="parameter">Which of the P.</param>
    /// <param name="low">What 0 becomes.</param>
    /// <param name="high">What 1 becomes.</param>
    /// <returns>float [N, 1, 1], uniform between the two.</returns>
    protected static Tensor Factors(Tensor unit, int parameter, double low, double high) => Uniform(unit, parameter, low, high).reshape(-1, 1, 1);
}
