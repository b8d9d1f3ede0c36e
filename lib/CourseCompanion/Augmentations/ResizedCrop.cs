using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Shows a part of each image, of a size, a shape and a place of its own, as large as the whole: the change that methods which compare views
/// rest on most (Chen and others, 2020).
/// </summary>
public sealed class ResizedCrop : AffineAugmentation
{
    private readonly double _smallest;
    private readonly double _stretch;

    /// <summary>Makes a crop.</summary>
    /// <param name="smallest">The smallest share of the image's area that is shown, above 0 to 1. Small ones may lose what the image is about.</param>
    /// <param name="stretch">How many times as wide as high the part may be, and as high as wide: 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ResizedCrop(double smallest = 0.2, double stretch = 4.0 / 3)
    {
        _smallest = Range.Check(smallest, 0.01, 1);
        _stretch = Range.Check(stretch, 1, 10);
    }

    /// <inheritdoc/>
    public override int ParameterCount => 4;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, double aspect)
    {
        Tensor area = Column(0, _smallest, 1);                                                     // [N]
        Tensor side = Column(1, -Math.Log(_stretch), Math.Log(_stretch)).div(2).exp();             // of the shape: sqrt(width / height)
        Tensor width = area.sqrt().mul(side).clamp_max(1);
        Tensor height = area.sqrt().div(side).clamp_max(1);
        Tensor x = Column(2, -1, 1).mul(1 - width);                                                // the middle, so that the part stays inside
        Tensor y = Column(3, -1, 1).mul(1 - height);
        Tensor none = zeros_like(x);
        return ToMatrices(width, none, x, none, height, y);

        Tensor Column(int parameter, double low, double high) => Uniform(unit, parameter, low, high).reshape(-1);
    }
}
