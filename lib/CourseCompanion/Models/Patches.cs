using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>
/// Images cut into squares, and back. What a vision transformer reads: an image is a row of L patches, each of them p * p * C
/// numbers.
/// </summary>
public static class Patches
{
    /// <summary>What is added to the variance of a patch before anything is divided by its root.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>Cuts images into patches, row by row from the top left.</summary>
    /// <param name="images">Images [N, C, H, W]; gradients go through.</param>
    /// <param name="size">Height and width p of a patch in pixels; divides H and W.</param>
    /// <returns>Patches [N, L, p * p * C] with L = H/p * W/p; within a patch pixel by pixel, the channels of a pixel side by side.</returns>
    /// <exception cref="ArgumentException">Images are not [N, C, H, W], or no whole number of patches covers them.</exception>
    public static Tensor Of(Tensor images, int size)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (images.dim() != 4 || images.shape[2] % size != 0 || images.shape[3] % size != 0)
        {
            throw new ArgumentException(
                $"Images must be [N, C, H, W], with sides that {size} divides; got [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using DisposeScope scope = NewDisposeScope();
        long n = images.shape[0], c = images.shape[1], rows = images.shape[2] / size, columns = images.shape[3] / size;
        return images.permute(0, 2, 3, 1)                                                   // [N, H, W, C]
            .reshape(n, rows, size, columns, size, c)
            .permute(0, 1, 3, 2, 4, 5)                                                      // [N, H/p, W/p, p, p, C]
            .reshape(n, rows * columns, size * size * c)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Puts patches together again.</summary>
    /// <param name="patches">Patches [N, L, p * p * C] as <see cref="Of"/> gives them.</param>
    /// <param name="size">Height and width p of a patch in pixels.</param>
    /// <param name="height">Height H of the images in pixels.</param>
    /// <param name="width">Width W of the images in pixels.</param>
    /// <returns>Images [N, C, H, W].</returns>
    /// <exception cref="ArgumentException">Such patches do not make up images of that size.</exception>
    public static Tensor ToImages(Tensor patches, int size, long height, long width)
    {
        ArgumentNullException.ThrowIfNull(patches);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (patches.dim() != 3 || height % size != 0 || width % size != 0
            || patches.shape[1] != height / size * (width / size) || patches.shape[2] % (size * size) != 0)
        {
            throw new ArgumentException(
                $"Patches [{string.Join(", ", patches.shape)}] of side {size} do not make up images of {height} x {width} pixels.", nameof(patches));
        }

        using DisposeScope scope = NewDisposeScope();
        long n = patches.shape[0], c = patches.shape[2] / (size * size);
        return patches.reshape(n, height / size, width / size, size, size, c)
            .permute(0, 5, 1, 3, 2, 4)                                                      // [N, C, H/p, p, W/p, p]
            .reshape(n, c, height, width)
            .MoveToOuterDisposeScope();
    }

    /// <summary>What a network that rebuilds patches is asked for.</summary>
    /// <param name="images">Images [N, C, H, W].</param>
    /// <param name="size">Height and width of a patch in pixels.</param>
    /// <param name="normalize">Whether each patch is brought to its own scale (<see cref="Normalize"/>).</param>
    /// <returns>Patches [N, L, P].</returns>
    public static Tensor Targets(Tensor images, int size, bool normalize) => normalize ? Normalize(Of(images, size)) : Of(images, size);

    /// <summary>
    /// Each patch by its own scale: minus its mean, divided by the root of its (unbiased) variance plus <see cref="Epsilon"/>. What is left is
    /// the pattern in the patch, whatever its brightness and contrast.
    /// </summary>
    /// <param name="patches">Patches [N, L, P], P at least 2.</param>
    /// <returns>Patches [N, L, P].</returns>
    public static Tensor Normalize(Tensor patches)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor mean, Tensor deviation) = Scale(patches);
        return ((patches - mean) / deviation).MoveToOuterDisposeScope();
    }

    /// <summary>The way back: gives normalised patches the brightness and contrast of others.</summary>
    /// <param name="normalized">Normalised patches [N, L, P], for example predicted ones.</param>
    /// <param name="patches">The patches [N, L, P] whose mean and variance they are to have.</param>
    /// <returns>Patches [N, L, P].</returns>
    public static Tensor Denormalize(Tensor normalized, Tensor patches)
    {
        ArgumentNullException.ThrowIfNull(normalized);
        using DisposeScope scope = NewDisposeScope();
        (Tensor mean, Tensor deviation) = Scale(patches);
        return (normalized * deviation + mean).MoveToOuterDisposeScope();
    }

    // [N, L, 1] each.
    private static (Tensor Mean, Tensor Deviation) Scale(Tensor patches)
    {
        ArgumentNullException.ThrowIfNull(patches);
        if (patches.dim() != 3 || patches.shape[2] < 2)
        {
            throw new ArgumentException($"Patches must be [N, L, P], with two numbers or more in each; got [{string.Join(", ", patches.shape)}].", nameof(patches));
        }

        return (patches.mean([-1], keepdim: true), patches.var(-1, unbiased: true, keepdim: true).add(Epsilon).sqrt());
    }
}
