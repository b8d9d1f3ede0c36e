using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>The k nearest points of each of N points, nearest first; among equally distant ones the lowest number comes first.</summary>
/// <param name="Indices">Numbers [N, k] of the neighbours, int64.</param>
/// <param name="Distances">Their distances [N, k], float32, increasing along each row.</param>
public sealed record Neighbours(Tensor Indices, Tensor Distances)
{
    /// <summary>Number of points N.</summary>
    public int Count => (int)Indices.shape[0];

    /// <summary>Number of neighbours k of each point.</summary>
    public int PerPoint => (int)Indices.shape[1];

    /// <summary>The first neighbours of each point; memory is shared.</summary>
    /// <param name="count">How many, in [1, k].</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public Neighbours Nearest(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, PerPoint);
        return new Neighbours(Indices.narrow(1, 0, count), Distances.narrow(1, 0, count));
    }

    /// <summary>Share of the exact neighbours that this search found, in [0, 1]: the recall of an approximate search.</summary>
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

        using var scope = NewDisposeScope();
        Tensor found = Indices.unsqueeze(2).eq(exact.Indices.unsqueeze(1)).any(1);  // [N, k]: is the exact neighbour here?
        return found.to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>The same neighbours with each point before its own, at distance zero; the last ones give way.</summary>
    internal Neighbours WithSelf(int perPoint)
    {
        Tensor self = arange(Count, ScalarType.Int64, Indices.device).unsqueeze(1);  // [N, 1]
        return new Neighbours(
            cat([self, Indices.narrow(1, 0, perPoint - 1)], 1),
            cat([zeros_like(self, Distances.dtype), Distances.narrow(1, 0, perPoint - 1)], 1));
    }
}
