namespace CourseCompanion.Evaluation;

/// <summary>Uncertainty of a share counted on few images.</summary>
public static class ProportionInterval
{
    /// <summary>
    /// Wilson's score interval at 95 % (1927). Unlike the bootstrap, it does not collapse to a point where all images are right.
    /// </summary>
    /// <param name="successes">Images that count.</param>
    /// <param name="count">All images, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">No image, or a number of successes outside [0, count].</exception>
    public static ConfidenceInterval Wilson(int successes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        const double z = 1.959963984540054;   // the standard normal quantile of 97.5 %
        double p = successes / (double)count, shrink = 1 + (z * z / count);
        double centre = (p + (z * z / (2 * count))) / shrink;
        double half = z / shrink * Math.Sqrt((p * (1 - p) / count) + (z * z / (4.0 * count * count)));
        return new ConfidenceInterval(p, Math.Max(0, centre - half), Math.Min(1, centre + half), 0.95);
    }
}
