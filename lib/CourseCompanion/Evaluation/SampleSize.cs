namespace CourseCompanion.Evaluation;

/// <summary>
/// How many test images a share needs, accuracy or the recall of a class, to be known to so many points. For a recall, count the images of that
/// class alone.
/// </summary>
/// <example>
/// <code>
/// int images = SampleSize.For(share: 0.85, halfWidth: 0.03);   // 85 %, give or take three points
/// </code>
/// </example>
public static class SampleSize
{
    private const double Z = 1.959963984540054;   // the standard normal quantile of 97.5 %

    /// <summary>Half the width of Wilson's 95 % interval (<see cref="ProportionInterval"/>).</summary>
    /// <param name="share">The share that is found, in [0, 1].</param>
    /// <param name="count">Images it is counted on, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
    public static double HalfWidth(double share, int count)
    {
        CheckShare(share);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Z / (1 + (Z * Z / count)) * Math.Sqrt((share * (1 - share) / count) + (Z * Z / (4.0 * count * count)));
    }

    /// <summary>The least number of images on which half of Wilson's 95 % interval is no wider than wanted.</summary>
    /// <param name="share">The share p that is expected, in [0, 1]; 0.5 is the worst case.</param>
    /// <param name="halfWidth">The half width h of the 95 % interval that is wanted, in (0, 1).</param>
    /// <returns>Images, 1 or more.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
    public static int For(double share, double halfWidth)
    {
        CheckShare(share);
        CheckHalfWidth(halfWidth);
        int enough = 1;
        while (HalfWidth(share, enough) > halfWidth)
        {
            enough = checked(enough * 2);
        }

        int tooFew = enough / 2;   // the half width falls with the number of images
        while (enough - tooFew > 1)
        {
            int middle = (enough + tooFew) / 2;
            (tooFew, enough) = HalfWidth(share, middle) > halfWidth ? (middle, enough) : (tooFew, middle);
        }

        return enough;
    }

    private static void CheckShare(double share)
    {
        if (share is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share lies in [0, 1], for example 0.85.");
        }
    }

    private static void CheckHalfWidth(double halfWidth)
    {
        if (halfWidth is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(halfWidth), halfWidth, "A half width lies between 0 and 1, for example 0.03 for three points.");
        }
    }
}
