using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// Gives each image a few operations, drawn at random out of a list, each with a random strength: no image of a batch is
/// changed like its neighbour.
/// </summary>
/// <remarks>
/// <para>Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space", 2020, with the random
/// strengths of FixMatch (Sohn et al., 2020). An image never gets the same operation twice.</para>
/// <para>The whole batch is worked on at once. Changes of geometry come first, then those of colours, then the others, each
/// kind in the order of the list: the first two are one matrix per image, the identity in the place of what an image was not
/// drawn; the others are computed for all images and kept for some.</para>
/// </remarks>
public sealed class RandAugment : Augmentation
{
    private readonly int _count;
    private readonly Augmentation[] _operations;

    /// <summary>Makes such a draw.</summary>
    /// <param name="count">How many operations each image gets, 1 to as many as there are.</param>
    /// <param name="operations">What they are drawn from, all equally probable.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1 or above the number of operations.</exception>
    public RandAugment(int count, params Augmentation[] operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, operations.Length);
        _count = count;
        _operations = [.. operations];
    }

    /// <summary>What is drawn from.</summary>
    internal IReadOnlyList<Augmentation> Operations => _operations;

    /// <inheritdoc/>
    public override int ParameterCount => _operations.Length + _operations.Sum(operation => operation.ParameterCount);

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(images);
        Tensor result = Geometry(images, unit) is { } matrices
            ? AffineSequence.Sample(images, matrices, GridSampleMode.Bilinear)
            : images.clone();
        result = Colors(result, unit) is { } colors ? ColorAugmentation.Recolor(result, colors) : result;
        foreach ((Augmentation operation, Tensor own, Tensor drawn) in Others(unit))
        {
            result = where(drawn.unsqueeze(2), operation.Transform(result, own), result);
        }

        return result;
    }

    /// <inheritdoc/>
    protected internal override Tensor TransformMasks(Tensor masks, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(masks);
        Tensor result = Geometry(masks, unit) is { } matrices
            ? AffineSequence.Sample(masks, matrices, GridSampleMode.Nearest)
            : masks.clone();
        foreach ((Augmentation operation, Tensor own, Tensor drawn) in Others(unit))
        {
            result = where(drawn.unsqueeze(2), operation.TransformMasks(result, own), result);
        }

        return result;
    }

    /// <summary>Where each image looks, [N, 2, 3]; null where the list has no change of geometry.</summary>
    private Tensor? Geometry(Tensor images, Tensor unit)
    {
        Tensor? whole = null;
        foreach ((Augmentation operation, Tensor own, Tensor drawn) in Of<AffineAugmentation>(unit))
        {
            Tensor nothing = Homogeneous.Identity(images.shape[0], 2, unit);
            Tensor matrices = where(drawn, ((AffineAugmentation)operation).Matrices(own, AffineSequence.Aspect(images)), nothing);
            whole = whole is null ? matrices : Homogeneous.Multiply(whole, matrices);
        }

        return whole;
    }

    /// <summary>What becomes of each image's colours, [N, C, C + 1]; null where the list has no change of colours.</summary>
    private Tensor? Colors(Tensor images, Tensor unit)
    {
        Tensor? whole = null;
        Tensor means = ColorAugmentation.MeanColors(images);
        foreach ((Augmentation operation, Tensor own, Tensor drawn) in Of<ColorAugmentation>(unit))
        {
            Tensor nothing = Homogeneous.Identity(images.shape[0], images.shape[1], unit);
            Tensor before = whole is null ? means : Homogeneous.Map(whole, means);
            Tensor matrices = where(drawn, ((ColorAugmentation)operation).Matrices(own, before), nothing);
            whole = whole is null ? matrices : Homogeneous.Multiply(matrices, whole);
        }

        return whole;
    }

    private IEnumerable<(Augmentation Operation, Tensor Own, Tensor Drawn)> Others(Tensor unit) =>
        Each(unit).Where(one => one.Operation is not (AffineAugmentation or ColorAugmentation));

    private IEnumerable<(Augmentation Operation, Tensor Own, Tensor Drawn)> Of<T>(Tensor unit) =>
        Each(unit).Where(one => one.Operation is T);

    /// <summary>Every operation with its own numbers [N, P], and which images have drawn it: bool [N, 1, 1].</summary>
    private IEnumerable<(Augmentation Operation, Tensor Own, Tensor Drawn)> Each(Tensor unit)
    {
        // The first numbers are lots, one per operation: those with the lowest are drawn.
        Tensor rank = unit.narrow(1, 0, _operations.Length).argsort(1).argsort(1);  // [N, K], each row a permutation
        Tensor drawn = rank.lt(_count);
        long column = _operations.Length;
        foreach ((int index, Augmentation operation) in _operations.Index())
        {
            yield return (operation, unit.narrow(1, column, operation.ParameterCount), drawn.narrow(1, index, 1).unsqueeze(2));
            column += operation.ParameterCount;
        }
    }
}
