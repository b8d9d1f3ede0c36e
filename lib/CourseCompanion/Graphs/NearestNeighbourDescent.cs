using CourseCompanion.Graphs.Search;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>
/// Approximate search for nearest neighbours (NN-descent: Dong, Charikar and Li, 2011, <i>Efficient k-Nearest Neighbor Graph
/// Construction for Generic Similarity Measures</i>): a neighbour of a neighbour is likely a neighbour, so random lists get
/// better by comparing the neighbours of each point with one another.
/// </summary>
/// <remarks>
/// Time grows a little faster than N, where the exact search grows with N^2: it pays above some 50,000 points. Measure what it
/// misses with <see cref="Neighbours.RecallOf"/> on a part of the points. Features should have a structure (images do): in
/// random noise of many dimensions no neighbour of a neighbour is near.
/// </remarks>
public static class NearestNeighbourDescent
{
    /// <summary>Approximately the k nearest other points of each point; the same for the same seed and points.</summary>
    /// <param name="points">Features [N, D], one row per point, of any floating type.</param>
    /// <param name="k">Number of neighbours, in [1, N - 1].</param>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="seed">Seed of the random beginning.</param>
    /// <param name="maxRounds">Most rounds of improvement.</param>
    /// <param name="tolerance">Ends when a round changes less than this share of the lists.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not enough points for k neighbours.</exception>
    public static Neighbours Find(
        Tensor points,
        int k,
        DistanceMetric metric = DistanceMetric.Euclidean,
        int seed = 42,
        int maxRounds = 20,
        double tolerance = 0.001,
        CancellationToken cancellation = default)
    {
        var cloud = new PointCloud(points, metric);
        if (k < 1 || k > cloud.Count - 1)
        {
            throw new ArgumentOutOfRangeException(nameof(k), k, $"k must be in [1, {cloud.Count - 1}]: there are {cloud.Count} points.");
        }

        // Lists somewhat longer than k find more; what is beyond k is dropped at the end.
        var lists = new DescentLists(cloud, Math.Min(Math.Max(k + 5, 15), cloud.Count - 1), seed);
        using IProgressTask progress = WorkContext.Progress.Start("Recherche approchée des plus proches voisins", maxRounds);
        for (int round = 1; round <= maxRounds; round++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            double changed = lists.Improve();
            progress.Report(round);
            if (changed < tolerance)
            {
                progress.Report(maxRounds);
                break;
            }
        }

        return lists.Nearest(k);
    }
}
