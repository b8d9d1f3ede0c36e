namespace CourseCompanion.Evaluation;

/// <summary>
/// How far the pixels of a slice are from the nearest marked one: exact Euclidean distances, by columns and then along rows (after Saito
/// and Toriwaki, Pattern Recognition, 1994).
/// </summary>
public sealed class DistanceTransform
{
    // Longer than any slice, and its square is still exact.
    private const int Nowhere = 1 << 20;

    private readonly int[] _alongColumn;
    private readonly int _height;
    private readonly int _width;

    /// <summary>Prepares the distances to the marked pixels of a slice.</summary>
    /// <param name="marked">[H, W] in row order; other than 0 where marked.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <exception cref="ArgumentException">The number of pixels does not fit.</exception>
    public DistanceTransform(ReadOnlySpan<byte> marked, int height, int width)
    {
        MaskStack.CheckSize(marked, marked, height, width);
        (_height, _width) = (height, width);
        _alongColumn = new int[marked.Length];
        for (int column = 0; column < width; column++)
        {
            int distance = Nowhere;
            for (int row = 0; row < height; row++)
            {
                distance = marked[(row * width) + column] != 0 ? 0 : Math.Min(distance + 1, Nowhere);
                _alongColumn[(row * width) + column] = distance;
            }

            distance = Nowhere;
            for (int row = height - 1; row >= 0; row--)
            {
                ref int known = ref _alongColumn[(row * width) + column];
                distance = Math.Min(distance + 1, known);
                known = distance;
            }
        }
    }

    /// <summary>Distance from a pixel to the nearest marked one.</summary>
    /// <param name="row">0 to H - 1.</param>
    /// <param name="column">0 to W - 1.</param>
    /// <returns>Pixels, from middle to middle; 0 on a marked one, positive infinity where none is marked.</returns>
    public double At(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _height);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, _width);
        long best = (long)Nowhere * Nowhere;

        // Outwards along the row, until even a marked pixel there would be further away.
        for (int step = 0; (long)step * step < best && step < _width; step++)
        {
            foreach (int other in (ReadOnlySpan<int>)[column - step, column + step])
            {
                if (other >= 0 && other < _width)
                {
                    long along = _alongColumn[(row * _width) + other];
                    best = Math.Min(best, along == Nowhere ? best : ((long)step * step) + (along * along));
                }
            }
        }

        return best == (long)Nowhere * Nowhere ? double.PositiveInfinity : Math.Sqrt(best);
    }
}
