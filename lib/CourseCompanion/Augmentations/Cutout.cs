using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Covers a square of each image with grey, its middle anywhere in the image: the network must not rely on one detail
/// (DeVries and Taylor, 2017). Masks stay as they are: what is under the square is still there.
/// </summary>
public sealed class Cutout : Augmentation
{
    private readonly double _fraction;

    /// <summary>Makes a cutout.</summary>
    /// <param name="fraction">The side of the square as a share of the image's side, 0 to 1. A square that hides the lesion destroys the label.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public Cutout(double fraction = 0.3) => _fraction = Range.Check(fraction, 0, 1);

    /// <inheritdoc/>
    public override int ParameterCount => 2;

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(images);
        Tensor rows = Covered(images.shape[2], unit, 0).unsqueeze(3);
        Tensor columns = Covered(images.shape[3], unit, 1).unsqueeze(2);
        return images.masked_fill(rows.logical_and(columns), 0);
    }

    /// <summary>Which places along one side the square covers: bool [N, 1, length].</summary>
    private Tensor Covered(long length, Tensor unit, int parameter)
    {
        Tensor middle = unit.select(1, parameter).mul(length).reshape(-1, 1, 1);
        Tensor place = arange(length, dtype: unit.dtype, device: unit.device).add(0.5).reshape(1, 1, -1);
        return place.sub(middle).abs().lt(_fraction * length / 2);
    }
}
