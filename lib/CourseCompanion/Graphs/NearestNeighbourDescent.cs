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
/// Time grows a little faster than N, that of the exact search with N^2, but the exact one starts far ahead: on 100,000
/// generated points of 512 features (<c>course bench graph</c>) it took half the processor time of this one, which found 85 of
/// 100 neighbours there (98 of 100 on the 7,007 embeddings of DermaMNIST). This one pays beyond some 200,000 points. Measure
/// what it misses with <see cref="Neighbours.RecallOf"/> on a part of the points. Features should have a structure (images do):
/// in random noise of many dimensions no neighbour of a neighbour is near.
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

        // Points are told apart by fewer coordinates where that pays, in lists longer than k: these find more, and among them the
        // nearest by all coordinates are chosen at the end.
        PointCloud coarse = Coarse(points, cloud, k);
        var lists = new DescentLists(coarse, Math.Min(Math.Max(2 * k, 15), cloud.Count - 1), seed);
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

        return lists.Nearest(k, cloud);
    }

    private static PointCloud Coarse(Tensor points, PointCloud cloud, int k)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor mean = points.detach().to(ScalarType.Float32).mean([0L]);
        ProductSpace space = ProductSpace.Reduced(points, mean, cloud.Metric, k);
        return new PointCloud(space.Coordinates, DistanceMetric.Euclidean);
    }
}
