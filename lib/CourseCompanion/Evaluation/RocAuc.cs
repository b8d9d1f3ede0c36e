namespace CourseCompanion.Evaluation;

/// <summary>
/// Area under the ROC curve: the probability that a random image of the class gets a higher score than a random image of
/// another class, ties counting one half (Hanley and McNeil, 1982).
/// </summary>
public static class RocAuc
{
    /// <summary>AUC of one class against the rest, from the sum of the ranks of its images (Mann-Whitney's U).</summary>
    /// <param name="scores">Score of the class for each image; any scale, higher means more of the class.</param>
    /// <param name="isPositive">For each image, whether it belongs to the class.</param>
    /// <returns>A value in [0, 1], 0.5 for chance; NaN where all images or none belong to the class.</returns>
    /// <exception cref="ArgumentException">Not one label per score, or a score that is not a number.</exception>
    public static double Binary(ReadOnlySpan<float> scores, ReadOnlySpan<bool> isPositive)
    {
        if (scores.Length != isPositive.Length)
        {
            throw new ArgumentException($"{scores.Length} scores but {isPositive.Length} labels.", nameof(isPositive));
        }

        // Not a number equals nothing, itself included: it has no rank.
        if (scores.IndexOf(float.NaN) is >= 0 and int bad)
        {
            throw new ArgumentException($"Score {bad} is not a number (NaN), which cannot be ranked.", nameof(scores));
        }

        float[] sorted = scores.ToArray();
        bool[] positive = isPositive.ToArray();
        Array.Sort(sorted, positive);

        long positives = 0;
        double rankSum = 0;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            long tiedPositives = 0;
            for (end = start; end < sorted.Length && sorted[end] == sorted[start]; end++)
            {
                tiedPositives += positive[end] ? 1 : 0;
            }

            // Tied scores share the mean of their ranks start+1 .. end.
            rankSum += tiedPositives * (start + 1 + end) / 2.0;
            positives += tiedPositives;
        }

        long negatives = sorted.Length - positives;
        return positives == 0 || negatives == 0
            ? double.NaN
            : (rankSum - (positives * (positives + 1) / 2.0)) / positives / negatives;
    }

    /// <summary>One-vs-rest AUC of every class.</summary>
    /// <param name="scores">Scores [N, K].</param>
    /// <param name="labels">True classes, N values in [0, K).</param>
    /// <returns>K values; NaN for a class that no image has (or that all have).</returns>
    /// <exception cref="ArgumentException">Empty input, lengths that differ, or a score that is not finite.</exception>
    public static double[] OneVsRest(float[,] scores, IReadOnlyList<long> labels)
    {
        Check.Scores(scores, labels);
        var column = new float[labels.Count];
        var isPositive = new bool[labels.Count];
        var areas = new double[scores.GetLength(1)];
        for (int label = 0; label < areas.Length; label++)
        {
            for (int row = 0; row < column.Length; row++)
            {
                column[row] = scores[row, label];
                isPositive[row] = labels[row] == label;
            }

            areas[label] = Binary(column, isPositive);
        }

        return areas;
    }
}
