namespace CourseCompanion.Graphs;

/// <summary>Masses [N, K] of K classes at N points, row after row; a row may be zero.</summary>
internal readonly struct ClassDistributions(double[] mass, int classCount)
{
    /// <summary>Rows that sum to 1, or to 0 where there was nothing.</summary>
    public float[,] Probabilities()
    {
        var probabilities = new float[mass.Length / classCount, classCount];
        for (int point = 0; point < probabilities.GetLength(0); point++)
        {
            ReadOnlySpan<double> row = mass.AsSpan(point * classCount, classCount);
            double sum = Sum(row);
            for (int label = 0; label < classCount && sum > 0; label++)
            {
                probabilities[point, label] = (float)(row[label] / sum);
            }
        }

        return probabilities;
    }

    /// <summary>The class with most mass (the lowest number among equals), or unknown where there is none or its lead is too small.</summary>
    public long[] Labels(double minimumMargin)
    {
        var labels = new long[mass.Length / classCount];
        for (int point = 0; point < labels.Length; point++)
        {
            ReadOnlySpan<double> row = mass.AsSpan(point * classCount, classCount);
            int best = 0;
            double second = 0;
            for (int label = 1; label < classCount; label++)
            {
                (best, second) = row[label] > row[best] ? (label, row[best]) : (best, Math.Max(second, row[label]));
            }

            double sum = Sum(row);
            bool answers = sum > 0 && (row[best] - second) / sum >= minimumMargin;
            labels[point] = answers ? best : KnownLabels.Unknown;
        }

        return labels;
    }

    private static double Sum(ReadOnlySpan<double> row)
    {
        double sum = 0;
        foreach (double value in row)
        {
            sum += value;
        }

        return sum;
    }
}
