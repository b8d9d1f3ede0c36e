namespace CourseCompanion.Evaluation;

/// <summary>An estimate with its uncertainty.</summary>
/// <param name="Estimate">The figure on all the data.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end of the interval.</param>
/// <param name="Level">Confidence level, in (0, 1).</param>
public sealed record ConfidenceInterval(double Estimate, double Lower, double Upper, double Level);

/// <summary>
/// Uncertainty of any score by resampling the evaluated images with replacement: percentile bootstrap (Efron, 1979).
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

    /// <summary>
    /// Percentile confidence interval of a statistic of images that come in groups (copies of each other, images of one patient): whole
    /// groups are resampled, since the images of one say much the same.
    /// </summary>
    /// <param name="groups">Group of each of the n images.</param>
    /// <param name="statistic">The figure as a function of image indices, which may repeat. NaN results are left out.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public static ConfidenceInterval ByGroup(
        IReadOnlyList<long> groups, Func<IReadOnlyList<int>, double> statistic, double level = 0.95, int resamples = 1000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(statistic);
        int[][] members = [.. Enumerable.Range(0, groups.Count).GroupBy(image => groups[image]).Select(group => group.ToArray())];
        return ConfidenceInterval(members.Length, drawn => statistic([.. drawn.SelectMany(group => members[group])]), level, resamples, seed);
    }

    /// <summary>Percentile confidence interval of a score of a classifier.</summary>
    /// <param name="report">What it answered.</param>
    /// <param name="score">The score, for example <c>confusion => confusion.BalancedAccuracy</c>.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public static ConfidenceInterval ConfidenceInterval(
        ClassificationReport report, Func<ConfusionMatrix, double> score, double level = 0.95, int resamples = 1000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(score);
        return ConfidenceInterval(report.Labels.Count, images => score(Resample(report, images)), level, resamples, seed);
    }

    /// <summary>
    /// Percentile confidence interval of the difference of two classifiers' scores on the same images. Each resample takes the same
    /// images for both: what makes an image hard for one often does so for the other, so the difference is far better known than two
    /// separate intervals suggest.
    /// </summary>
    /// <param name="first">What one answered.</param>
    /// <param name="second">What the other answered about the same images in the same order; its score is subtracted.</param>
    /// <param name="score">The score, for example <c>confusion => confusion.BalancedAccuracy</c>.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <exception cref="ArgumentException">The reports are about other images.</exception>
    public static ConfidenceInterval Difference(
        ClassificationReport first, ClassificationReport second, Func<ConfusionMatrix, double> score, double level = 0.95, int resamples = 1000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(score);
        if (!first.Labels.SequenceEqual(second.Labels))
        {
            throw new ArgumentException("The two reports are about other images: a paired difference needs the same ones in the same order.", nameof(second));
        }

        return ConfidenceInterval(
            first.Labels.Count, images => score(Resample(first, images)) - score(Resample(second, images)), level, resamples, seed);
    }

    private static ConfusionMatrix Resample(ClassificationReport report, IReadOnlyList<int> images) => ConfusionMatrix.Count(
        [.. images.Select(image => report.Labels[image])], [.. images.Select(image => report.Predicted[image])], report.ClassCount);

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
