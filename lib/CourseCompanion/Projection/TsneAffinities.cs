using CourseCompanion.Graphs;

namespace CourseCompanion.Projection;

/// <summary>How much points attract each other in t-SNE.</summary>
internal static class TsneAffinities
{
    /// <summary>
    /// Symmetric affinities [N, N] that sum to 1: each point spreads its own 1 / N over its neighbours by a Gaussian, as wide as
    /// gives it the perplexity, and the two directions are averaged.
    /// </summary>
    public static SparseMatrix Joint(Neighbours neighbours, double perplexity)
    {
        int perPoint = neighbours.PerPoint;
        int[] starts = [.. Enumerable.Range(0, neighbours.Count + 1).Select(row => row * perPoint)];
        var columns = new int[neighbours.Count * perPoint];
        var values = new double[columns.Length];
        Parallel.For(0, neighbours.Count, point =>
        {
            Span<int> rowColumns = columns.AsSpan(point * perPoint, perPoint);
            Span<double> row = values.AsSpan(point * perPoint, perPoint);
            neighbours.IndicesOf(point).CopyTo(rowColumns);
            Conditional(neighbours.DistancesOf(point), perplexity, row);
            rowColumns.Sort(row);
        });
        var conditional = new SparseMatrix(neighbours.Count, starts, columns, values);
        return Average(conditional, conditional.Transpose());
    }

    /// <summary>Probabilities of the neighbours of one point, whose entropy is the logarithm of the perplexity.</summary>
    public static void Conditional(ReadOnlySpan<float> distances, double perplexity, Span<double> probabilities)
    {
        double nearest = (double)distances[0] * distances[0];
        double precision = 1, low = 0, high = double.PositiveInfinity;
        for (int attempt = 0; attempt < 200; attempt++)
        {
            double sum = 0, weighted = 0;
            for (int i = 0; i < distances.Length; i++)
            {
                double square = ((double)distances[i] * distances[i]) - nearest;
                probabilities[i] = Math.Exp(-precision * square);
                sum += probabilities[i];
                weighted += square * probabilities[i];
            }

            double entropy = Math.Log(sum) + (precision * weighted / sum);
            for (int i = 0; i < distances.Length; i++)
            {
                probabilities[i] /= sum;
            }

            double excess = entropy - Math.Log(perplexity);
            if (Math.Abs(excess) < 1e-6)
            {
                return;
            }

            // A higher precision means a narrower Gaussian, hence a lower entropy.
            (low, high) = excess > 0 ? (precision, high) : (low, precision);
            precision = double.IsInfinity(high) ? precision * 2 : (low + high) / 2;
        }
    }

    private static SparseMatrix Average(SparseMatrix conditional, SparseMatrix transposed)
    {
        SparseMatrix places = conditional.Union(transposed);
        double scale = 1.0 / (2 * conditional.RowCount);
        return places.Map((row, column, _) => scale * (ValueAt(conditional, row, column) + ValueAt(transposed, row, column)));
    }

    private static double ValueAt(SparseMatrix matrix, int row, int column)
    {
        int place = matrix.ColumnsOf(row).BinarySearch(column);
        return place < 0 ? 0 : matrix.ValuesOf(row)[place];
    }
}
