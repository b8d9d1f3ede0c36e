using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>
/// DBSCAN (Ester, Kriegel, Sander and Xu, 1996, <i>A Density-Based Algorithm for Discovering Clusters</i>): clusters are crowds of
/// any shape; a point far from every crowd belongs to none of them.
/// </summary>
/// <remarks>
/// A point is a core if at least so many points, itself among them, lie within the radius. Cores within the radius of each other
/// share a cluster; what is no core itself joins the first cluster that reaches it. The number of clusters follows from the radius.
/// </remarks>
public static class Dbscan
{
    /// <summary>The assignment of a point that belongs to no cluster.</summary>
    public const long Noise = -1;

    private const int BlockSize = 512;

    /// <summary>Finds the crowds.</summary>
    /// <param name="points">Points [N, D], of any floating type.</param>
    /// <param name="radius">How near neighbours are, larger than 0. <see cref="CrowdDistances"/> shows which are usual.</param>
    /// <param name="minimumPoints">Points within the radius of a core, itself among them.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>Cluster of each point [N], int64, numbered in the order of their first cores; <see cref="Noise"/> for none.</returns>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The radius is not positive, or the number of points is not.</exception>
    public static Tensor Fit(Tensor points, double radius, int minimumPoints = 5, CancellationToken cancellation = default)
    {
        if (!(radius > 0 && double.IsFinite(radius)))
        {
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "The radius must be a positive number.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(minimumPoints, 1);
        int[][] neighbours = Neighbours(points, radius, cancellation);
        var assignments = new long[neighbours.Length];
        Array.Fill(assignments, Noise);
        long clusters = 0;
        var waiting = new Stack<int>();
        for (int start = 0; start < neighbours.Length; start++)
        {
            if (assignments[start] != Noise || !IsCore(start))
            {
                continue;
            }

            // A new cluster: everything that is reached from core to core.
            assignments[start] = clusters;
            waiting.Push(start);
            while (waiting.TryPop(out int core))
            {
                foreach (int neighbour in neighbours[core].Where(neighbour => assignments[neighbour] == Noise))
                {
                    assignments[neighbour] = clusters;
                    if (IsCore(neighbour))
                    {
                        waiting.Push(neighbour);
                    }
                }
            }

            clusters++;
        }

        return tensor(assignments);

        bool IsCore(int point) => neighbours[point].Length >= minimumPoints;
    }

    /// <summary>The radius [N], float64, from which on each point is a core; sorted, their curve bends where crowds end.</summary>
    /// <param name="points">Points [N, D].</param>
    /// <param name="minimumPoints">Points within the radius of a core, itself among them, in [1, N].</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many points.</exception>
    public static Tensor CrowdDistances(Tensor points, int minimumPoints = 5)
    {
        using var scope = NewDisposeScope();
        Tensor x = Points.Checked(points);
        if (minimumPoints < 1 || minimumPoints > x.shape[0])
        {
            throw new ArgumentOutOfRangeException(nameof(minimumPoints), minimumPoints, $"There are {x.shape[0]} points.");
        }

        return cat([.. x.split(BlockSize).Select(block => cdist(block, x).kthvalue(minimumPoints, 1).values)]).MoveToOuterDisposeScope();
    }

    private static int[][] Neighbours(Tensor points, double radius, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        Tensor x = Points.Checked(points);
        var neighbours = new int[x.shape[0]][];
        for (int start = 0; start < neighbours.Length; start += BlockSize)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var block = NewDisposeScope();
            Tensor rows = x.narrow(0, start, Math.Min(BlockSize, neighbours.Length - start));
            bool[] near = cdist(rows, x).le(radius).data<bool>().ToArray();     // [R * N]
            for (int row = 0; row < rows.shape[0]; row++)
            {
                int first = row * neighbours.Length;
                neighbours[start + row] = [.. Enumerable.Range(0, neighbours.Length).Where(point => near[first + point] || point == start + row)];
            }
        }

        return neighbours;
    }
}
