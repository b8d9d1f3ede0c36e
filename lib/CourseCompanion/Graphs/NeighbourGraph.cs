using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>
/// Points joined to their nearest neighbours: the shape of the data, along which labels spread. Its tensors live until it is
/// disposed of.
/// </summary>
public sealed class NeighbourGraph : IDisposable
{
    private NeighbourGraph(Tensor points, GraphOptions options, Neighbours neighbours, double gamma, Tensor edges, Tensor weights)
    {
        (Points, Options, Neighbours, Gamma, Edges, Weights) = (points, options, neighbours, gamma, edges, weights);
        Count = (int)points.shape[0];
    }

    /// <summary>Number of points N.</summary>
    public int Count { get; }

    /// <summary>The points [N, D] the graph was built from (their memory is shared with the caller's tensor).</summary>
    public Tensor Points { get; }

    /// <summary>How it was built.</summary>
    public GraphOptions Options { get; }

    /// <summary>The k nearest neighbours of each point, before symmetrisation.</summary>
    public Neighbours Neighbours { get; }

    /// <summary>The gamma of the rbf weights; NaN for binary weights.</summary>
    public double Gamma { get; }

    /// <summary>The E edges [2, E]: from the points of the first row to those of the second, int64.</summary>
    public Tensor Edges { get; }

    /// <summary>Weights [E] of the edges, float64.</summary>
    public Tensor Weights { get; }

    private Tensor[] Tensors => [Points, Neighbours.Indices, Neighbours.Distances, Edges, Weights];

    /// <summary>Builds the graph of some points.</summary>
    /// <param name="points">Features [N, D], one row per point, of any floating type, on CPU or GPU.</param>
    /// <param name="options">Settings; the course's if null.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Work.WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not enough points for k neighbours, or gamma is not positive.</exception>
    public static NeighbourGraph Build(Tensor points, GraphOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        options ??= new GraphOptions();
        options.Validate();
        int others = options.Neighbours - (options.IncludeSelf ? 1 : 0);
        using var scope = NewDisposeScope();
        Neighbours found = NearestNeighbours.Find(points, others, options.Metric, options.Approximate, cancellation);
        return Join(points, options, options.IncludeSelf ? found.WithSelf(options.Neighbours) : found);
    }

    /// <summary>
    /// The same points joined differently, for example by fewer neighbours or other weights. If the settings need no more
    /// neighbours than those found already, by the same search, nothing is searched again.
    /// </summary>
    /// <param name="options">The other settings.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Work.WorkContext.Cancellation"/>.</param>
    /// <returns>A new graph; this one stays as it is.</returns>
    /// <inheritdoc cref="Build" path="/exception"/>
    public NeighbourGraph With(GraphOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        GraphOptions search = options with
        {
            Neighbours = Options.Neighbours, Weights = Options.Weights, Gamma = Options.Gamma, Symmetrization = Options.Symmetrization,
        };
        return search == Options && options.Neighbours >= 1 && options.Neighbours <= Options.Neighbours
            ? Join(Points, options, Neighbours.Nearest(options.Neighbours))
            : Build(Points, options, cancellation);
    }

    /// <summary>Weights [...] of edges of the given lengths [...], float64: exp(-gamma d^2), or 1 where gamma is NaN.</summary>
    /// <param name="distances">Their lengths.</param>
    /// <param name="gamma">Gamma of the rbf weights, or NaN for binary weights.</param>
    internal static Tensor WeightsOf(Tensor distances, double gamma)
    {
        Tensor d = distances.to(ScalarType.Float64);
        return double.IsNaN(gamma) ? ones_like(d) : (d.square() * -gamma).exp();
    }

    /// <summary>The weights as a sparse matrix W [N, N].</summary>
    public Tensor Matrix() => sparse_coo_tensor(Edges, Weights, [Count, Count]);

