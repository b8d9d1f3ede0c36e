using static TorchSharp.torch;

namespace CourseCompanion.Tests.Segmentation;

/// <summary>
/// Finds out whether image and mask move together: images that are their own masks go in, and must still be so when they come out. A mask that stays where it
/// was while its image turns raises no error, and the training still learns a little: where tumours lie on the average.
/// </summary>
internal static class Pairing
{
    /// <summary>Dice of what the images show and of what their masks say, after both went through the views.</summary>
    /// <param name="views">Makes views of images [N, 1, H, W], -1 or 1, and of their masks [N, 1, H, W], 0 or 1, both float.</param>
    /// <returns>1, but for the pixels of an edge that interpolation moves, where both moved alike; less by far where one of the two did not.</returns>
    public static double Agreement(Func<Tensor, Tensor, (Tensor Images, Tensor Masks)> views)
    {
        const int side = 64, count = 32;
        using var scope = NewDisposeScope();
        Tensor masks = zeros(count, 1, side, side);

        // An L away from the middle: no turn and no flip maps it onto itself.
        masks.narrow(2, side / 6, side / 2).narrow(3, side / 6, side / 6).fill_(1);
        masks.narrow(2, side / 2, side / 6).narrow(3, side / 6, side / 3).fill_(1);
        (Tensor images, Tensor moved) = views((masks * 2) - 1, masks.clone());
        Tensor shown = images.gt(0).to(ScalarType.Float64), said = moved.gt(0.5).to(ScalarType.Float64);
        return (2 * (shown * said).sum() / (shown.sum() + said.sum())).item<double>();
    }
}
