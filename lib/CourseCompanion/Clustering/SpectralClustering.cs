using CourseCompanion.Graphs;
using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>What spectral clustering found.</summary>
/// <param name="Assignments">Cluster of each point [N], int64, in [0, K).</param>
/// <param name="Eigenvalues">
/// The smallest eigenvalues [M] of I - S, float64, increasing from 0: as many are (nearly) zero as the graph has (nearly) separate
/// parts, so that a gap after the k-th speaks for k clusters.
/// </param>
/// <param name="Embedding">Points in the space [N, K] that k-means clustered, float64.</param>
public sealed record SpectralResult(Tensor Assignments, Tensor Eigenvalues, Tensor Embedding);

/// <summary>
/// Spectral clustering (Ng, Jordan and Weiss, 2001, <i>On Spectral Clustering: Analysis and an Algorithm</i>): clusters are parts of
/// the neighbourhood graph between which few edges run, whatever their shape.
/// </summary>
/// <remarks>The eigenvectors of a dense matrix [N, N]: 1,506 points take about a second and 18 MB; not for tens of thousands.</remarks>
public static class SpectralClustering
{
    private const int ReportedEigenvalues = 16;

    /// <summary>Cuts a graph into K parts.</summary>
    /// <param name="graph">The graph of the points, symmetric (any <see cref="Symmetrization"/> but directed).</param>
    /// <param name="clusters">Number K of clusters, in [1, N].</param>
    /// <param name="seed">Chooses the starts of k-means.</param>
    /// <param name="restarts">Number of starts of k-means.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="Work.WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The graph is directed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of clusters is not in [1, N].</exception>
    public static SpectralResult Fit(NeighbourGraph graph, int clusters, int seed = 0, int restarts = 10, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Points.RequireClusters(clusters, graph.Count);
        if (graph.Options.Symmetrization == Symmetrization.Directed)
        {
            throw new ArgumentException("The graph is directed: its matrix has no orthogonal eigenvectors. Build it with union or mutual edges.", nameof(graph));
        }

        using var scope = NewDisposeScope();
        Tensor S = graph.NormalizedMatrix().to_dense().cpu();                    // [N, N], D^-1/2 W D^-1/2
        (Tensor values, Tensor vectors) = linalg.eigh(S);                        // increasing: the largest of S are the smallest of I - S
        Tensor V = vectors.narrow(1, graph.Count - clusters, clusters);          // [N, K]
        V = V / linalg.vector_norm(V, 2, [1], keepdim: true).clamp(min: 1e-12);  // each row to length 1
        KMeansResult found = KMeans.Fit(V, clusters, seed, restarts, cancellation);
        int reported = Math.Min(graph.Count, Math.Max(ReportedEigenvalues, clusters + 1));
        Tensor smallest = (1 - values).flip(0).narrow(0, 0, reported).clone();
        return new SpectralResult(
            found.Assignments.MoveToOuterDisposeScope(), smallest.MoveToOuterDisposeScope(), V.MoveToOuterDisposeScope());
    }
}
