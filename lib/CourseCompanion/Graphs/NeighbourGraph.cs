using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>Points joined to their nearest neighbours: the shape of the data, along which labels spread.</summary>
public sealed class NeighbourGraph : IDisposable
{
    private NeighbourGraph(Tensor points, GraphOptions options, Neighbours neighbours, double gamma, SparseMatrix weights)
    {
        Points = points;
        Options = options;
        Neighbours = neighbours;
        Gamma = gamma;
        Weights = weights;
    }

    /// <summary>The points [N, D] the graph was built from (their memory is shared with the caller's tensor).</summary>
    public Tensor Points { get; }

    /// <summary>How it was built.</summary>
    public GraphOptions Options { get; }

    /// <summary>The k nearest neighbours of each point, before symmetrisation.</summary>
    public Neighbours Neighbours { get; }

    /// <summary>The gamma of the rbf weights; NaN for binary weights.</summary>
    public double Gamma { get; }

    /// <summary>Weights [N, N] of the edges.</summary>
    public SparseMatrix Weights { get; }

    /// <summary>Number of points N.</summary>
    public int Count => Weights.RowCount;

    /// <summary>Builds the graph of some points.</summary>
    /// <param name="points">Features [N, D], one row per point, of any floating type, on CPU or GPU.</param>
    /// <param name="options">Settings; the course's if null.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Training.WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not enough points for k neighbours, or gamma is not positive.</exception>
    public static NeighbourGraph Build(Tensor points, GraphOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        options ??= new GraphOptions();
        Validate(options);
        return Join(points, options, FindNeighbours(points, options, cancellation));
    }

    /// <summary>
    /// The same points joined otherwise, for example by fewer neighbours or other weights. Where the settings ask for no neighbour
    /// beyond those found already (at most as many, by the same search), nothing is searched again.
    /// </summary>
    /// <param name="options">The other settings.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Training.WorkContext.Cancellation"/>.</param>
    /// <returns>A new graph; this one stays as it is.</returns>
    /// <inheritdoc cref="Build" path="/exception"/>
    public NeighbourGraph With(GraphOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        GraphOptions search = options with
        {
            Neighbours = Options.Neighbours, Weights = Options.Weights, Gamma = Options.Gamma, Symmetrization = Options.Symmetrization,
        };
        return search == Options && options.Neighbours >= 1 && options.Neighbours <= Options.Neighbours
            ? Join(Points, options, Neighbours.Nearest(options.Neighbours))
            : Build(Points, options, cancellation);
    }

    /// <summary>Weight of an edge of the given length.</summary>
    /// <param name="distance">Its length.</param>
    /// <param name="gamma">Gamma of the rbf weights, or NaN for binary weights.</param>
    public static double Weight(double distance, double gamma) => double.IsNaN(gamma) ? 1 : Math.Exp(-gamma * distance * distance);

    /// <summary>
    /// The component of each point: numbered from 0 in the order of their first points, edges taken both ways. An edge of weight
    /// zero (rbf weights of distant points vanish) joins nothing: no label passes it.
    /// </summary>
    public int[] ConnectedComponents()
    {
        int[] parent = [.. Enumerable.Range(0, Count)];
        for (int row = 0; row < Count; row++)
        {
            ReadOnlySpan<int> columns = Weights.ColumnsOf(row);
            ReadOnlySpan<double> weights = Weights.ValuesOf(row);
            for (int edge = 0; edge < columns.Length; edge++)
            {
                if (weights[edge] > 0)
                {
                    int left = Root(parent, row), right = Root(parent, columns[edge]);
                    parent[Math.Max(left, right)] = Math.Min(left, right);
                }
            }
        }

        // The root of a component is its first point, so it is numbered before the others ask.
        var component = new int[Count];
        int found = 0;
        for (int point = 0; point < Count; point++)
        {
            int root = Root(parent, point);
            component[point] = root == point ? found++ : component[root];
        }

        return component;
    }

    /// <inheritdoc/>
    public void Dispose() => Points.Dispose();

    private static void Validate(GraphOptions options)
    {
        if (options.Gamma is { } given && !(given > 0 && double.IsFinite(given)))
        {
            throw new ArgumentOutOfRangeException(nameof(options), given, "Gamma must be a positive number; leave it null to derive it from the distances.");
        }

        if (options.IncludeSelf && options.Neighbours == 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Neighbours, "With itself as only neighbour no point is joined to another: ask for at least 2.");
        }
    }

    private static Neighbours FindNeighbours(Tensor points, GraphOptions options, CancellationToken cancellation)
    {
        int others = options.Neighbours - (options.IncludeSelf ? 1 : 0);
        Neighbours found = options.Approximate
            ? NearestNeighbourDescent.Find(points, others, options.Metric, options.Seed, cancellation: cancellation)
            : NearestNeighbours.Find(points, others, options.Metric, cancellation);
        return options.IncludeSelf ? found.WithSelf(options.Neighbours) : found;
    }

    private static NeighbourGraph Join(Tensor points, GraphOptions options, Neighbours neighbours)
    {
        double gamma = options.Weights == EdgeWeights.Binary ? double.NaN : options.Gamma ?? GammaOf(neighbours);
        SparseMatrix directed = Directed(neighbours, gamma);
        SparseMatrix weights = options.Symmetrization switch
        {
            Symmetrization.Union => directed.Union(directed.Transpose()),
            Symmetrization.Mutual => directed.Intersection(directed.Transpose()),
            _ => directed,
        };
        return new NeighbourGraph(points.detach().DetachFromDisposeScope(), options, neighbours, gamma, weights);
    }

    private static double GammaOf(Neighbours neighbours)
    {
        // Copies are at distance zero and say nothing about the scale.
        float[] distances = [.. neighbours.AllDistances.ToArray().Where(distance => distance > 0)];
        if (distances.Length == 0)
        {
            return 1;
        }

        Array.Sort(distances);
        double median = distances[distances.Length / 2];
        return 1 / (2 * median * median);
    }

    private static SparseMatrix Directed(Neighbours neighbours, double gamma)
    {
        int perPoint = neighbours.PerPoint;
        int[] starts = [.. Enumerable.Range(0, neighbours.Count + 1).Select(row => row * perPoint)];
        var columns = new int[neighbours.Count * perPoint];
        var values = new double[columns.Length];
        Shares.Run(neighbours.Count, (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                Span<int> rowColumns = columns.AsSpan(row * perPoint, perPoint);
                Span<double> rowValues = values.AsSpan(row * perPoint, perPoint);
                neighbours.IndicesOf(row).CopyTo(rowColumns);
                for (int i = 0; i < perPoint; i++)
                {
                    rowValues[i] = Weight(neighbours.DistancesOf(row)[i], gamma);
                }

                rowColumns.Sort(rowValues);
            }
        });
        return new SparseMatrix(neighbours.Count, starts, columns, values);
    }

    private static int Root(int[] parent, int point)
    {
        while (parent[point] != point)
        {
            parent[point] = parent[parent[point]];
            point = parent[point];
        }

        return point;
    }
}
