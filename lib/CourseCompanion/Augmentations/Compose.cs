using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Several augmentations, one after the other.</summary>
/// <param name="steps">The augmentations, in order; none leaves images as they are.</param>
public sealed class Compose(params Augmentation[] steps) : Augmentation
{
    /// <summary>The augmentations, in order.</summary>
    public IReadOnlyList<Augmentation> Steps => steps;

    /// <inheritdoc/>
    public override int ParameterCount => steps.Sum(step => step.ParameterCount);

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor images, Tensor unit) =>
        Fold(images, unit, (step, input, own) => step.Transform(input, own));

    /// <inheritdoc/>
    protected internal override Tensor TransformMasks(Tensor masks, Tensor unit) =>
        Fold(masks, unit, (step, input, own) => step.TransformMasks(input, own));

    /// <summary>Hands every step the columns of numbers that are its own.</summary>
    private Tensor Fold(Tensor input, Tensor unit, Func<Augmentation, Tensor, Tensor, Tensor> apply)
    {
        Tensor result = steps.Length == 0 ? input.clone() : input;
        long column = 0;
        foreach (Augmentation step in steps)
        {
            result = apply(step, result, unit.narrow(1, column, step.ParameterCount));
            column += step.ParameterCount;
        }

        return result;
    }
}
