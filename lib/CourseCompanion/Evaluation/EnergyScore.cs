using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Evaluation;

/// <summary>
/// How foreign an image is to a classifier, from its logits alone: the free energy E(x) = -T log sum exp(logit / T) (Liu, Wang, Owens and
/// Li, 2020, <i>Energy-based Out-of-distribution Detection</i>). Low where some logit is large, high where none is.
/// </summary>
/// <remarks>
/// Softmax divides by the sum of the exponentials, and so forgets how large the logits were: two images with the same probabilities may have
/// very different energies.
/// </remarks>
public static class EnergyScore
{
    /// <summary>The energy of each image; the higher, the more foreign.</summary>
    /// <param name="logits">Logits [N, K], of any floating type.</param>
    /// <param name="temperature">T above 0; 1 in the paper.</param>
    /// <returns>Energies [N], of the logits' type and device.</returns>
    /// <exception cref="ArgumentException">The shape is not [N, K].</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive.</exception>
    public static Tensor Compute(Tensor logits, double temperature = 1)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (logits.dim() != 2)
        {
            throw new ArgumentException($"Logits must be [N, K]; got [{string.Join(", ", logits.shape)}].", nameof(logits));
        }

        using DisposeScope scope = NewDisposeScope();
        return logits.detach().div(temperature).logsumexp(1).mul(-temperature).MoveToOuterDisposeScope();   // [N]
    }
}
