using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>
/// Whether a clustering comes back when some points are left out (Ben-Hur, Elisseeff and Guyon, 2002, <i>A Stability Based Method
/// for Discovering Structure in Clustered Data</i>): two samples are clustered, and compared on the points that both hold. No label
/// is needed. What comes back is not an accident of the sample; whether it means anything is another question.
/// </summary>
public static class ClusterStability
{
    /// <summary>Adjusted Rand indices between the clusterings of pairs of samples.</summary>
    /// <param name="points">Points [N, D].</param>
    /// <param name="cluster">The method: from points [M, D] to clusters [M], integers.</param>
    /// <param name="pairs">Number of pairs of samples, at least 1.</param>
    /// <param name="share">Share of the points in a sample, drawn without replacement, in (0.5, 1).</param>
    /// <param name="seed">Draws the samples.</param>
    /// <param name="cancellation">Stops between two pairs, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>One index per pair; noise counts as a cluster. NaN where a method found nothing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A share that leaves samples without common points, or no pair.</exception>
    public static double[] Measure(
        Tensor points, Func<Tensor, Tensor> cluster, int pairs = 10, double share = 0.8, int seed = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        if (!(share is > 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "Samples must overlap and differ: a share in (0.5, 1), for example 0.8.");
        }

        var indices = new double[pairs];
        using var generator = new Generator((ulong)seed);
        for (int pair = 0; pair < pairs; pair++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var scope = NewDisposeScope();
            (Tensor first, Tensor second) = (Clustered(points, cluster, share, generator), Clustered(points, cluster, share, generator));
            Tensor both = first.ne(Absent).logical_and(second.ne(Absent));
            indices[pair] = ClusterScores.AdjustedRandIndex(
                first.masked_select(both) + 1, second.masked_select(both), NoisePoints.OneCluster);  // + 1: noise is a class here
        }

        return indices;
    }

    private const long Absent = -2;

    // Clusters [N] of a sample's points, Absent for the others.
    private static Tensor Clustered(Tensor points, Func<Tensor, Tensor> cluster, double share, Generator generator)
    {
        long count = points.shape[0], kept = Math.Max(2, (long)Math.Round(count * share));
        Tensor sample = randperm(count, generator: generator).narrow(0, 0, kept).sort().Values.to(points.device);
        Tensor found = cluster(points.index_select(0, sample)).to(ScalarType.Int64).cpu();
        return full([count], Absent, ScalarType.Int64).index_copy_(0, sample.cpu(), found);
    }
}
