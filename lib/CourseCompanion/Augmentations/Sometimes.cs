using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>A change that each image goes through or not, as chance has it.</summary>
/// <param name="probability">Share of the images that are changed, in [0, 1].</param>
/// <param name="change">What happens to these.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1.</exception>
public sealed class Sometimes(double probability, Augmentation change) : Augmentation
{
    private readonly double _probability = Range.Check(probability, 0, 1, nameof(probability));

    /// <inheritdoc/>
    public override int ParameterCount => 1 + change.ParameterCount;

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit) => Choose(images, unit, change.Transform);

    /// <inheritdoc/>
    protected internal override Tensor TransformMasks(Tensor masks, Tensor unit) => Choose(masks, unit, change.TransformMasks);

    private Tensor Choose(Tensor input, Tensor unit, Func<Tensor, Tensor, Tensor> apply)
    {
        ArgumentNullException.ThrowIfNull(unit);
        Tensor chosen = unit.narrow(1, 0, 1).lt(_probability).reshape(-1, 1, 1, 1);                // [N, 1, 1, 1]
        return where(chosen, apply(input, unit.narrow(1, 1, change.ParameterCount)), input);
    }
}
