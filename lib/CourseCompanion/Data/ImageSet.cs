using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>
/// Images and their labels as two tensors, on one device: what a training loop takes its batches from, by index. Owns its
/// tensors (no dispose scope touches them).
/// </summary>
public sealed class ImageSet : IDisposable
{
    /// <summary>Makes a set of two tensors, and becomes their owner.</summary>
    /// <param name="images">uint8 [N, C, H, W], values 0 to 255.</param>
    /// <param name="labels">int64 [N], class numbers; or int64 [N, K] of zeros and ones for a multi-label task.</param>
    /// <param name="classCount">How many classes there are (K).</param>
    /// <exception cref="ArgumentException">Type, shape, device or number of images and labels do not fit each other.</exception>
    public ImageSet(Tensor images, Tensor labels, int classCount)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        if (images.dtype != ScalarType.Byte || images.dim() != 4)
        {
            throw new ArgumentException($"Images must be uint8 [N, C, H, W], not {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }

        if (labels.dtype != ScalarType.Int64 || labels.dim() is not (1 or 2) || labels.shape[0] != images.shape[0])
        {
            throw new ArgumentException(
                $"Labels must be int64, one for each of the {images.shape[0]} images, not {labels.dtype} [{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        if (labels.dim() == 2 && labels.shape[1] != classCount)
        {
            throw new ArgumentException($"Labels have {labels.shape[1]} columns, but there are {classCount} classes.", nameof(labels));
        }

        Images = images.DetachFromDisposeScope();
        Labels = labels.DetachFromDisposeScope();
        ClassCount = classCount;
    }

    /// <summary>The pixels: uint8 [N, C, H, W], 0 to 255.</summary>
    public Tensor Images { get; }

    /// <summary>The classes: int64 [N], 0 to <see cref="ClassCount"/> - 1 (multi-label: int64 [N, K] of zeros and ones).</summary>
    public Tensor Labels { get; }

    /// <summary>How many classes there are, whether or not each has images here.</summary>
    public int ClassCount { get; }

    /// <summary>How many images there are.</summary>
    public long Count => Images.shape[0];

    /// <summary>Where the tensors live.</summary>
    public Device Device => Images.device;

    /// <summary>The same set on a device.</summary>
    /// <param name="device">The device.</param>
    /// <returns>A new set; this one stays as it is.</returns>
    public ImageSet To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new ImageSet(Images.to(device), Labels.to(device), ClassCount);
    }

    /// <summary>A part of the set, in a given order.</summary>
    /// <param name="indices">int64 [M], each from 0 to N - 1, on any device.</param>
    /// <returns>A new set of M images with tensors of its own.</returns>
    public ImageSet Select(Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        using Tensor here = indices.to(Device, copy: true);
        return new ImageSet(Images.index_select(0, here), Labels.index_select(0, here), ClassCount);
    }

    /// <summary>How many images each class has.</summary>
    /// <returns>One number per class; in a multi-label set an image counts for each of its findings.</returns>
    public long[] CountByClass()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor counts = Labels.dim() == 2 ? Labels.sum(dim: 0L) : Labels.bincount(weights: null, minlength: ClassCount);
        return counts.cpu().data<long>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
