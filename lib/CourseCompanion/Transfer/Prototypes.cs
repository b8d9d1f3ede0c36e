using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// The classifier for a handful of labels: each class is the mean of its labelled features, its prototype, and an image belongs to the nearest
/// one (Snell, Swersky and Zemel, 2017, <i>Prototypical Networks for Few-shot Learning</i>; here on an encoder that is given).
/// </summary>
/// <remarks>Nothing is fitted but means: with one label a class, there is nothing to fit more with.</remarks>
public static class Prototypes
{
    /// <summary>The softmax of minus the squared distances to the prototypes.</summary>
    /// <param name="features">Features [N, D] of the labelled images.</param>
    /// <param name="labels">Their labels [N], int64, in [0, K).</param>
    /// <param name="queries">Features [M, D] of the images in question, on the same device.</param>
    /// <param name="classCount">Number of classes K. A class without a labelled image is never answered.</param>
    /// <param name="normalize">Whether features are brought to length 1 first: then their direction alone counts.</param>
    /// <param name="temperature">What squared distances are divided by, above 0; it changes how sure answers are, never which.</param>
    /// <returns>Probabilities [M, K], float32, on the same device; rows sum to 1.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static Tensor Probabilities(
        Tensor features, Tensor labels, Tensor queries, int classCount, bool normalize = true, double temperature = 1)
    {
        ProbeInput.Check(features, labels, queries, classCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor X = Prepared(features), Q = Prepared(queries);                                            // [N, D], [M, D]
        Tensor members = nn.functional.one_hot(labels, classCount).@float();                             // [N, K]
        Tensor counts = members.sum(dim: 0);                                                             // [K]
        Tensor prototypes = members.t().mm(X).div(counts.clamp_min(1).unsqueeze(1));                     // [K, D]
        Tensor distances = cdist(Q, prototypes).square();                                                // [M, K]
        Tensor scores = distances.div(-temperature).masked_fill(counts.eq(0), double.NegativeInfinity);
        return scores.softmax(1).MoveToOuterDisposeScope();

        Tensor Prepared(Tensor given) => normalize ? nn.functional.normalize(given.@float(), dim: 1) : given.@float();
    }
}
