using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>One bar of a reliability diagram.</summary>
/// <param name="Lower">Lower edge of the bin (exclusive, except for the first bin).</param>
/// <param name="Upper">Upper edge of the bin (inclusive).</param>
/// <param name="Count">Images whose confidence falls into the bin.</param>
/// <param name="Confidence">Their mean confidence; NaN for an empty bin.</param>
/// <param name="Accuracy">Share of them predicted right; NaN for an empty bin.</param>
public sealed record ReliabilityBin(double Lower, double Upper, long Count, double Confidence, double Accuracy);

/// <summary>
/// Does a confidence of 0.9 mean right nine times out of ten? Reliability bins and expected calibration error (Guo, Pleiss,
/// Sun and Weinberger, 2017, <i>On Calibration of Modern Neural Networks</i>). The remedy is <see cref="TemperatureScaling"/>.
/// </summary>
public static class Calibration
{
    /// <summary>Sorts the images by confidence, the probability of the predicted class, into bins of equal width over [0, 1].</summary>
    /// <param name="probabilities">Probabilities [N, K], rows that sum to 1.</param>
    /// <param name="labels">True classes [N], in the same order.</param>
    /// <param name="bins">Number of bins, 15 in the paper.</param>
    /// <exception cref="ArgumentException">Empty input, sizes that do not fit, or rows that are not probabilities.</exception>
    public static IReadOnlyList<ReliabilityBin> ReliabilityBins(float[,] probabilities, IReadOnlyList<long> labels, int bins = 15)
    {
        Check.Probabilities(probabilities, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var count = new long[bins];
        var right = new long[bins];
        var confidence = new double[bins];
        for (int row = 0; row < labels.Count; row++)
        {
            int predicted = Rows.ArgMax(probabilities, row);
            float p = Math.Min(probabilities[row, predicted], 1f);

            // In single precision, as the probability is: 0.2 lies on the edge at 0.2, not beyond it.
            int bin = Math.Clamp((int)MathF.Ceiling(p * bins) - 1, 0, bins - 1);
            count[bin]++;
            confidence[bin] += p;
            right[bin] += predicted == labels[row] ? 1 : 0;
        }

        return [.. Enumerable.Range(0, bins).Select(bin => new ReliabilityBin(
            bin / (double)bins,
            (bin + 1) / (double)bins,
            count[bin],
            count[bin] == 0 ? double.NaN : confidence[bin] / count[bin],
            count[bin] == 0 ? double.NaN : right[bin] / (double)count[bin]))];
    }

    /// <inheritdoc cref="ReliabilityBins(float[,], IReadOnlyList{long}, int)"/>
    public static IReadOnlyList<ReliabilityBin> ReliabilityBins(torch.Tensor probabilities, torch.Tensor labels, int bins = 15) =>
        ReliabilityBins(Check.ToMatrix(probabilities), Check.ToArray(labels), bins);

    /// <summary>
    /// Expected calibration error: the gap between confidence and accuracy, averaged over the images' bins. In [0, 1],
    /// 0 for a model that means what it says.
    /// </summary>
    public static double ExpectedCalibrationError(IReadOnlyList<ReliabilityBin> bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        double total = bins.Sum(bin => bin.Count);
        return bins.Where(bin => bin.Count > 0).Sum(bin => bin.Count / total * Math.Abs(bin.Accuracy - bin.Confidence));
    }

    /// <summary>Expected calibration error of probabilities [N, K] with labels [N].</summary>
    /// <inheritdoc cref="ReliabilityBins(float[,], IReadOnlyList{long}, int)"/>
    public static double ExpectedCalibrationError(torch.Tensor probabilities, torch.Tensor labels, int bins = 15) =>
        ExpectedCalibrationError(ReliabilityBins(probabilities, labels, bins));
}
