using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>The light of a pixel, as the eye weighs red, green and blue (ITU-R BT.601).</summary>
internal static class Luma
{
    /// <summary>Grey versions of images.</summary>
    /// <param name="images">float [N, C, H, W]; C = 3 is colour, anything else is averaged.</param>
    /// <returns>float [N, 1, H, W].</returns>
    public static Tensor Of(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.shape[1] == 3
            ? (0.299 * images.narrow(1, 0, 1)) + (0.587 * images.narrow(1, 1, 1)) + (0.114 * images.narrow(1, 2, 1))
            : images.mean([1], keepdim: true);
    }
}
