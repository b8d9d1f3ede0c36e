using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>
/// Keeps a prediction when the most probable class leads the second by a margin: an image torn between two classes is left
/// out even if the first is fairly probable (margin sampling, Scheffer, Decomain and Wrobel, 2001, used the other way round).
/// </summary>
public sealed record MarginThreshold : ISelectionRule
{
    /// <summary>The rule with a given margin.</summary>
    /// <param name="margin">Least difference of the two highest probabilities, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not between 0 and 1.</exception>
    public MarginThreshold(double margin = 0.8) => Margin = UnitInterval.Require(margin, "margin", "0.8");

    /// <summary>Least difference of the two highest probabilities.</summary>
    public double Margin { get; }

    /// <inheritdoc/>
    public PseudoLabels Select(Tensor probabilities)
    {
        ProbabilityRows.Require(probabilities);
        using var scope = NewDisposeScope();
        (Tensor highest, Tensor classes) = probabilities.topk(2, 1);
        Tensor lead = highest.select(1, 0).sub(highest.select(1, 1));
        return PseudoLabels.Where(lead.ge(Margin), classes.select(1, 0));
    }
}
