namespace CourseCompanion.Evaluation;

/// <summary>A threshold that finds a wanted share of the positive images, chosen on images that do not judge.</summary>
public static class RecallThreshold
{
    /// <summary>
    /// The highest threshold at which new positive images are found, on average, at the wanted rate: the k-th highest score of the P
    /// positive ones, k = ceil(recall * (P + 1)), as in conformal prediction (Vovk et al., 2005). One more than a plain quantile
    /// would take: the threshold fits the images it was chosen on a little too well. With too few positive images for the rate, it
    /// is the lowest of their scores.
    /// </summary>
    /// <param name="scores">Scores of images that the model did not learn from, higher for more of the positive class.</param>
    /// <param name="isPositive">Whether each image is positive, in the same order.</param>
    /// <param name="recall">Wanted share of the positive images found, in (0, 1].</param>
    /// <returns>A score: images of at least this are to be called positive.</returns>
    /// <exception cref="ArgumentException">Not one truth per score, or no positive image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A recall outside (0, 1].</exception>
    public static double Choose(IReadOnlyList<double> scores, IReadOnlyList<bool> isPositive, double recall)
    {
        CheckPairs(scores, isPositive);
        if (recall is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(recall), recall, "The wanted recall must lie in (0, 1], for example 0.95.");
        }

        double[] positives = [.. Enumerable.Range(0, scores.Count).Where(image => isPositive[image]).Select(image => scores[image]).OrderDescending()];
        if (positives.Length == 0)
        {
            throw new ArgumentException("There is no positive image to choose a threshold on.", nameof(isPositive));
        }

        int k = (int)Math.Ceiling((recall * (positives.Length + 1)) - 1e-9);
        return positives[Math.Clamp(k, 1, positives.Length) - 1];
    }

    internal static void CheckPairs(IReadOnlyList<double> scores, IReadOnlyList<bool> isPositive)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(isPositive);
        if (scores.Count == 0 || scores.Count != isPositive.Count)
        {
            throw new ArgumentException($"{scores.Count} scores but {isPositive.Count} truths: give one per image, for 1 image or more.", nameof(isPositive));
        }
    }
}
