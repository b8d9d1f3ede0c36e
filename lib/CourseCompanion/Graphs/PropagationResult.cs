using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>The result of spreading labels over a graph: an answer for each of its points, and for new points.</summary>
public sealed record PropagationResult : ClassPredictions
{
    private readonly NeighbourGraph _graph;
    private readonly double _minimumMargin;

    internal PropagationResult(NeighbourGraph graph, Tensor mass, Convergence convergence)
        : base(FromMass(mass, convergence.Options.MinimumMargin))
    {
        _graph = graph;
        _minimumMargin = convergence.Options.MinimumMargin;
        Iterations = convergence.Iterations;
        Change = convergence.Change;
        Warning = convergence.Warning;
    }

    /// <summary>Iterations done.</summary>
    public int Iterations { get; }

    /// <summary>Sum of all absolute changes of the last iteration.</summary>
    public double Change { get; }

    /// <summary>In French, that the iteration has not converged; null if it has.</summary>
    public string? Warning { get; }

    /// <summary>
    /// Classes of new points, without building the graph again (inductive prediction): the mean of the probabilities of the
    /// k nearest points of the graph, weighted like its edges.
    /// </summary>
    /// <param name="points">Features [M, D] from the same network as the graph's.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Work.WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">Another number of features, or one that is not finite.</exception>
    public ClassPredictions Predict(Tensor points, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        return Predict(NearestNeighbours.Find(points, _graph.Points, _graph.Options.Neighbours, _graph.Options.Metric, cancellation))
            .MoveToOuterDisposeScope();
    }

    /// <summary>The same for new points whose neighbours are known already: several graphs of the same points share one search.</summary>
    /// <param name="neighbours">Neighbours of the new points among the graph's, by its metric; the first k of each count.</param>
    /// <exception cref="ArgumentException">There are fewer than k of them.</exception>
    public ClassPredictions Predict(Neighbours neighbours)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        int k = _graph.Options.Neighbours;
        if (neighbours.PerPoint < k)
        {
            throw new ArgumentException($"The graph joins {k} neighbours, but only {neighbours.PerPoint} were searched.", nameof(neighbours));
        }

        using var scope = NewDisposeScope();
        Neighbours nearest = neighbours.Nearest(k);
        Tensor classes = Probabilities.index_select(0, nearest.Indices.flatten()).view(nearest.Count, k, -1);  // [M, k, K]
        Tensor weights = NeighbourGraph.WeightsOf(nearest.Distances, _graph.Gamma).unsqueeze(2);               // [M, k, 1]
        return FromMass((classes * weights).sum(1), _minimumMargin).MoveToOuterDisposeScope();
    }
}
