using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>What a score does with points that belong to no cluster (<see cref="Dbscan.Noise"/>).</summary>
public enum NoisePoints
{
    /// <summary>They are left out: the score speaks of the clustered points only. Say beside it how many these are.</summary>
    Excluded,

    /// <summary>They are one more cluster, as in scikit-learn: a method cannot gain by calling the difficult points noise.</summary>
    OneCluster,
}

/// <summary>
/// How good a clustering is: by the points alone (silhouette, Davies-Bouldin, Calinski-Harabasz), or against known classes
/// (adjusted Rand index, normalised mutual information, purity). Numbers of clusters are names: no score depends on their order.
/// </summary>
/// <remarks>A truth of -1 is unknown: such points count in no score against classes. scikit-learn's values to 1e-4.</remarks>
public static class ClusterScores
{
    private const int BlockSize = 512;

    /// <summary>
    /// Mean silhouette (Rousseeuw, 1987), in [-1, 1], higher is better: for each point (b - a) / max(a, b), a its mean distance to
    /// the others of its cluster, b to those of the nearest other one; 0 for a point that is alone.
    /// </summary>
    /// <param name="points">Points [N, D].</param>
    /// <param name="assignments">Cluster of each point [N], any integer type.</param>
    /// <param name="noise">What is done with points without a cluster.</param>
    /// <returns>NaN if there are not 2 to N - 1 clusters.</returns>
    /// <exception cref="ArgumentException">Not one integer per point, or points that are not [N, D] finite numbers.</exception>
    public static double Silhouette(Tensor points, Tensor assignments, NoisePoints noise = NoisePoints.Excluded)
    {
        using var scope = NewDisposeScope();
        Tensor each = Silhouettes(points, assignments, noise);
        each = each.masked_select(each.isfinite());
        return each.numel() == 0 ? double.NaN : each.mean().item<double>();
    }

