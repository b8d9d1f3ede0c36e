using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>
/// Label spreading (Zhou, Bousquet, Lal, Weston and Schölkopf, 2004, <i>Learning with Local and Global Consistency</i>): at each
/// iteration, a point mixes the classes of its neighbours with its own label.
/// </summary>
/// <remarks>
/// <para>With the weights W of the graph (no loops), D the diagonal of their column sums and S = D^-1/2 W D^-1/2:
/// F &lt;- alpha S F + (1 - alpha) Y, where Y holds a 1 for the class of each labelled point. The limit is
/// (1 - alpha) (I - alpha S)^-1 Y. The smaller alpha, the more the given labels weigh; they are never clamped, so that a wrong
/// one may be outvoted.</para>
/// <para>A point that no label reaches has a row of zeros: it gets no answer, not class 0.</para>
/// </remarks>
public static class LabelSpreading
{
    /// <summary>Default of <see cref="PropagationOptions.MaxIterations"/>: alpha 0.2 takes some ten iterations, 0.99 some hundreds.</summary>
    public const int DefaultMaxIterations = 1000;

    /// <summary>Spreads known labels over a graph.</summary>
    /// <param name="graph">The graph of all points, labelled or not.</param>
    /// <param name="labels">Labels [N], int64, in [0, K); <see cref="KnownLabels.Unknown"/> (-1) where unknown.</param>
    /// <param name="alpha">Share that comes from the neighbours, in (0, 1): 0.2 in common libraries, 0.99 in the paper.</param>
    /// <param name="options">When to stop, and what counts as an answer.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">Not one label per point, or no label at all.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, or a setting is out of range.</exception>
    public static PropagationResult Fit(
        NeighbourGraph graph, Tensor labels, double alpha = 0.99, PropagationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new PropagationOptions();
        using var scope = NewDisposeScope();
        Tensor Y = KnownLabels.OneHot(labels, graph.Count, options.ClassCount);  // [N, K]
        (Tensor F, Convergence convergence) = Iterate(graph, Y, alpha, options, cancellation);
        return new PropagationResult(graph, F, convergence).MoveToOuterDisposeScope();
    }

    /// <summary>The same for any masses Y [N, C], float64, for example those of several sets of labels side by side.</summary>
    /// <returns>F [N, C], float64.</returns>
    internal static Tensor Spread(NeighbourGraph graph, Tensor Y, double alpha, PropagationOptions options, CancellationToken cancellation) =>
        Iterate(graph, Y, alpha, options, cancellation).F;

    private static (Tensor F, Convergence Convergence) Iterate(
        NeighbourGraph graph, Tensor Y, double alpha, PropagationOptions options, CancellationToken cancellation)
    {
        if (!(alpha is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must be in (0, 1): 0.2, or 0.99 for labels that travel far.");
        }

        using var scope = NewDisposeScope();
        using var convergence = new Convergence("Diffusion des étiquettes", options, DefaultMaxIterations);
        Tensor S = graph.NormalizedMatrix();                // [N, N], sparse
        Tensor F = Y.clone();                               // [N, K]
        while (convergence.Continues)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var iteration = NewDisposeScope();
            Tensor next = S.mm(F) * alpha + Y * (1 - alpha);
            convergence.Compare(F, next);
            F.copy_(next);
        }

        return (F.MoveToOuterDisposeScope(), convergence);
    }
}
