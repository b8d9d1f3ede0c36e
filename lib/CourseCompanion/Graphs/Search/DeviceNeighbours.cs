using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs.Search;

/// <summary>The search for nearest neighbours where the points live on a GPU: products and selection stay there.</summary>
internal static class DeviceNeighbours
{
    /// <summary>Candidates beyond k that are ordered again in double precision.</summary>
    private const int Spare = 16;

    private const int RowsAtATime = 1024;
    private const int ColumnsAtATime = 1 << 16;

    public static Neighbours Find(
        Tensor queries, Tensor points, PointCloud queryCloud, PointCloud cloud, int k, CancellationToken cancellation)
    {
        bool isSelfSearch = ReferenceEquals(queryCloud, cloud);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor mean = points.detach().to(ScalarType.Float32).mean([0L]);
        ProductSpace right = ProductSpace.Full(points, mean, cloud.Metric);
        ProductSpace left = isSelfSearch ? right : ProductSpace.Full(queries.to(points.device), mean, cloud.Metric);
        Tensor squares = tensor(right.Offsets, device: points.device);
        int wanted = Math.Min(k + Spare + (isSelfSearch ? 1 : 0), cloud.Count);

        var indices = new int[queryCloud.Count * k];
        var distances = new float[indices.Length];
        using IProgressTask progress = WorkContext.Progress.Start("Recherche des plus proches voisins (GPU)", queryCloud.Count);
        for (int start = 0; start < queryCloud.Count; start += RowsAtATime)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var blockScope = NewDisposeScope();
            int first = start, rows = Math.Min(RowsAtATime, queryCloud.Count - start);
            long[] chosen = Candidates(left.Coordinates.narrow(0, start, rows), right.Coordinates, squares, wanted).data<long>().ToArray();
            Parallel.For(0, rows, row =>
            {
                int query = first + row;
                (double Key, int Index)[] nearest = [.. chosen.Skip(row * wanted).Take(wanted)
                    .Where(point => !isSelfSearch || point != query)
                    .Select(point => (queryCloud.Key(query, cloud, (int)point), (int)point))
                    .Order()
                    .Take(k)];
                for (int rank = 0; rank < k; rank++)
                {
                    indices[(query * k) + rank] = nearest[rank].Index;
                    distances[(query * k) + rank] = (float)cloud.Distance(nearest[rank].Key);
                }
            });
            progress.Report(start + rows);
        }

        return new Neighbours(k, indices, distances);
    }

    /// <summary>Numbers [rows, wanted] of the points that are nearest in single precision.</summary>
    private static Tensor Candidates(Tensor rows, Tensor points, Tensor squares, int wanted)
    {
        Tensor? bestKeys = null, best = null;
        for (long start = 0; start < points.shape[0]; start += ColumnsAtATime)
        {
            long columns = Math.Min(ColumnsAtATime, points.shape[0] - start);
            Tensor keys = squares.narrow(0, start, columns).sub(rows.matmul(points.narrow(0, start, columns).t()).mul(2));
            (Tensor nearest, Tensor places) = keys.topk((int)Math.Min(wanted, columns), 1, largest: false, sorted: false);
            places = places.add(start);
            if (bestKeys is not null)
            {
                Tensor bothKeys = cat([bestKeys, nearest], 1), both = cat([best!, places], 1);
                (nearest, Tensor which) = bothKeys.topk((int)Math.Min(wanted, both.shape[1]), 1, largest: false, sorted: false);
                places = both.gather(1, which);
            }

            (bestKeys, best) = (nearest, places);
        }

        return best!.cpu().contiguous();
    }
}
