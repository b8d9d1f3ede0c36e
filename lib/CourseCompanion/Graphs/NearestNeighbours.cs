using System.Runtime.InteropServices;
using CourseCompanion.Graphs.Search;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>
/// Exact search for the k nearest neighbours of points, by brute force made fast: all pairs of points are compared through
/// matrix products, one block at a time, so that memory grows with the block and with N * k but never with N^2.
/// </summary>
/// <remarks>
/// On a CPU the result is that of comparing all pairs in double precision, whatever the number of threads: products in single
/// precision, of fewer coordinates where that pays (<see cref="ProductSpace"/>), only rule pairs out
/// (<see cref="CandidateLists"/>). A search of points among themselves computes half of the blocks, as the other half are their
/// transposes. On a GPU, k + 16 candidates per point are chosen in single precision and ordered in double precision.
/// </remarks>
public static class NearestNeighbours
{
    /// <summary>Side of the blocks that pairs of points are compared in: 1,024 x 1,024 products make 4 MB.</summary>
    internal const int BlockSize = 1024;

    private const string ProgressTitle = "Recherche des plus proches voisins";

    /// <summary>The k nearest other points of each point; a point is not its own neighbour.</summary>
    /// <param name="points">Features [N, D], one row per point, of any floating type.</param>
    /// <param name="k">Number of neighbours, in [1, N - 1].</param>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not enough points for k neighbours.</exception>
    public static Neighbours Find(
        Tensor points, int k, DistanceMetric metric = DistanceMetric.Euclidean, CancellationToken cancellation = default)
    {
        var cloud = new PointCloud(points, metric);
        RequireEnough(k, cloud.Count - 1, "other point(s)");
        return points.device_type == TorchSharp.DeviceType.CUDA
            ? DeviceNeighbours.Find(points, points, cloud, cloud, k, cancellation)
            : Find(points, points, cloud, cloud, k, cancellation);
    }

    /// <summary>The k nearest points of each query.</summary>
    /// <param name="queries">Features [M, D], one row per query.</param>
    /// <param name="points">Features [N, D], one row per point.</param>
    /// <param name="k">Number of neighbours, in [1, N].</param>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>Neighbours of the M queries: numbers of points.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or a feature that is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not enough points for k neighbours.</exception>
    public static Neighbours Find(
        Tensor queries, Tensor points, int k, DistanceMetric metric = DistanceMetric.Euclidean, CancellationToken cancellation = default)
    {
        var queryCloud = new PointCloud(queries, metric);
        var cloud = new PointCloud(points, metric);
        if (queryCloud.Dimension != cloud.Dimension)
        {
            throw new ArgumentException(
                $"Queries have {queryCloud.Dimension} features but points have {cloud.Dimension}: both must come from the same network.",
                nameof(queries));
        }

        RequireEnough(k, cloud.Count, "point(s)");
        return points.device_type == TorchSharp.DeviceType.CUDA
            ? DeviceNeighbours.Find(queries, points, queryCloud, cloud, k, cancellation)
            : Find(queries, points, queryCloud, cloud, k, cancellation);
    }

    private static Neighbours Find(
        Tensor queries, Tensor points, PointCloud queryCloud, PointCloud cloud, int k, CancellationToken cancellation)
    {
        bool isSelfSearch = ReferenceEquals(queryCloud, cloud);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor mean = points.detach().to(ScalarType.Float32).mean([0L]);
        ProductSpace right = isSelfSearch
            ? ProductSpace.Reduced(points, mean, cloud.Metric, k)
            : ProductSpace.Full(points, mean, cloud.Metric);
        ProductSpace left = isSelfSearch ? right : ProductSpace.Full(queries.to(points.device), mean, cloud.Metric);
        var candidates = new CandidateLists(queryCloud, cloud, k, left, right);

        int rowBlocks = Blocks(queryCloud.Count), columnBlocks = Blocks(cloud.Count);
        int blocks = isSelfSearch ? rowBlocks * (rowBlocks + 1) / 2 : rowBlocks * columnBlocks;
        using IProgressTask progress = WorkContext.Progress.Start(ProgressTitle, blocks);
        int done = 0;
        for (int row = 0; row < rowBlocks; row++)
        {
            for (int column = isSelfSearch ? row : 0; column < columnBlocks; column++)
            {
                WorkContext.ThrowIfCancelled(cancellation);
                using var blockScope = NewDisposeScope();
                Tensor rows = Block(left.Coordinates, row), columns = Block(right.Coordinates, column);
                Tensor products = rows.matmul(columns.t());
                ScanRows(candidates, products, row * BlockSize, column * BlockSize);
                if (isSelfSearch && column > row)
                {
                    ScanColumns(candidates, products, row * BlockSize, column * BlockSize);
                }

                progress.Report(++done);
            }
        }

        var indices = new int[queryCloud.Count * k];
        var distances = new float[indices.Length];
        Parallel.For(0, queryCloud.Count, query =>
            candidates.Finish(query, indices.AsSpan(query * k, k), distances.AsSpan(query * k, k)));
        return new Neighbours(k, indices, distances);
    }

    private static void ScanRows(CandidateLists candidates, Tensor products, int firstRow, int firstColumn)
    {
        int rows = (int)products.shape[0], columns = (int)products.shape[1];
        Shares.Run(rows, (start, end) =>
        {
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(products.bytes);
            for (int row = start; row < end; row++)
            {
                candidates.ScanRow(firstRow + row, values.Slice(row * columns, columns), firstColumn);
            }
        });
    }

    /// <summary>The same block for the points of its columns; each thread has columns of its own, hence lists of its own.</summary>
    private static void ScanColumns(CandidateLists candidates, Tensor products, int firstRow, int firstColumn)
    {
        int rows = (int)products.shape[0], columns = (int)products.shape[1];
        Shares.Run(columns, (start, end) =>
        {
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(products.bytes);
            for (int row = 0; row < rows; row++)
            {
                candidates.ScanColumn(firstRow + row, values.Slice((row * columns) + start, end - start), firstColumn + start);
            }
        });
    }

    private static int Blocks(int count) => (count + BlockSize - 1) / BlockSize;

    private static Tensor Block(Tensor matrix, int block) =>
        matrix.narrow(0, (long)block * BlockSize, Math.Min(BlockSize, matrix.shape[0] - ((long)block * BlockSize)));

    private static void RequireEnough(int k, int available, string what)
    {
        if (k < 1 || k > available)
        {
            throw new ArgumentOutOfRangeException(
                nameof(k), k, $"There are {available} {what} to choose neighbours from: k must be in [1, {available}].");
        }
    }
}
