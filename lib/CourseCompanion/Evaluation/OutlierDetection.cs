using System.Runtime.CompilerServices;
using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>How well a score tells foreign images from known ones.</summary>
/// <param name="Auroc">Probability that a foreign image scores higher than a known one; 0.5 for chance.</param>
/// <param name="FprAt95">Share of the foreign images that pass for known where 95 % of the known ones do; 0 is best.</param>
/// <param name="Threshold">The score up to which an image passes for known, so that 95 % of the known ones do.</param>
public sealed record OutlierDetectionReport(double Auroc, double FprAt95, double Threshold);

/// <summary>
/// Judges scores of foreignness on images that were held out, known and foreign (the two figures of Hendrycks and Gimpel, 2017, <i>A
/// Baseline for Detecting Misclassified and Out-of-Distribution Examples in Neural Networks</i>, and of those who followed).
/// </summary>
public static class OutlierDetection
{
    private const double AcceptedShare = 0.95;

    /// <summary>Compares the scores of known images with those of foreign ones.</summary>
    /// <param name="known">Scores of images like those it learnt from, but not these; the higher, the more foreign.</param>
    /// <param name="foreign">Scores of other images.</param>
    /// <exception cref="ArgumentException">There is no score of a kind, or one is not a number.</exception>
    public static OutlierDetectionReport Judge(IReadOnlyList<double> known, IReadOnlyList<double> foreign)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(foreign);
        if (known.Count == 0 || foreign.Count == 0)
        {
            throw new ArgumentException($"{known.Count} known and {foreign.Count} foreign images: at least one of each is needed.");
        }

        float[] scores = [.. known.Concat(foreign).Select(score => (float)score)];
        bool[] isForeign = [.. Enumerable.Range(0, scores.Length).Select(image => image >= known.Count)];
        double threshold = Threshold(known);
        return new OutlierDetectionReport(
            RocAuc.Binary(scores, isForeign), foreign.Count(score => score <= threshold) / (double)foreign.Count, threshold);
    }

    /// <inheritdoc cref="Judge(IReadOnlyList{double}, IReadOnlyList{double})"/>
    /// <param name="known">Scores [N], of any type and on any device.</param>
    /// <param name="foreign">Scores [M].</param>
    [OverloadResolutionPriority(-1)] // An array is a tensor too, by conversion.
    public static OutlierDetectionReport Judge(torch.Tensor known, torch.Tensor foreign) => Judge(ToArray(known), ToArray(foreign));

    /// <summary>The least of the known scores that lets a share of them pass: chosen without any foreign image.</summary>
    /// <param name="known">Scores of known images that the model did not learn from.</param>
    /// <param name="accepted">The share that passes, in (0, 1].</param>
    /// <exception cref="ArgumentException">There is no score.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside (0, 1].</exception>
    public static double Threshold(IReadOnlyList<double> known, double accepted = AcceptedShare)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (accepted is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(accepted), accepted, "The share that passes must lie in (0, 1], for example 0.95.");
        }

        double[] sorted = [.. known.Order()];
        return sorted.Length > 0
            ? sorted[Math.Clamp((int)Math.Ceiling((accepted * sorted.Length) - 1e-9), 1, sorted.Length) - 1]
            : throw new ArgumentException("There is no known image to choose a threshold on.", nameof(known));
    }

    private static double[] ToArray(torch.Tensor scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        using var scope = torch.NewDisposeScope();
        return scores.dim() == 1
            ? scores.detach().to(torch.ScalarType.Float64).cpu().contiguous().data<double>().ToArray()
            : throw new ArgumentException($"Scores must be [N]; got [{string.Join(", ", scores.shape)}].", nameof(scores));
    }
}
