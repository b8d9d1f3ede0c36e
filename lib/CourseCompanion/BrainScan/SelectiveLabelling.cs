using CourseCompanion.Data;
using CourseCompanion.Evaluation;

namespace CourseCompanion.BrainScan;

/// <summary>
/// Which share of the images a model may label by itself: the surest ones, as long as few enough of their labels are wrong
/// (Geifman and El-Yaniv, 2017, <i>Selective Classification for Deep Neural Networks</i>).
/// </summary>
public static class SelectiveLabelling
{
    /// <summary>The largest share whose observed error stays within a limit.</summary>
    /// <param name="curve">Risk at every coverage, by <see cref="RiskCoverage"/>.</param>
    /// <param name="maximalError">Largest share of wrong labels, in [0, 1].</param>
    /// <returns>A share in [0, 1]; 0 when even the surest images are labelled wrongly too often.</returns>
    public static double Share(IReadOnlyList<RiskCoveragePoint> curve, double maximalError)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return curve.Where(point => point.Risk <= maximalError).Select(point => point.Coverage).DefaultIfEmpty(0).Max();
    }

    /// <summary>The observed error when a given share is labelled.</summary>
    /// <param name="curve">Risk at every coverage.</param>
    /// <param name="share">The share, in [0, 1].</param>
    /// <returns>The risk of the first point that reaches the share; 0 for a share of 0.</returns>
    public static double ErrorAt(IReadOnlyList<RiskCoveragePoint> curve, double share)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return share == 0 ? 0 : curve.First(point => point.Coverage >= share - 1e-9 || point.Coverage == curve[^1].Coverage).Risk;
    }

    /// <summary>
    /// The largest share of which one can be confident, not just hopeful: the upper bound of its error stays within the limit. Points are
    /// tried from the surest on, and the first that fails ends the search, so that trying many does not weaken the confidence (fixed-sequence
    /// testing; Angelopoulos and others, 2021, <i>Learn then Test</i>).
    /// </summary>
    /// <param name="curve">Risk at every coverage, on images that neither trained the model nor chose anything.</param>
    /// <param name="count">Number of images behind the curve.</param>
    /// <param name="maximalError">Largest share of wrong labels, in (0, 1).</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <returns>A share in [0, 1]; 0 when the images are too few to promise anything.</returns>
    public static double GuaranteedShare(IReadOnlyList<RiskCoveragePoint> curve, int count, double maximalError, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(curve);
        int fewest = ImagesNeeded(maximalError, level);  // before that, not even a faultless run could pass
        double share = 0;
        foreach (RiskCoveragePoint point in curve)
        {
            int labelled = (int)Math.Round(point.Coverage * count);
            if (labelled < fewest)
            {
                continue;
            }

            if (UpperBound((int)Math.Round(point.Risk * labelled), labelled, level) > maximalError)
            {
                break;
            }

            share = point.Coverage;
        }

        return share;
    }

    /// <summary>One-sided upper bound of an error rate (Clopper and Pearson, 1934): exact, whatever the rate.</summary>
    /// <param name="errors">Wrong labels seen.</param>
    /// <param name="count">Labels looked at.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <returns>A share in [0, 1]; without any error about 3 / count at 95 % (the rule of three).</returns>
    /// <exception cref="ArgumentOutOfRangeException">No label, more errors than labels, or a level outside (0, 1).</exception>
    public static double UpperBound(int errors, int count, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(errors);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(errors, count);
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level must lie between 0 and 1, for example 0.95.");
        }

        // The rate at which so few errors would be seen only 1 - level of the time.
        (double low, double high) = (errors / (double)count, 1);
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = AtMost(errors, count, middle) > 1 - level ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>How many images without a single error it takes to promise an error rate.</summary>
    /// <param name="maximalError">The rate, in (0, 1).</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <returns>59 for 5 % at 95 %, 149 for 2 %.</returns>
    public static int ImagesNeeded(double maximalError, double level = 0.95) =>
        maximalError is > 0 and < 1 && level is > 0 and < 1
            ? (int)Math.Ceiling((Math.Log(1 - level) / Math.Log(1 - maximalError)) - 1e-9)
            : throw new ArgumentOutOfRangeException(nameof(maximalError), maximalError, "Rate and level must lie between 0 and 1.");

    /// <summary>Risk-coverage curves of resampled images: how far the curve would move with other images of this kind.</summary>
    /// <param name="probabilities">Scores [N, K] of images that did not train the model.</param>
    /// <param name="labels">True classes [N].</param>
    /// <param name="families">Copies and near copies of one image have one number; they are drawn together. Every image by itself if null.</param>
    /// <param name="count">Number of curves.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public static IReadOnlyList<IReadOnlyList<RiskCoveragePoint>> Resampled(
        float[,] probabilities, IReadOnlyList<long> labels, IReadOnlyList<long>? families = null, int count = 500, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        int classCount = probabilities.GetLength(1);
        int[][] groups = [.. Enumerable.Range(0, labels.Count).GroupBy(image => families?[image] ?? image).Select(group => group.ToArray())];
        var curves = new IReadOnlyList<RiskCoveragePoint>[count];
        for (int draw = 0; draw < count; draw++)
        {
            var random = PortableRandom.For(seed, PortableRandom.Series("risk-coverage"), draw);
            var images = new List<int>(labels.Count);
            for (int group = 0; group < groups.Length; group++)
            {
                images.AddRange(groups[random.NextIndex(groups.Length)]);
            }

            var rows = new float[images.Count, classCount];
            for (int row = 0; row < images.Count; row++)
            {
                for (int column = 0; column < classCount; column++)
                {
                    rows[row, column] = probabilities[images[row], column];
                }
            }

            curves[draw] = RiskCoverage.Curve(rows, [.. images.Select(image => labels[image])]);
        }

        return curves;
    }

    /// <summary>P(X &lt;= errors) for X binomial: summed in logarithms, so that thousands of images do not underflow.</summary>
    private static double AtMost(int errors, int count, double rate)
    {
        if (rate >= 1)
        {
            return errors >= count ? 1 : 0;
        }

        double sum = 0, log = count * Math.Log(1 - rate);
        for (int k = 0; k <= errors; k++)
        {
            sum += Math.Exp(log);
            log += Math.Log((count - k) / (k + 1.0)) + Math.Log(rate) - Math.Log(1 - rate);
        }

        return Math.Min(1, sum);
    }
}
