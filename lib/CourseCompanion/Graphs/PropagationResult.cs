using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>Classes that labels spread over a graph give to points.</summary>
/// <param name="Probabilities">Probabilities [M, K]; a row sums to 1, or is zero where no label arrived.</param>
/// <param name="Labels">The likeliest class of each point, <see cref="KnownLabels.Unknown"/> (-1) where there is no answer.</param>
public record ClassPredictions(float[,] Probabilities, long[] Labels)
{
    /// <summary>Number of points without an answer.</summary>
    public int Abstained => Labels.Count(label => label == KnownLabels.Unknown);

    /// <summary>Lead of the best class of a point over the second, in [0, 1]; 0 where no label arrived.</summary>
    /// <param name="point">Number of the point, in [0, M).</param>
    /// <exception cref="IndexOutOfRangeException">There is no such point.</exception>
    public double Margin(long point)
    {
        float best = 0, second = 0;
        for (int label = 0; label < Probabilities.GetLength(1); label++)
        {
            float probability = Probabilities[point, label];
            (best, second) = probability > best ? (probability, best) : (best, Math.Max(second, probability));
        }

        return best - second;
    }

    /// <summary>The answers for some of the points, in the order given.</summary>
    /// <param name="points">Their numbers, in [0, M).</param>
    /// <exception cref="IndexOutOfRangeException">There is no such point.</exception>
    public ClassPredictions Select(IEnumerable<long> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        long[] rows = [.. points];
        int classCount = Probabilities.GetLength(1);
        var probabilities = new float[rows.Length, classCount];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int label = 0; label < classCount; label++)
            {
                probabilities[row, label] = Probabilities[rows[row], label];
            }
        }

        return new ClassPredictions(probabilities, [.. rows.Select(row => Labels[row])]);
    }
}

/// <summary>What came of spreading labels over a graph: an answer for each of its points, and for new points.</summary>
public sealed record PropagationResult : ClassPredictions
{
    private readonly NeighbourGraph _graph;
    private readonly int _classCount;
    private readonly double _minimumMargin;

    internal PropagationResult(
        NeighbourGraph graph, double[] mass, int classCount, double minimumMargin, int iterations, double change, string? warning)
        : base(new ClassDistributions(mass, classCount).Probabilities(), new ClassDistributions(mass, classCount).Labels(minimumMargin))
    {
        _graph = graph;
        _classCount = classCount;
        _minimumMargin = minimumMargin;
        Iterations = iterations;
        Change = change;
        Warning = warning;
    }

    /// <summary>Iterations done.</summary>
    public int Iterations { get; }

    /// <summary>Sum of all absolute changes of the last iteration.</summary>
    public double Change { get; }

    /// <summary>Whether that change was below the tolerance.</summary>
    public bool Converged => Warning is null;

    /// <summary>What the reader should know, in French: that the iteration has not converged; null if all is well.</summary>
    public string? Warning { get; }

    /// <summary>
    /// Classes of new points, without building the graph again (inductive prediction): the mean of the probabilities of the
    /// k nearest points of the graph, weighted like its edges. The neighbours of a new point are all points of the graph, so
    /// that in the like of scikit-learn its k counts as there.
    /// </summary>
    /// <param name="points">Features [M, D] from the same network as the graph's.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Training.WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">Another number of features, or one that is not finite.</exception>
    public ClassPredictions Predict(Tensor points, CancellationToken cancellation = default)
    {
        return Predict(NearestNeighbours.Find(
            points, _graph.Points, _graph.Options.Neighbours, _graph.Options.Metric, cancellation));
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

        var mass = new double[neighbours.Count * _classCount];
        for (int query = 0; query < neighbours.Count; query++)
        {
            for (int rank = 0; rank < k; rank++)
            {
                int point = neighbours.IndicesOf(query)[rank];
                double weight = NeighbourGraph.Weight(neighbours.DistancesOf(query)[rank], _graph.Gamma);
                for (int label = 0; label < _classCount; label++)
                {
                    mass[(query * _classCount) + label] += weight * Probabilities[point, label];
                }
            }
        }

        var predictions = new ClassDistributions(mass, _classCount);
        return new ClassPredictions(predictions.Probabilities(), predictions.Labels(_minimumMargin));
    }
}
