using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>
/// Search for the k nearest neighbours of points. The exact search compares all pairs through matrix products, one block at a
/// time: |a - b|^2 = |a|^2 + |b|^2 - 2 a.b, so that memory grows with the block and with N * k but never with N^2.
/// </summary>
/// <remarks>
/// Products are in single precision: each point keeps k + 8 candidates, whose distances are then computed from the differences
/// a - b and sorted. A search of points among themselves computes half of the blocks, as the other half are their transposes.
/// Everything stays on the device of the points.
/// </remarks>
public static class NearestNeighbours
{
    /// <summary>Candidates kept beyond k: room for rounding errors of the products.</summary>
    private const int Spare = 8;

    /// <summary>Points in a block: 2,048 x 2,048 distances take 16 MB.</summary>
    private const int BlockSize = 2048;

    /// <summary>Points whose candidates are sorted at a time: their differences fit in the processor's cache.</summary>
    private const int SortedAtATime = 64;

    /// <summary>Beyond this length, squares of distances exceed single precision.</summary>
    private const double MaximumLength = 1e18;

    /// <summary>The k nearest other points of each point; a point is not its own neighbour.</summary>
    /// <param name="points">Features [N, D], one row per point, of any floating type.</param>
    /// <param name="k">Number of neighbours, in [1, N - 1].</param>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="approximate">
    /// Whether to look for candidates in a navigable graph (<see cref="ApproximateNeighbours"/>) instead of comparing all pairs:
    /// faster beyond some 100,000 points, at the price of a few missed neighbours. Their distances are exact all the same.
    /// </param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not enough points for k neighbours.</exception>
    public static Neighbours Find(
        Tensor points,
        int k,
        DistanceMetric metric = DistanceMetric.Euclidean,
        bool approximate = false,
        CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor x = Coordinates(points, metric);  // [N, D]
        RequireEnough(k, x.shape[0] - 1, "other point(s)");
        x = x - x.mean([0L]);
        int wanted = (int)Math.Min(k + Spare, x.shape[0] - 1);
        Tensor candidates = approximate
            ? ApproximateNeighbours.Find(x, wanted, cancellation)
            : Candidates(x, x, wanted, cancellation);
        return Sort(x, x, candidates, k, metric);
    }

    /// <summary>The k nearest points of each query, by the exact search.</summary>
    /// <param name="queries">Features [M, D], one row per query.</param>
    /// <param name="points">Features [N, D], one row per point.</param>
    /// <param name="k">Number of neighbours, in [1, N].</param>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>Neighbours of the M queries: numbers of points.</returns>
    /// <exception cref="ArgumentException">Shapes that do not match, or a feature that is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not enough points for k neighbours.</exception>
    public static Neighbours Find(
        Tensor queries, Tensor points, int k, DistanceMetric metric = DistanceMetric.Euclidean, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor q = Coordinates(queries, metric).to(points.device);  // [M, D]
        Tensor x = Coordinates(points, metric);                     // [N, D]
        if (q.shape[1] != x.shape[1])
        {
            throw new ArgumentException(
                $"Queries have {queries.shape[1]} features but points have {points.shape[1]}: both must come from the same network.",
                nameof(queries));
        }

        RequireEnough(k, x.shape[0], "point(s)");
        Tensor mean = x.mean([0L]);
        (q, x) = (q - mean, x - mean);
        return Sort(q, x, Candidates(q, x, (int)Math.Min(k + Spare, x.shape[0]), cancellation), k, metric);
    }

    /// <summary>Numbers [M, W] of the W points that are nearest to each query, unordered. Points among themselves leave themselves out.</summary>
    private static Tensor Candidates(Tensor queries, Tensor points, int wanted, CancellationToken cancellation)
    {
        bool isSelfSearch = ReferenceEquals(queries, points);
        Tensor queryNorms = queries.square().sum(1, keepdim: true), norms = points.square().sum(1).unsqueeze(0);  // [M, 1], [1, N]
        Tensor bestSquares = full([queries.shape[0], wanted], float.PositiveInfinity, device: points.device);
        Tensor best = zeros_like(bestSquares, ScalarType.Int64);

        int blocks = Blocks(queries) * Blocks(points), done = 0;
        using IProgressTask? progress = blocks == 1 ? null : WorkContext.Progress.Start("Recherche des plus proches voisins", blocks);
        for (int i = 0; i < Blocks(queries); i++)
        {
            for (int j = isSelfSearch ? i : 0; j < Blocks(points); j++)
            {
                WorkContext.ThrowIfCancelled(cancellation);
                using var block = NewDisposeScope();

                // |b|^2 - 2 a.b + |a|^2                                         [R, C]
                Tensor squares = addmm(Block(norms, j, 1), Block(queries, i), Block(points, j).t(), 1, -2).add_(Block(queryNorms, i));
                if (isSelfSearch && i == j)
                {
                    squares.diagonal().fill_(float.PositiveInfinity);
                }

                Keep(squares, Block(bestSquares, i), Block(best, i), j * BlockSize);
                done++;
                if (isSelfSearch && i != j)
                {
                    Keep(squares.t(), Block(bestSquares, j), Block(best, j), i * BlockSize);
                    done++;
                }

                progress?.Report(done);
            }
        }

        return best;
    }

