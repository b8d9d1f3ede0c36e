using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>
/// Decides which predictions on unlabelled images are reliable enough to become temporary labels. A rule sees
/// probabilities and nothing else: the hidden truth has no way in.
/// </summary>
public interface ISelectionRule
{
    /// <summary>Selects rows of the probabilities.</summary>
    /// <param name="probabilities">Probabilities [N, K] of the unlabelled images, rows that sum to 1.</param>
    /// <exception cref="ArgumentException">The course's rules refuse rows that are not probabilities, logits for example.</exception>
    PseudoLabels Select(Tensor probabilities);
}
