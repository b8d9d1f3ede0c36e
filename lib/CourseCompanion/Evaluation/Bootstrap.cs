using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>An estimate with its uncertainty.</summary>
/// <param name="Estimate">The figure on all the data.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end of the interval.</param>
/// <param name="Level">Confidence level, in (0, 1).</param>
public sealed record ConfidenceInterval(double Estimate, double Lower, double Upper, double Level);

/// <summary>
/// Uncertainty of any figure by resampling the evaluated images with replacement: percentile bootstrap (Efron, 1979).
/// It says how far the figure would move with another test set of this size, not with another training run.
/// </summary>
public static class Bootstrap
{
    /// <summary>Percentile confidence interval of a statistic.</summary>
    /// <param name="count">Number of images n.</param>
    /// <param name="statistic">The figure as a function of n image indices, which may repeat. NaN results are left out.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <param name="resamples">Number of resamples; 1,000 are enough for two digits.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count below 1, or a level outside (0, 1).</exception>
    public static ConfidenceInterval ConfidenceInterval(
        int count, Func<IReadOnlyList<int>, double> statistic, double level = 0.95, int resamples = 1000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level must lie between 0 and 1, for example 0.95.");
        }

        var random = new Random(seed);
        var indices = new int[count];
        var values = new List<double>(resamples);
        for (int resample = 0; resample < resamples; resample++)
        {
            for (int i = 0; i < count; i++)
            {
                indices[i] = random.Next(count);
            }

            double value = statistic(indices);
            if (!double.IsNaN(value))
            {
                values.Add(value);
            }
        }

        values.Sort();
        double estimate = statistic([.. Enumerable.Range(0, count)]);
        return new ConfidenceInterval(estimate, Percentile(values, (1 - level) / 2), Percentile(values, (1 + level) / 2), level);
    }

    /// <summary>Percentile confidence interval of a figure of a <see cref="ClassificationReport"/>, for example its macro F1.</summary>
    /// <inheritdoc cref="ConfidenceInterval(int, Func{IReadOnlyList{int}, double}, double, int, int)"/>
    /// <param name="scores">Scores [N, K].</param>
    /// <param name="labels">True classes, N values in [0, K).</param>
    /// <param name="figure">The figure to read from the report.</param>
    /// <param name="predicted">The answers of a method that may abstain; see <see cref="ClassificationReport"/>.</param>
#pragma warning disable CS1573 // The other parameters are inherited.
    public static ConfidenceInterval ConfidenceInterval(
        float[,] scores,
        IReadOnlyList<long> labels,
        Func<ClassificationReport, double> figure,
        double level = 0.95,
        int resamples = 1000,
        int seed = 42,
        IReadOnlyList<long>? predicted = null)
#pragma warning restore CS1573
    {
        ArgumentNullException.ThrowIfNull(figure);
        _ = ClassificationReport.Compute(scores, labels, predicted);  // says what is wrong with the input, before anything is drawn
        int classCount = scores.GetLength(1);
        var sampledScores = new float[labels.Count, classCount];
        var sampledLabels = new long[labels.Count];
        long[]? sampledAnswers = predicted is null ? null : new long[labels.Count];
        return ConfidenceInterval(labels.Count, Statistic, level, resamples, seed);

        double Statistic(IReadOnlyList<int> indices)
        {
            for (int i = 0; i < indices.Count; i++)
            {
                Array.Copy(scores, indices[i] * classCount, sampledScores, i * classCount, classCount);
                sampledLabels[i] = labels[indices[i]];
                sampledAnswers?[i] = predicted![indices[i]];
            }

            return figure(ClassificationReport.Compute(sampledScores, sampledLabels, sampledAnswers));
        }
    }

    /// <inheritdoc cref="ConfidenceInterval(float[,], IReadOnlyList{long}, Func{ClassificationReport, double}, double, int, int, IReadOnlyList{long})"/>
    public static ConfidenceInterval ConfidenceInterval(
        torch.Tensor scores,
        torch.Tensor labels,
        Func<ClassificationReport, double> figure,
        double level = 0.95,
        int resamples = 1000,
        int seed = 42,
        IReadOnlyList<long>? predicted = null) =>
        ConfidenceInterval(Check.ToMatrix(scores), Check.ToArray(labels), figure, level, resamples, seed, predicted);

    /// <summary>Value below which a share of sorted values lies, interpolated between neighbours as NumPy does; NaN for none.</summary>
    internal static double Percentile(List<double> sorted, double share)
    {
        if (sorted.Count == 0)
        {
            return double.NaN;
        }

        double position = share * (sorted.Count - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