    /// <summary>Replaces the best points [R, W] so far by the best among them and the C points of a block.</summary>
    private static void Keep(Tensor squares, Tensor bestSquares, Tensor best, long firstPoint)
    {
        long wanted = best.shape[1];
        (Tensor kept, Tensor place) = cat([bestSquares, squares], 1).topk((int)wanted, 1, largest: false, sorted: false);  // [R, W]

        // The first W places were those of the best so far, the others those of the block.
        best.copy_(where(place < wanted, best.gather(1, place.clamp(max: wanted - 1)), place - wanted + firstPoint));
        bestSquares.copy_(kept);
    }

    /// <summary>The k nearest of the candidates [M, W], by distances computed from differences.</summary>
    private static Neighbours Sort(Tensor queries, Tensor points, Tensor candidates, int k, DistanceMetric metric)
    {
        long count = queries.shape[0], wanted = candidates.shape[1];
        Tensor indices = empty([count, k], ScalarType.Int64, points.device), distances = empty([count, k], device: points.device);
        candidates = candidates.sort(1).Values;  // a stable sort by distance then leaves equals in the order of their numbers
        for (long start = 0; start < count; start += SortedAtATime)
        {
            using var block = NewDisposeScope();
            long rows = Math.Min(SortedAtATime, count - start);
            Tensor numbers = candidates.narrow(0, start, rows);                                                      // [R, W]
            Tensor differences = points.index_select(0, numbers.flatten()).view(rows, wanted, -1)
                .sub_(queries.narrow(0, start, rows).unsqueeze(1));                                                  // [R, W, D]
            (Tensor sorted, Tensor order) = linalg.vector_norm(differences, 2, [2]).sort(1, stable: true);           // [R, W]
            distances.narrow(0, start, rows).copy_(sorted.narrow(1, 0, k));
            indices.narrow(0, start, rows).copy_(numbers.gather(1, order.narrow(1, 0, k)));
        }

        // Between points of length one, |a - b|^2 = 2 - 2 cos.
        distances = metric == DistanceMetric.Cosine ? distances.square().div(2) : distances;
        return new Neighbours(indices.MoveToOuterDisposeScope(), distances.MoveToOuterDisposeScope());
    }

    /// <summary>What Euclidean distances are measured between: the points, or under cosine their directions.</summary>
    private static Tensor Coordinates(Tensor points, DistanceMetric metric)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2 || points.shape[0] == 0 || points.shape[1] == 0)
        {
            throw new ArgumentException(
                $"Points must be [N, D], one row of features per point; got [{string.Join(", ", points.shape)}].", nameof(points));
        }

        Tensor x = points.detach().to(ScalarType.Float32);
        Tensor usable = linalg.vector_norm(x, 2, [1]).le(MaximumLength);  // [N]; false for NaN
        if (!usable.all().item<bool>())
        {
            throw new ArgumentException(
                $"Point {usable.to(ScalarType.Int64).argmin().item<long>()} has a feature that is not a finite number, or beyond 1e18: the network that computed it has diverged, or its input was wrong.",
                nameof(points));
        }

        return metric == DistanceMetric.Cosine ? Directions(x) : x;
    }

    /// <summary>Points [N, D] scaled to length one [N, D + 1]. Those of length zero point along an axis of their own, the last one.</summary>
    private static Tensor Directions(Tensor x)
    {
        Tensor largest = x.abs().amax([1], keepdim: true), isZero = largest.eq(0);
        x = x / where(isZero, ones_like(largest), largest);  // squares of tiny features would vanish
        x = cat([x, isZero.to(ScalarType.Float32)], 1);      // [N, D + 1]
        return x / linalg.vector_norm(x, 2, [1], keepdim: true);
    }

    private static int Blocks(Tensor points) => (int)((points.shape[0] + BlockSize - 1) / BlockSize);

    private static Tensor Block(Tensor matrix, int block, int dimension = 0) => matrix.narrow(
        dimension, (long)block * BlockSize, Math.Min(BlockSize, matrix.shape[dimension] - ((long)block * BlockSize)));

    private static void RequireEnough(int k, long available, string what)
    {
        if (k < 1 || k > available)
        {
            throw new ArgumentOutOfRangeException(
                nameof(k), k, $"There are {available} {what} to choose neighbours from: k must be in [1, {available}].");
        }
    }
}
