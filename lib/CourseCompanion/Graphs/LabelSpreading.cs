namespace CourseCompanion.Graphs;

/// <summary>
/// Label spreading (Zhou, Bousquet, Lal, Weston and Schölkopf, 2004, <i>Learning with Local and Global Consistency</i>): each
/// point takes in what its neighbours say and keeps part of what it was told at first, again and again.
/// </summary>
/// <remarks>
/// <para>With the weights W of the graph (no loops), D the diagonal of their column sums and S = D^-1/2 W D^-1/2:
/// F &lt;- alpha S F + (1 - alpha) Y, where Y holds a 1 for the class of each labelled point. The limit is
/// (1 - alpha) (I - alpha S)^-1 Y. With alpha small the given labels weigh more; they are never clamped, so that a wrong one
/// may be outvoted.</para>
/// <para>A point that no label reaches has a row of zeros: it gets no answer, not class 0.</para>
/// </remarks>
public static class LabelSpreading
{
    /// <summary>Iterations after which spreading ends even if it has not converged, as is usual.</summary>
    public const int DefaultMaxIterations = 30;

    /// <summary>Spreads known labels over a graph.</summary>
    /// <param name="graph">The graph of all points, labelled or not.</param>
    /// <param name="labels">One label per point, in [0, K); <see cref="KnownLabels.Unknown"/> (-1) where it is unknown.</param>
    /// <param name="alpha">Share that comes from the neighbours, in (0, 1): 0.2 as libraries have it, 0.99 in the paper.</param>
    /// <param name="options">When to end, and what counts as an answer.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Training.WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">Not one label per point, or no label at all.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, or a setting is out of range.</exception>
    public static PropagationResult Fit(
        NeighbourGraph graph,
        IReadOnlyList<long> labels,
        double alpha = 0.2,
        PropagationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new PropagationOptions();
        options.Validate();
        if (!(alpha is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must be in (0, 1): 0.2, or 0.99 for labels that travel far.");
        }

        int classCount = KnownLabels.Check(labels, graph.Count, options.ClassCount);
        double[] known = PropagationIteration.OneHot(labels, classCount);
        SparseMatrix similarity = Normalize(graph.Weights);
        return PropagationIteration.Run(
            "Diffusion des étiquettes",
            graph,
            known,
            classCount,
            options.MaxIterations ?? DefaultMaxIterations,
            options,
            (current, next) =>
            {
                similarity.Multiply(current, classCount, next);
                for (int i = 0; i < next.Length; i++)
                {
                    next[i] = (alpha * next[i]) + ((1 - alpha) * known[i]);
                }
            },
            cancellation);
    }

    /// <summary>S = D^-1/2 W D^-1/2 without loops, D the diagonal of the column sums of W.</summary>
    internal static SparseMatrix Normalize(SparseMatrix weights)
    {
        SparseMatrix withoutLoops = weights.Map((row, column, weight) => row == column ? 0 : weight);
        double[] scale = [.. withoutLoops.ColumnSums().Select(sum => sum == 0 ? 1 : Math.Sqrt(sum))];
        return withoutLoops.Map((row, column, weight) => weight / scale[row] / scale[column]);
    }
}
