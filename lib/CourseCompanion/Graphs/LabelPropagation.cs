namespace CourseCompanion.Graphs;

/// <summary>
/// Label propagation (Zhu and Ghahramani, 2002, <i>Learning from Labeled and Unlabeled Data with Label Propagation</i>): each
/// point takes the mean of its neighbours' classes, and the labelled ones are reset to their label every time.
/// </summary>
/// <remarks>
/// <para>With W the weights of the graph: F &lt;- W F, rows scaled to sum to 1, then rows of labelled points put back
/// (clamped). Given labels never change, right or wrong; use <see cref="LabelSpreading"/> where they may be wrong.</para>
/// <para>A point that no label reaches has a row of zeros: it gets no answer, not class 0.</para>
/// </remarks>
public static class LabelPropagation
{
    /// <summary>Iterations after which propagation ends even if it has not converged, as is usual.</summary>
    public const int DefaultMaxIterations = 1000;

    /// <summary>Propagates known labels over a graph.</summary>
    /// <param name="graph">The graph of all points, labelled or not.</param>
    /// <param name="labels">One label per point, in [0, K); <see cref="KnownLabels.Unknown"/> (-1) where it is unknown.</param>
    /// <param name="options">When to end, and what counts as an answer.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Training.WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">Not one label per point, or no label at all.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, or a setting is out of range.</exception>
    public static PropagationResult Fit(
        NeighbourGraph graph,
        IReadOnlyList<long> labels,
        PropagationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new PropagationOptions();
        options.Validate();
        int classCount = KnownLabels.Check(labels, graph.Count, options.ClassCount);
        double[] known = PropagationIteration.OneHot(labels, classCount);
        return PropagationIteration.Run(
            "Propagation des étiquettes",
            graph,
            known,
            classCount,
            options.MaxIterations ?? DefaultMaxIterations,
            options,
            (current, next) =>
            {
                graph.Weights.Multiply(current, classCount, next);
                for (int point = 0; point < labels.Count; point++)
                {
                    Span<double> row = next.AsSpan(point * classCount, classCount);
                    if (labels[point] != KnownLabels.Unknown)
                    {
                        known.AsSpan(point * classCount, classCount).CopyTo(row);
                    }
                    else
                    {
                        ScaleToOne(row);
                    }
                }
            },
            cancellation);
    }

    private static void ScaleToOne(Span<double> row)
    {
        double sum = 0;
        foreach (double value in row)
        {
            sum += value;
        }

        for (int label = 0; label < row.Length && sum > 0; label++)
        {
            row[label] /= sum;
        }
    }
}
