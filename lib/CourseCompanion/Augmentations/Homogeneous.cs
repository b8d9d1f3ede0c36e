using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Maps x -> A x + b of points of the plane (D = 2) or of colours (D = C), one for each image, as matrices [N, D, D + 1]: A,
/// and b beside it. Several of them, one after the other, are one map of the same kind.
/// </summary>
internal static class Homogeneous
{
    /// <summary>Maps that leave everything where it is.</summary>
    /// <param name="count">Number of images N.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="like">A tensor of the type and on the device wanted.</param>
    /// <returns>float [N, D, D + 1].</returns>
    public static Tensor Identity(long count, long dimensions, Tensor like) =>
        eye(dimensions, dimensions + 1, like.dtype, like.device).expand(count, -1, -1);

    /// <summary>Two maps as one.</summary>
    /// <param name="second">float [N, D, D + 1].</param>
    /// <param name="first">float [N, D, D + 1]; what it gives goes into the second.</param>
    /// <returns>float [N, D, D + 1].</returns>
    public static Tensor Multiply(Tensor second, Tensor first)
    {
        // A2 (A1 x + b1) + b2 = (A2 A1) x + (A2 b1 + b2)
        long dimensions = first.shape[1];
        Tensor product = second.narrow(2, 0, dimensions).bmm(first);
        product.select(2, dimensions).add_(second.select(2, dimensions));
        return product;
    }

    /// <summary>Maps points.</summary>
    /// <param name="maps">float [N, D, D + 1].</param>
    /// <param name="points">float [N, D, P].</param>
    /// <returns>A new tensor, float [N, D, P].</returns>
    public static Tensor Map(Tensor maps, Tensor points)
    {
        long dimensions = points.shape[1];
        return maps.narrow(2, 0, dimensions).bmm(points).add_(maps.narrow(2, dimensions, 1));
    }
}
