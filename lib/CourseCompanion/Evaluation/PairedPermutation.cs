namespace CourseCompanion.Evaluation;

/// <summary>
/// Paired permutation test (Fisher, 1935): if two methods were equally good, each difference might as well have the other sign. How
/// often does a random choice of signs give a mean at least as far from zero?
/// </summary>
public static class PairedPermutation
{
    private const int MostExact = 16;

    /// <summary>Two-sided p-value of the mean of some differences.</summary>
    /// <param name="differences">
    /// One difference per independent unit: per image, or per group of images (the sum over its images).
    /// </param>
    /// <param name="draws">Random choices of signs; with 16 units or fewer all choices are tried instead.</param>
    /// <param name="seed">Seed of the choices.</param>
    /// <returns>A value in (0, 1]; with random choices at least 1 / (draws + 1).</returns>
    /// <exception cref="ArgumentException">There is no difference.</exception>
    public static double PValue(IReadOnlyList<double> differences, int draws = 10_000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        if (differences.Count == 0)
        {
            throw new ArgumentException("There is no difference to test.", nameof(differences));
        }

        double[] units = [.. differences.Where(difference => difference != 0)];   // the others change with no sign
        double observed = Math.Abs(units.Sum()) - 1e-9;                           // equal sums stay equal in rounding
        if (units.Length <= MostExact)
        {
            int choices = 1 << units.Length;
            return Enumerable.Range(0, choices).Count(choice => Math.Abs(Sum(units, unit => (choice >> unit & 1) == 1)) >= observed) / (double)choices;
        }

        var random = new Random(seed);
        var flips = new byte[units.Length];
        int asFar = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            random.NextBytes(flips);
            asFar += Math.Abs(Sum(units, unit => flips[unit] < 128)) >= observed ? 1 : 0;
        }

        return (asFar + 1.0) / (draws + 1);
    }

    private static double Sum(double[] units, Func<int, bool> flips)
    {
        double sum = 0;
        for (int unit = 0; unit < units.Length; unit++)
        {
            sum += flips(unit) ? -units[unit] : units[unit];
        }

        return sum;
    }
}
