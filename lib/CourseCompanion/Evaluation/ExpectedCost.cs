namespace CourseCompanion.Evaluation;

/// <summary>
/// Errors that do not cost the same: one unit for a false alarm, several for a miss (Elkan, 2001, <i>The Foundations of Cost-Sensitive
/// Learning</i>). An image is called positive where its score is at least the threshold.
/// </summary>
public static class ExpectedCost
{
    /// <summary>Mean cost per image, in units of a false alarm.</summary>
    /// <param name="scores">Score of each image, higher for more of the positive class.</param>
    /// <param name="isPositive">Whether each image is positive, in the same order.</param>
    /// <param name="threshold">Scores of at least this are called positive.</param>
    /// <param name="missCost">What a miss costs, in false alarms, 0 or more.</param>
    /// <exception cref="ArgumentException">Not one truth per score, or none at all.</exception>
    public static double PerImage(IReadOnlyList<double> scores, IReadOnlyList<bool> isPositive, double threshold, double missCost)
    {
        RecallThreshold.CheckPairs(scores, isPositive);
        ArgumentOutOfRangeException.ThrowIfNegative(missCost);
        double cost = 0;
        for (int image = 0; image < scores.Count; image++)
        {
            bool called = scores[image] >= threshold;
            cost += (called, isPositive[image]) switch { (false, true) => missCost, (true, false) => 1, _ => 0 };
        }

        return cost / scores.Count;
    }

    /// <summary>
    /// The probability from which calling an image positive costs less, on average, if probabilities mean what they say: p * miss =
    /// 1 - p, so 1 / (1 + miss).
    /// </summary>
    /// <param name="missCost">What a miss costs, in false alarms, 0 or more.</param>
    public static double BestProbability(double missCost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(missCost);
        return 1 / (1 + missCost);
    }
}
