namespace CourseCompanion.Training;

/// <summary>
/// Weights for the cross-entropy of unbalanced classes: an error on a rare class costs more than one on a frequent class.
/// </summary>
public static class ClassWeights
{
    /// <summary>Of each class, the share of the images that do not have it: (t - e) / t, e images of the class, t in all.</summary>
    /// <param name="counts">Number of images of each class, as <see cref="Data.ImageSet.CountByClass"/> gives it.</param>
    /// <returns>One weight per class, in (0, 1].</returns>
    /// <exception cref="ArgumentException">There are not two classes with images, or a count is negative.</exception>
    public static double[] FromCounts(IEnumerable<long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        long[] images = [.. counts];
        if (images.Any(count => count < 0) || images.Count(count => count > 0) < 2)
        {
            throw new ArgumentException(
                $"Class counts are [{string.Join(", ", images)}]: weights need two classes or more that have images.", nameof(counts));
        }

        double total = images.Sum();
        return [.. images.Select(count => (total - count) / total)];
    }
}
