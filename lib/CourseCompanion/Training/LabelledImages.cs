using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>
/// Which images to train on, and under which labels. The labels are a list of their own, beside the data set's: a method
/// that gives an image a temporary label has no way to overwrite the original one.
/// </summary>
/// <param name="Images">Where the images are.</param>
/// <param name="Indices">Indices [M] of the images, int64.</param>
/// <param name="Labels">Labels [M] of these images, int64, in the same order; or a mask of each, [M, H, W], int64, the class of every pixel.</param>
/// <exception cref="ArgumentException">Not one int64 label or mask per index, or masks of another size than the images.</exception>
public sealed record LabelledImages(ResidentImages Images, Tensor Indices, Tensor Labels)
{
    /// <summary>Labels [M] or masks [M, H, W] of these images, int64, in the same order.</summary>
    public Tensor Labels { get; } = Checked(Images, Indices, Labels);

    /// <summary>Whether every pixel has a label of its own.</summary>
    public bool HasMasks => Labels.dim() == 3;

    /// <summary>Number of images M.</summary>
    public long Count => Indices.shape[0];

    /// <summary>All images in stored order, under the given labels [N] or masks [N, H, W].</summary>
    public static LabelledImages All(ResidentImages images, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new(images, arange(images.Count, dtype: ScalarType.Int64, device: images.Device), labels);
    }

    private static Tensor Checked(ResidentImages images, Tensor indices, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(labels);
        long[] masks = [.. indices.shape, images.Height, images.Width];
        return labels.dtype == ScalarType.Int64 && (labels.shape.SequenceEqual(indices.shape) || labels.shape.SequenceEqual(masks))
            ? labels
            : throw new ArgumentException(
                $"Labels must be int64, one for each of the indices [{string.Join(", ", indices.shape)}], or masks [{string.Join(", ", masks)}]; got {labels.dtype} [{string.Join(", ", labels.shape)}].",
                nameof(labels));
    }
}
