using System.Runtime.CompilerServices;
using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>One point of a risk-coverage curve.</summary>
/// <param name="Coverage">Share of the images that get an answer, in (0, 1].</param>
/// <param name="Risk">Share of these answers that are wrong, in [0, 1].</param>
/// <param name="Confidence">Least confidence among them.</param>
public sealed record RiskCoveragePoint(double Coverage, double Risk, double Confidence);

/// <summary>Assigned labels of one class.</summary>
/// <param name="Label">Number of the class.</param>
/// <param name="Support">Images that truly have the class.</param>
/// <param name="Assigned">Images that were given the label.</param>
/// <param name="Coverage">Share of the images of the class that were given some label, in [0, 1]; NaN if it has no image.</param>
/// <param name="Precision">Share of the images given this label that truly have it, in [0, 1]; NaN if it was never given.</param>
public sealed record AssignedClass(int Label, long Support, long Assigned, double Coverage, double Precision);

/// <summary>
/// What is gained by not answering when in doubt (El-Yaniv and Wiener, 2010, <i>On the Foundations of Noise-free Selective
/// Classification</i>): the more images are left without a label, the fewer of the labels should be wrong.
/// </summary>
public static class RiskCoverage
{
    /// <summary>Risk at every coverage, the images taken in order of decreasing confidence.</summary>
    /// <param name="probabilities">Scores [N, K]; the confidence of a row is its highest one. A row of zeros is no answer: it comes last, and is wrong.</param>
    /// <param name="labels">True classes [N], in the same order.</param>
    /// <returns>One point per distinct confidence, in order of increasing coverage: images of equal confidence enter together.</returns>
    /// <exception cref="ArgumentException">Empty input, sizes that do not fit, or a score that is not finite.</exception>
    public static IReadOnlyList<RiskCoveragePoint> Curve(float[,] probabilities, IReadOnlyList<long> labels)
    {
        Check.Scores(probabilities, labels);
        int[] predicted = [.. Enumerable.Range(0, labels.Count).Select(row => Rows.ArgMax(probabilities, row))];
        int[] order = [.. Enumerable.Range(0, labels.Count).OrderByDescending(row => probabilities[row, predicted[row]])];

        var points = new List<RiskCoveragePoint>();
        long wrong = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            int row = order[rank];
            float confidence = probabilities[row, predicted[row]];
            wrong += predicted[row] == labels[row] && !Rows.IsZero(probabilities, row) ? 0 : 1;
            bool isLastOfEquals = rank + 1 == order.Length || probabilities[order[rank + 1], predicted[order[rank + 1]]] != confidence;
            if (isLastOfEquals)
            {
                points.Add(new RiskCoveragePoint((rank + 1) / (double)order.Length, wrong / (rank + 1.0), confidence));
            }
        }

        return points;
    }

    /// <inheritdoc cref="Curve(float[,], IReadOnlyList{long})"/>
    public static IReadOnlyList<RiskCoveragePoint> Curve(torch.Tensor probabilities, torch.Tensor labels) =>
        Curve(Check.ToMatrix(probabilities), Check.ToArray(labels));

    /// <summary>Per class, how many images were given a label and how many of the labels given are right.</summary>
    /// <param name="assigned">Labels given [N], in [0, K); -1 where none was given.</param>
    /// <param name="labels">True classes [N], in [0, K).</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <exception cref="ArgumentException">Not one label given per true one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is outside its range.</exception>
    public static IReadOnlyList<AssignedClass> PerClass(IReadOnlyList<long> assigned, IReadOnlyList<long> labels, int classCount)
    {
        ArgumentNullException.ThrowIfNull(assigned);
        ArgumentNullException.ThrowIfNull(labels);
        if (assigned.Count != labels.Count)
        {
            throw new ArgumentException($"{assigned.Count} assigned labels but {labels.Count} true ones: give one per image, in the same order.");
        }

        Check.Labels(labels, classCount, nameof(labels));
        long[] support = new long[classCount], covered = new long[classCount], given = new long[classCount], right = new long[classCount];
        for (int image = 0; image < labels.Count; image++)
        {
            long label = assigned[image], truth = labels[image];
            if (label < -1 || label >= classCount)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(assigned), label, $"Assigned label {image} is neither -1 (none) nor in [0, {classCount}).");
            }

            support[truth]++;
            if (label >= 0)
            {
                covered[truth]++;
                given[label]++;
                right[label] += label == truth ? 1 : 0;
            }
        }

        return [.. Enumerable.Range(0, classCount).Select(label => new AssignedClass(
            label, support[label], given[label], covered[label] / (double)support[label], right[label] / (double)given[label]))];
    }

    /// <inheritdoc cref="PerClass(IReadOnlyList{long}, IReadOnlyList{long}, int)"/>
    [OverloadResolutionPriority(-1)] // An array is a tensor too, by conversion.
    public static IReadOnlyList<AssignedClass> PerClass(torch.Tensor assigned, torch.Tensor labels, int classCount) =>
        PerClass(Check.ToArray(assigned), Check.ToArray(labels), classCount);
}
