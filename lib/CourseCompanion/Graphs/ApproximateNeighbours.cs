using Cloud.Unum.USearch;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>
/// Candidates for nearest neighbours in a hierarchical navigable small-world graph (Malkov and Yashunin, 2018, <i>Efficient and
/// Robust Approximate Nearest Neighbor Search Using HNSW Graphs</i>), by the library USearch: time grows with N log N.
/// </summary>
internal static class ApproximateNeighbours
{
    /// <summary>Points compared while one is added or searched; the library's own 128 and 64 miss more neighbours.</summary>
    private const ulong Expansion = 256;

    /// <summary>Numbers [N, W] of points near each of the points [N, D], by Euclidean distance, themselves left out.</summary>
    public static Tensor Find(Tensor points, int wanted, CancellationToken cancellation)
    {
        int count = (int)points.shape[0], dimension = (int)points.shape[1];
        float[][] rows = [.. points.cpu().contiguous().data<float>().ToArray().Chunk(dimension)];
        using USearchIndex index = CreateIndex(dimension);
        using IProgressTask progress = WorkContext.Progress.Start("Recherche approchée des plus proches voisins", 2 * count);
        for (int point = 0; point < count; point++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            index.Add((ulong)point, rows[point]);
            progress.Report(point + 1);
        }

        var nearest = new long[count * wanted];
        for (int point = 0; point < count; point++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            index.Search(rows[point], wanted + 1, out ulong[] found, out _);

            // The index may find fewer than asked for, among copies for example: the first points fill the row.
            long own = point;
            found.Select(number => (long)number).Concat(Enumerable.Range(0, count).Select(number => (long)number))
                .Where(number => number != own).Distinct().Take(wanted).ToArray().CopyTo(nearest, point * wanted);
            progress.Report(count + point + 1);
        }

        return tensor(nearest, [count, wanted], device: points.device);
    }

    private static USearchIndex CreateIndex(int dimension)
    {
        // USearch asks for libgomp.so.1. libtorch for Linux brings one, loaded by now, so that the system needs none.
        try
        {
            return new USearchIndex(MetricKind.L2sq, ScalarKind.Float32, (ulong)dimension, expansionAdd: Expansion, expansionSearch: Expansion);
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException)
        {
            throw new PlatformNotSupportedException(
                "The approximate search does not load here: it needs the system's OpenMP library (Debian, Ubuntu: apt-get install libgomp1). "
                + "Install it, or search exactly (approximate: false).", exception);
        }
    }
}
