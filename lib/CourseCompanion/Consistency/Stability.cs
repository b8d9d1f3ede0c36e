using CourseCompanion.Augmentations;
using CourseCompanion.Data;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>How steady the answers of a network are when an image changes in ways that should not matter. No label is needed to measure it.</summary>
public static class Stability
{
    /// <summary>Share of the images to which a network gives the same answer on two views.</summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K].</param>
    /// <param name="images">The images.</param>
    /// <param name="indices">Indices [M] of those to look at, int64.</param>
    /// <param name="augmentation">What makes the views.</param>
    /// <param name="seed">Seed of the views.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static double Agreement(
        nn.Module<Tensor, Tensor> model, ResidentImages images, Tensor indices, Augmentation augmentation, int seed = 42, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(augmentation);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)(uint)seed);
        Tensor first = Answers(), second = Answers();  // [M]
        return first.eq(second).to(ScalarType.Float64).mean().item<double>();

        Tensor Answers() => Predictor.Apply(
            model, batch => model.call(Preprocessing.ChannelsLast(augmentation.Apply(batch, generator))), images, indices, cancellation: cancellation).argmax(1);
    }
}