    /// <summary>The silhouette of each point [N], float64; NaN for noise that is left out, and for all if it is not defined.</summary>
    /// <inheritdoc cref="Silhouette"/>
    public static Tensor Silhouettes(Tensor points, Tensor assignments, NoisePoints noise = NoisePoints.Excluded)
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor own, Tensor kept, int clusters) = Clustered(points, assignments, noise);
        Tensor all = full([points.shape[0]], double.NaN, ScalarType.Float64);
        if (clusters < 2 || clusters >= x.shape[0])
        {
            return all.MoveToOuterDisposeScope();
        }

        Tensor members = own.unsqueeze(1).eq(arange(clusters)).to(ScalarType.Float64);       // [N, K]
        Tensor sizes = members.sum(dim: 0);                                                  // [K]
        Tensor sums = cat([.. x.split(BlockSize).Select(block => cdist(block, x).matmul(members))]);  // [N, K]
        Tensor ownSize = sizes.index_select(0, own);                                         // [N]
        Tensor a = sums.gather(1, own.unsqueeze(1)).squeeze(1) / (ownSize - 1).clamp(min: 1);
        Tensor b = (sums / sizes).masked_fill(members.gt(0), double.PositiveInfinity).amin([1]);
        Tensor widest = maximum(a, b);
        Tensor s = where(ownSize.gt(1).logical_and(widest.gt(0)), (b - a) / widest, zeros_like(a));
        return all.index_copy_(0, kept, s).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Davies and Bouldin's index (1979), 0 or more, lower is better: each cluster's worst (s_i + s_j) / d_ij, averaged; s the mean
    /// distance to the centre, d the distance between centres.
    /// </summary>
    /// <inheritdoc cref="Silhouette"/>
    public static double DaviesBouldin(Tensor points, Tensor assignments, NoisePoints noise = NoisePoints.Excluded)
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor own, _, int clusters) = Clustered(points, assignments, noise);
        if (clusters < 2 || clusters >= x.shape[0])
        {
            return double.NaN;
        }

        (Tensor centres, Tensor sizes) = Centres(x, own, clusters);
        Tensor toCentre = linalg.vector_norm(x - centres.index_select(0, own), 2, [1]);      // [N]
        Tensor s = zeros_like(sizes).index_add_(0, own, toCentre, 1) / sizes;                // [K]
        Tensor d = Points.Distances(centres);                                                // [K, K]
        Tensor ratio = (s.unsqueeze(0) + s.unsqueeze(1)) / d.masked_fill(d.eq(0), double.PositiveInfinity);
        return ratio.amax([1]).mean().item<double>();
    }

    /// <summary>
    /// Calinski and Harabasz's index (1974), higher is better: the variance between clusters over that within, each over its degrees
    /// of freedom.
    /// </summary>
    /// <inheritdoc cref="Silhouette"/>
    public static double CalinskiHarabasz(Tensor points, Tensor assignments, NoisePoints noise = NoisePoints.Excluded)
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor own, _, int clusters) = Clustered(points, assignments, noise);
        if (clusters < 2 || clusters >= x.shape[0])
        {
            return double.NaN;
        }

        (Tensor centres, Tensor sizes) = Centres(x, own, clusters);
        double between = ((centres - x.mean([0L])).square().sum(1) * sizes).sum().item<double>();
        double within = (x - centres.index_select(0, own)).square().sum().item<double>();
        return within == 0 ? 1 : between / (clusters - 1) / (within / (x.shape[0] - clusters));
    }

    /// <summary>
    /// Adjusted Rand index (Hubert and Arabie, 1985), at most 1: the share of pairs of points on which clusters and classes agree,
    /// less what chance would give. 0 is chance; below is worse than chance.
    /// </summary>
    /// <param name="truth">Classes [N], any integer type; -1 where unknown, and such points are left out.</param>
    /// <param name="assignments">Clusters [N], any integer type.</param>
    /// <param name="noise">What is done with points without a cluster.</param>
    /// <returns>NaN if no point has both.</returns>
    /// <exception cref="ArgumentException">Not one integer each per point.</exception>
    public static double AdjustedRandIndex(Tensor truth, Tensor assignments, NoisePoints noise = NoisePoints.Excluded)
    {
        (double[,] table, double[] rows, double[] columns, double count) = Contingency(truth, assignments, noise);
        if (count == 0)
        {
            return double.NaN;
        }

        double together = table.Cast<double>().Sum(Pairs), inRows = rows.Sum(Pairs), inColumns = columns.Sum(Pairs);
        double expected = count < 2 ? 0 : inRows * inColumns / Pairs(count), most = (inRows + inColumns) / 2;
        return most == expected ? 1 : (together - expected) / (most - expected);

        static double Pairs(double n) => n * (n - 1) / 2;
    }

    /// <summary>
    /// Normalised mutual information, in [0, 1]: what clusters tell about classes, over the mean of both entropies. It is not
    /// corrected for chance: many small clusters raise it.
    /// </summary>
    /// <inheritdoc cref="AdjustedRandIndex"/>
    public static double NormalisedMutualInformation(Tensor truth, Tensor assignments, NoisePoints noise = NoisePoints.Excluded)
    {
        (double[,] table, double[] rows, double[] columns, double count) = Contingency(truth, assignments, noise);
        if (count == 0)
        {
            return double.NaN;
        }

        double mutual = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < columns.Length; column++)
            {
                double both = table[row, column];
                mutual += both == 0 ? 0 : both / count * Math.Log(both * count / (rows[row] * columns[column]));
            }
        }

        double mean = (Entropy(rows) + Entropy(columns)) / 2;
        return mean == 0 ? 1 : Math.Clamp(mutual / mean, 0, 1);

        double Entropy(double[] sizes) => -sizes.Where(size => size > 0).Sum(size => size / count * Math.Log(size / count));
    }

    /// <summary>
    /// Purity, in (0, 1]: the share of points that have the most frequent class of their cluster. It grows with the number of
    /// clusters, to 1 when every point is alone: compare it at one number of clusters only.
    /// </summary>
    /// <inheritdoc cref="AdjustedRandIndex"/>
    public static double Purity(Tensor truth, Tensor assignments, NoisePoints noise = NoisePoints.Excluded)
    {
        (double[,] table, double[] rows, double[] columns, double count) = Contingency(truth, assignments, noise);
        return count == 0
            ? double.NaN
            : Enumerable.Range(0, columns.Length).Sum(column => Enumerable.Range(0, rows.Length).Max(row => table[row, column])) / count;
    }

    private static (double[,] Table, double[] Rows, double[] Columns, double Count) Contingency(Tensor truth, Tensor assignments, NoisePoints noise)
    {
        ArgumentNullException.ThrowIfNull(truth);
        long[] classes = Points.Numbers(truth, truth.numel(), nameof(truth)), clusters = Points.Numbers(assignments, truth.numel(), nameof(assignments));
        (long Class, long Cluster)[] pairs = [.. classes.Zip(clusters)
            .Where(pair => pair.First >= 0 && (noise == NoisePoints.OneCluster || pair.Second >= 0))];
        Dictionary<long, int> row = Places(pairs.Select(pair => pair.Class)), column = Places(pairs.Select(pair => pair.Cluster));
        var table = new double[row.Count, column.Count];
        var (rows, columns) = (new double[row.Count], new double[column.Count]);
        foreach ((long own, long cluster) in pairs)
        {
            table[row[own], column[cluster]]++;
            rows[row[own]]++;
            columns[column[cluster]]++;
        }

        return (table, rows, columns, pairs.Length);
    }

    // Points that count, with their clusters numbered from 0 without gaps, and their places among all.
    private static (Tensor Points, Tensor Clusters, Tensor Kept, int Count) Clustered(Tensor points, Tensor assignments, NoisePoints noise)
    {
        Tensor x = Points.Checked(points);
        long[] numbers = Points.Numbers(assignments, x.shape[0], nameof(assignments));
        long[] kept = [.. Enumerable.Range(0, numbers.Length).Where(i => noise == NoisePoints.OneCluster || numbers[i] >= 0).Select(i => (long)i)];
        Dictionary<long, int> places = Places(kept.Select(i => numbers[i]));
        Tensor places64 = tensor(kept, ScalarType.Int64);
        return (x.index_select(0, places64), tensor([.. kept.Select(i => (long)places[numbers[i]])], ScalarType.Int64), places64, places.Count);
    }

    private static Dictionary<long, int> Places(IEnumerable<long> numbers) =>
        numbers.Distinct().Order().Select((number, place) => (number, place)).ToDictionary();

    private static (Tensor Centres, Tensor Sizes) Centres(Tensor x, Tensor own, int clusters)
    {
        Tensor sizes = own.bincount(null, clusters).to(ScalarType.Float64);
        return (zeros([clusters, x.shape[1]], ScalarType.Float64).index_add_(0, own, x, 1) / sizes.unsqueeze(1), sizes);
    }
}
