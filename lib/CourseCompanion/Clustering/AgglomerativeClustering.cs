using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>How far two clusters are from each other.</summary>
public enum Linkage
{
    /// <summary>By how much merging them raises the spread around their means (Ward, 1963): compact clusters of similar size.</summary>
    Ward,

    /// <summary>The mean distance between a point of one and a point of the other: outliers end up alone.</summary>
    Average,
}

/// <summary>
/// Agglomerative clustering: every point begins alone, and the two nearest clusters merge until one is left. Done by chains of
/// nearest neighbours (Murtagh, 1983; Müllner, 2011, <i>Modern hierarchical, agglomerative clustering algorithms</i>), in O(N^2)
/// time and memory.
/// </summary>
/// <remarks>
/// Whoever follows nearest neighbours from any cluster comes to two that are each other's nearest. Under these linkages no later
/// merge brings anything nearer to them, so that they may merge at once; sorted by height, the merges are those of the plain rule.
/// </remarks>
public static class AgglomerativeClustering
{
    /// <summary>Merges points into a tree.</summary>
    /// <param name="points">Points [N, D], of any floating type; 1,506 of them take 18 MB.</param>
    /// <param name="linkage">How far two clusters are from each other.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    public static Dendrogram Fit(Tensor points, Linkage linkage = Linkage.Ward, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        Tensor x = Points.Checked(points);
        int count = (int)x.shape[0];
        double[] distance = Points.Distances(x).data<double>().ToArray();  // [N * N], kept symmetric
        var size = new int[count];                                              // of the cluster kept under this number; 0: merged away
        Array.Fill(size, 1);
        var chain = new List<int>(count);
        var merges = new List<(int First, int Second, double Height)>(count - 1);
        while (merges.Count < count - 1)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            if (chain.Count == 0)
            {
                chain.Add(Array.FindIndex(size, members => members > 0));
            }

            int last = chain[^1], before = chain.Count > 1 ? chain[^2] : -1;
            int nearest = Nearest(distance, size, last, before);
            if (nearest != before)
            {
                chain.Add(nearest);
                continue;
            }

            chain.RemoveRange(chain.Count - 2, 2);
            merges.Add((before, last, distance[(last * count) + before]));
            Merge(distance, size, before, last, linkage);
        }

        return Dendrogram.FromMerges(count, merges);
    }

    // Of equals the one before in the chain, or the chain would turn in a circle.
    private static int Nearest(double[] distance, int[] size, int from, int before)
    {
        ReadOnlySpan<double> row = distance.AsSpan(from * size.Length, size.Length);
        int nearest = before;
        for (int other = 0; other < size.Length; other++)
        {
            if (size[other] > 0 && other != from && (nearest < 0 || row[other] < row[nearest]))
            {
                nearest = other;
            }
        }

        return nearest;
    }

    // The formula of Lance and Williams (1967): distances to the union from those to its parts. The union keeps the second's number.
    private static void Merge(double[] distance, int[] size, int first, int second, Linkage linkage)
    {
        int count = size.Length;
        double a = size[first], b = size[second], between = distance[(first * count) + second];
        size[first] = 0;
        size[second] = (int)(a + b);
        for (int other = 0; other < count; other++)
        {
            if (size[other] == 0 || other == second)
            {
                continue;
            }

            double toFirst = distance[(first * count) + other], toSecond = distance[(second * count) + other], c = size[other];
            double toUnion = linkage == Linkage.Average
                ? ((a * toFirst) + (b * toSecond)) / (a + b)
                : Math.Sqrt(Math.Max(0, (((a + c) * toFirst * toFirst) + ((b + c) * toSecond * toSecond) - (c * between * between)) / (a + b + c)));
            distance[(second * count) + other] = distance[(other * count) + second] = toUnion;
        }
    }
}
