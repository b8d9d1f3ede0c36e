using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>Between the pixels of a file and the numbers a network works on.</summary>
public static class Preprocessing
{
    /// <summary>Pixels to numbers around zero: 0 becomes -1, 255 becomes 1.</summary>
    /// <param name="images">uint8 [N, C, H, W].</param>
    /// <returns>float32 of the same shape, on the same device, values in [-1, 1].</returns>
    /// <exception cref="ArgumentException"><paramref name="images"/> are not uint8: they may be normalised already.</exception>
    public static Tensor Normalize(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.dtype == ScalarType.Byte
            ? images.to_type(ScalarType.Float32).div_(127.5).sub_(1)
            : throw new ArgumentException($"Images must be uint8, not {images.dtype}: are they normalised already?", nameof(images));
    }

    /// <summary>
    /// The same images with the channels of a pixel side by side in memory ("channels last"), which all that follows in a network then keeps.
    /// Convolutions read it fastest. And in the other layout libtorch's convolutions (oneDNN) pad channels to a multiple of 16 without clearing
    /// the padding: what the memory held before, not-a-number for one, then reaches gradients.
    /// </summary>
    /// <param name="images">Images [N, C, H, W]; gradients go through.</param>
    /// <returns>The same numbers, not copied where they lie that way already.</returns>
    public static Tensor ChannelsLast(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        if (images.dim() == 4 && images.shape[1] == 1)
        {
            // One channel lies the same in both layouts: only its strides can say which one is meant.
            long height = images.shape[2], width = images.shape[3];
            return images.contiguous().as_strided(images.shape, [height * width, 1, width, 1]).MoveToOuterDisposeScope();
        }

        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The way back, to show images: -1 becomes 0, 1 becomes 255, what lies beyond is cut off.</summary>
    /// <param name="images">float [N, C, H, W].</param>
    /// <returns>uint8 of the same shape, on the same device.</returns>
    /// <exception cref="ArgumentException"><paramref name="images"/> are not floating-point.</exception>
    public static Tensor ToPixels(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (!images.is_floating_point())
        {
            throw new ArgumentException($"Images must be floating-point, not {images.dtype}.", nameof(images));
        }

        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return images.add(1).mul(127.5).round().clamp(0, 255).to_type(ScalarType.Byte).MoveToOuterDisposeScope();
    }
}
