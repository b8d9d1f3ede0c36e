using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>
/// Keeps a prediction when the probability of its class reaches a threshold (Lee, 2013, <i>Pseudo-Label</i>; the hard
/// threshold is the course's).
/// </summary>
public sealed record ConfidenceThreshold : ISelectionRule
{
    /// <summary>The rule with a given threshold.</summary>
    /// <param name="threshold">Least probability of the predicted class, in (0, 1); 0.9 in the course.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is not between 0 and 1.</exception>
    public ConfidenceThreshold(double threshold = 0.9) =>
        Threshold = UnitInterval.Require(threshold, "confidence threshold", "0.9");

    /// <summary>Least probability of the predicted class.</summary>
    public double Threshold { get; }

    /// <inheritdoc/>
    public PseudoLabels Select(Tensor probabilities)
    {
        ProbabilityRows.Require(probabilities);
        using var scope = NewDisposeScope();
        (Tensor confidence, Tensor predicted) = probabilities.max(1);
        return PseudoLabels.Where(confidence.ge(Threshold), predicted);
    }
}
