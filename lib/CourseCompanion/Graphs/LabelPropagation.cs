using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>
/// Label propagation (Zhu and Ghahramani, 2002, <i>Learning from Labeled and Unlabeled Data with Label Propagation</i>): each
/// point takes the mean of its neighbours' classes, and labelled points are reset to their label at each iteration.
/// </summary>
/// <remarks>
/// <para>With W the weights of the graph: F &lt;- W F, rows scaled to sum to 1, then rows of labelled points put back
/// (clamped). Given labels never change, right or wrong; use <see cref="LabelSpreading"/> where they may be wrong.</para>
/// <para>A point that no label reaches has a row of zeros: it gets no answer, not class 0.</para>
/// </remarks>
public static class LabelPropagation
{
    /// <summary>Default of <see cref="PropagationOptions.MaxIterations"/>.</summary>
    public const int DefaultMaxIterations = 1000;

    /// <summary>Propagates known labels over a graph.</summary>
    /// <param name="graph">The graph of all points, labelled or not.</param>
    /// <param name="labels">Labels [N], int64, in [0, K); <see cref="KnownLabels.Unknown"/> (-1) where unknown.</param>
    /// <param name="options">When to stop, and what counts as an answer.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">Not one label per point, or no label at all.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, or a setting is out of range.</exception>
    public static PropagationResult Fit(
        NeighbourGraph graph, Tensor labels, PropagationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        using var scope = NewDisposeScope();
        using var convergence = new Convergence("Propagation des étiquettes", options ?? new PropagationOptions(), DefaultMaxIterations);
        Tensor W = graph.Matrix();                                                                 // [N, N], sparse
        Tensor Y = KnownLabels.OneHot(labels, graph.Count, convergence.Options.ClassCount);        // [N, K]
        Tensor isKnown = labels.ge(0).unsqueeze(1);                                                // [N, 1]
        Tensor F = Y.clone();
        while (convergence.Continues)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var iteration = NewDisposeScope();
            Tensor next = where(isKnown, Y, ClassPredictions.ScaleToOne(W.mm(F)));
            convergence.Compare(F, next);
            F.copy_(next);
        }

        return new PropagationResult(graph, F, convergence).MoveToOuterDisposeScope();
    }
}
