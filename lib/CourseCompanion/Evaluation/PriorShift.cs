using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Evaluation;

/// <summary>
/// Classes that are rarer or more frequent where a classifier is used than where it learnt. Its probabilities p(k | x) contain the shares of
/// the classes it learnt from; dividing by these and multiplying by the new ones corrects them (Bayes' rule). The new shares need no labels:
/// expectation-maximisation finds them (Saerens, Latinne and Decaestecker 2002, <i>Adjusting the Outputs of a Classifier to New a Priori
/// Probabilities</i>, Neural Computation 14).
/// </summary>
/// <example>
/// <code>
/// Tensor learnt = tensor(new[] { 0.5f, 0.5f });
/// Tensor opinions = tensor(new float[,] { { 0.9f, 0.1f }, { 0.8f, 0.2f }, { 0.8f, 0.2f }, { 0.3f, 0.7f } });
/// Tensor found = PriorShift.Estimate(opinions, learnt);
/// Tensor corrected = PriorShift.Correct(opinions, learnt, found);
/// </code>
/// </example>
public static class PriorShift
{
    /// <summary>The classifier's probabilities, for other shares of the classes.</summary>
    /// <param name="probabilities">float [N, K], rows that sum to 1.</param>
    /// <param name="learnt">float [K]: shares of the classes among the images it learnt from.</param>
    /// <param name="now">float [K]: shares of the classes where it is used.</param>
    /// <returns>float [N, K], rows that sum to 1.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public static Tensor Correct(Tensor probabilities, Tensor learnt, Tensor now)
    {
        CheckShapes(probabilities, learnt);
        CheckShapes(probabilities, now);
        using DisposeScope scope = NewDisposeScope();
        Tensor weighted = probabilities * (now / learnt);                       // [N, K]
        return (weighted / weighted.sum(1, keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <summary>Shares of the classes among images without labels.</summary>
    /// <param name="probabilities">float [N, K]: the classifier's probabilities for these images.</param>
    /// <param name="learnt">float [K]: shares of the classes among the images it learnt from.</param>
    /// <param name="maxIterations">Rounds at most.</param>
    /// <param name="tolerance">Ends when no share changes by more.</param>
    /// <returns>float [K], which sums to 1.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit together, or there is no image.</exception>
    public static Tensor Estimate(Tensor probabilities, Tensor learnt, int maxIterations = 1000, double tolerance = 1e-6)
    {
        CheckShapes(probabilities, learnt);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxIterations);
        using DisposeScope scope = NewDisposeScope();
        Tensor shares = learnt.clone();
        for (int iteration = 0; iteration < maxIterations; iteration++)
        {
            // What each image would be if these were the shares, then the shares of what the images are.
            Tensor next = Correct(probabilities, learnt, shares).mean([0]);     // [K]
            bool settled = (next - shares).abs().max().item<float>() <= tolerance;
            shares = next;
            if (settled)
            {
                break;
            }
        }

        return shares.MoveToOuterDisposeScope();
    }

    private static void CheckShapes(Tensor probabilities, Tensor shares)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(shares);
        if (probabilities.dim() != 2 || probabilities.shape[0] == 0 || shares.dim() != 1 || shares.shape[0] != probabilities.shape[1])
        {
            throw new ArgumentException(
                $"Probabilities are [N, K] and shares [K], not [{string.Join(", ", probabilities.shape)}] and [{string.Join(", ", shares.shape)}].");
        }
    }
}
