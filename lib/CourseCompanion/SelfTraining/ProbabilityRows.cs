using System.Globalization;
using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>What every selection rule asks of its input.</summary>
internal static class ProbabilityRows
{
    /// <summary>Makes sure that rows are probabilities: on logits, or on what a diverged network gives, a threshold means nothing.</summary>
    /// <exception cref="ArgumentException">The shape is not [N, K], or a row is not a probability distribution.</exception>
    public static void Require(Tensor probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.dim() != 2 || probabilities.shape[1] < 2)
        {
            throw new ArgumentException(
                $"Probabilities must be [N, K], one column for each of two classes or more; got [{string.Join(", ", probabilities.shape)}].",
                nameof(probabilities));
        }

        using var scope = NewDisposeScope();
        Tensor sums = probabilities.to(ScalarType.Float32).sum(1);
        Tensor isDistribution = sums.sub(1).abs().le(1e-3).logical_and(probabilities.ge(0).all(1));
        if (!isDistribution.all().item<bool>())
        {
            long row = isDistribution.logical_not().nonzero().flatten()[0].item<long>();
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Row {row} is not a probability distribution (sum {sums[row].item<float>():G6}): ")
                + "apply softmax to the logits first; if the sum is NaN, the network has diverged: lower its learning rate.",
                nameof(probabilities));
        }
    }
}
