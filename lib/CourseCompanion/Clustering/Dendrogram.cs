using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>One merge of two clusters: 0 to N - 1 are the points, N + i is what merge i made.</summary>
/// <param name="First">The lower number.</param>
/// <param name="Second">The higher number.</param>
/// <param name="Height">How far they were from each other.</param>
/// <param name="Size">Points in their union.</param>
public readonly record struct Merge(int First, int Second, double Height, int Size);

/// <summary>The tree of all merges, lowest first: one fit answers for every number of clusters.</summary>
public sealed class Dendrogram
{
    private Dendrogram(int count, IReadOnlyList<Merge> merges) => (Count, Merges) = (count, merges);

    /// <summary>Number of points N.</summary>
    public int Count { get; }

    /// <summary>The N - 1 merges, by increasing height.</summary>
    public IReadOnlyList<Merge> Merges { get; }

    /// <summary>Undoes the last merges until some clusters are left.</summary>
    /// <param name="clusters">Number of clusters, in [1, N].</param>
    /// <returns>Cluster of each point [N], int64, numbered in the order of their first points.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of clusters is not in [1, N].</exception>
    public Tensor Cut(int clusters)
    {
        Points.RequireClusters(clusters, Count);

        // From the top down, each merge that stays hands its union's number to its two parts.
        var union = new int[Count + Merges.Count];
        Array.Fill(union, -1);
        for (int merge = Count - clusters - 1; merge >= 0; merge--)
        {
            int own = union[Count + merge] < 0 ? Count + merge : union[Count + merge];
            (union[Merges[merge].First], union[Merges[merge].Second]) = (own, own);
        }

        var numbers = new Dictionary<int, long>();
        var assignments = new long[Count];
        for (int point = 0; point < Count; point++)
        {
            int own = union[point] < 0 ? point : union[point];
            numbers.TryAdd(own, numbers.Count);
            assignments[point] = numbers[own];
        }

        return tensor(assignments);
    }

    /// <summary>Sorts merges, whose clusters are named by any point of theirs, and numbers their unions.</summary>
    internal static Dendrogram FromMerges(int count, IEnumerable<(int First, int Second, double Height)> found)
    {
        int[] parent = [.. Enumerable.Range(0, (2 * count) - 1)];
        var size = new int[(2 * count) - 1];
        Array.Fill(size, 1, 0, count);
        var merges = new List<Merge>(count - 1);
        foreach ((int first, int second, double height) in found.OrderBy(merge => merge.Height))
        {
            int left = Root(parent, first), right = Root(parent, second), union = count + merges.Count;
            (parent[left], parent[right], size[union]) = (union, union, size[left] + size[right]);
            merges.Add(new Merge(Math.Min(left, right), Math.Max(left, right), height, size[union]));
        }

        return new Dendrogram(count, merges);
    }

    private static int Root(int[] parent, int cluster)
    {
        while (parent[cluster] != cluster)
        {
            parent[cluster] = parent[parent[cluster]];
            cluster = parent[cluster];
        }

        return cluster;
    }
}