    /// <summary>S = D^-1/2 W D^-1/2 as a sparse matrix [N, N], without loops; D is the diagonal of the column sums of W.</summary>
    public Tensor NormalizedMatrix()
    {
        using var scope = NewDisposeScope();
        Tensor from = Edges[0], to = Edges[1];
        Tensor w = Weights.masked_fill(from.eq(to), 0);
        Tensor degree = zeros(Count, ScalarType.Float64, Points.device).index_add_(0, to, w, 1);  // [N]
        Tensor scale = where(degree > 0, degree, ones_like(degree)).rsqrt();
        Tensor s = w * scale.index_select(0, from) * scale.index_select(0, to);                   // [E]
        return sparse_coo_tensor(Edges, s, [Count, Count]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The component [N] of each point, int64: numbered from 0 in the order of their first points, edges taken both ways. An edge
    /// of weight zero (rbf weights of distant points vanish) joins nothing: no label passes it.
    /// </summary>
    public Tensor ConnectedComponents()
    {
        using var scope = NewDisposeScope();
        long[] edges = Edges.masked_select(Weights.gt(0)).cpu().data<long>().ToArray();  // all starts, then all ends
        int half = edges.Length / 2;
        int[] parent = [.. Enumerable.Range(0, Count)];
        for (int edge = 0; edge < half; edge++)
        {
            int left = Root(parent, (int)edges[edge]), right = Root(parent, (int)edges[half + edge]);
            parent[Math.Max(left, right)] = Math.Min(left, right);
        }

        // The root of a component is its first point, so it is numbered before the others.
        var component = new long[Count];
        long found = 0;
        for (int point = 0; point < Count; point++)
        {
            int root = Root(parent, point);
            component[point] = root == point ? found++ : component[root];
        }

        return tensor(component, device: Points.device).MoveToOuterDisposeScope();
    }

    /// <summary>Whether a label can reach each point [N], bool: its component holds a labelled point.</summary>
    /// <param name="labels">Labels [N], int64; <see cref="KnownLabels.Unknown"/> where unknown.</param>
    public Tensor Reachable(Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        Tensor component = ConnectedComponents();                                                // [N]
        Tensor holdsLabel = zeros(Count, ScalarType.Bool, component.device)
            .index_fill_(0, component.masked_select(labels.ge(0)), true);                        // by number of component
        return holdsLabel.index_select(0, component).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors)
        {
            tensor.Dispose();
        }
    }

    private static NeighbourGraph Join(Tensor points, GraphOptions options, Neighbours neighbours)
    {
        using var scope = NewDisposeScope();
        double gamma = options.Weights == EdgeWeights.Binary ? double.NaN : options.Gamma ?? GammaOf(neighbours.Distances);
        long count = neighbours.Count;
        Tensor from = arange(count, ScalarType.Int64, points.device).repeat_interleave(neighbours.PerPoint);  // [N * k]
        Tensor to = neighbours.Indices.flatten();
        Tensor weights = WeightsOf(neighbours.Distances.flatten(), gamma);
        if (options.Symmetrization != Symmetrization.Directed)
        {
            // Each edge in both directions, as one number; those asked for by both ends occur twice, with the same weight.
            Tensor both = cat([(from * count) + to, (to * count) + from]);                                    // [2 * N * k]
            (Tensor codes, Tensor? place, Tensor? asked) = both.unique(sorted: true, return_inverse: true, return_counts: true);
            weights = zeros(codes.shape[0], ScalarType.Float64, points.device).scatter_(0, place!, cat([weights, weights]));
            if (options.Symmetrization == Symmetrization.Mutual)
            {
                Tensor kept = asked!.eq(2);
                (codes, weights) = (codes.masked_select(kept), weights.masked_select(kept));
            }

            (from, to) = (codes.div(count, RoundingMode.floor), codes.remainder(count));
        }

        var graph = new NeighbourGraph(points.detach(), options, neighbours, gamma, stack([from, to]), weights);
        foreach (Tensor tensor in graph.Tensors)
        {
            tensor.DetachFromDisposeScope();
        }

        return graph;
    }

    private static double GammaOf(Tensor distances)
    {
        // Copies are at distance zero and say nothing about the scale.
        Tensor positive = distances.masked_select(distances.gt(0));
        if (positive.numel() == 0)
        {
            return 1;
        }

        double median = positive.sort().Values[positive.numel() / 2].item<float>();
        return 1 / (2 * median * median);
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
