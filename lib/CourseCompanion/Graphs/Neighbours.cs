namespace CourseCompanion.Graphs;

/// <summary>The nearest points of each of N points, nearest first; among equally distant ones the lowest number comes first.</summary>
public sealed class Neighbours
{
    private readonly int[] _indices;
    private readonly float[] _distances;

    internal Neighbours(int perPoint, int[] indices, float[] distances)
    {
        PerPoint = perPoint;
        _indices = indices;
        _distances = distances;
    }

    /// <summary>Number of points N.</summary>
    public int Count => _indices.Length / PerPoint;

    /// <summary>Number of neighbours k of each point.</summary>
    public int PerPoint { get; }

    /// <summary>All distances, row after row [N * k].</summary>
    public ReadOnlySpan<float> AllDistances => _distances;

    /// <summary>Numbers [k] of the neighbours of a point.</summary>
    public ReadOnlySpan<int> IndicesOf(int point) => _indices.AsSpan(point * PerPoint, PerPoint);

    /// <summary>Distances [k] of the neighbours of a point, in increasing order.</summary>
    public ReadOnlySpan<float> DistancesOf(int point) => _distances.AsSpan(point * PerPoint, PerPoint);

    /// <summary>The first neighbours of each point.</summary>
    /// <param name="count">How many, in [1, k].</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public Neighbours Nearest(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, PerPoint);
        var indices = new int[Count * count];
        var distances = new float[indices.Length];
        for (int point = 0; point < Count; point++)
        {
            IndicesOf(point)[..count].CopyTo(indices.AsSpan(point * count));
            DistancesOf(point)[..count].CopyTo(distances.AsSpan(point * count));
        }

        return new Neighbours(count, indices, distances);
    }

    /// <summary>Share of another search's neighbours that this one found, in [0, 1]: the recall of an approximate search.</summary>
    /// <param name="exact">Neighbours of the same points by an exact search.</param>
    /// <exception cref="ArgumentException">The two searches have different sizes.</exception>
    public double RecallOf(Neighbours exact)
    {
        ArgumentNullException.ThrowIfNull(exact);
        if (exact.Count != Count || exact.PerPoint != PerPoint)
        {
            throw new ArgumentException(
                $"Searches of different sizes: {Count} x {PerPoint} here, {exact.Count} x {exact.PerPoint} there.", nameof(exact));
        }

        long found = 0;
        for (int point = 0; point < Count; point++)
        {
            foreach (int neighbour in exact.IndicesOf(point))
            {
                found += IndicesOf(point).Contains(neighbour) ? 1 : 0;
            }
        }

        return found / (double)_indices.Length;
    }

    /// <summary>The same neighbours with each point put before its own, at distance zero; the last one gives way.</summary>
    internal Neighbours WithSelf(int perPoint)
    {
        var indices = new int[Count * perPoint];
        var distances = new float[indices.Length];
        for (int point = 0; point < Count; point++)
        {
            indices[point * perPoint] = point;
            IndicesOf(point)[..(perPoint - 1)].CopyTo(indices.AsSpan((point * perPoint) + 1));
            DistancesOf(point)[..(perPoint - 1)].CopyTo(distances.AsSpan((point * perPoint) + 1));
        }

        return new Neighbours(perPoint, indices, distances);
    }
}
