namespace CourseCompanion.Graphs;

/// <summary>How strongly two neighbours are tied.</summary>
public enum EdgeWeights
{
    /// <summary>Every edge weighs 1.</summary>
    Binary,

    /// <summary>exp(-gamma d^2), d the distance: 1 for copies, near 0 for distant points.</summary>
    Rbf,
}

/// <summary>What happens to an edge that only one of its two ends asks for.</summary>
public enum Symmetrization
{
    /// <summary>It stays, in both directions: neighbours if either is among the other's k nearest.</summary>
    Union,

    /// <summary>It goes: neighbours only if each is among the other's k nearest.</summary>
    Mutual,

    /// <summary>It stays in one direction only. Some libraries do this; the matrix is then not symmetric.</summary>
    Directed,
}

/// <summary>How the neighbourhood graph is built. The defaults are the course's.</summary>
public sealed record GraphOptions
{
    /// <summary>Number of nearest neighbours k each point asks for.</summary>
    public int Neighbours { get; init; } = 10;

    /// <summary>How distance is measured.</summary>
    public DistanceMetric Metric { get; init; } = DistanceMetric.Euclidean;

    /// <summary>How edges are weighted.</summary>
    public EdgeWeights Weights { get; init; } = EdgeWeights.Binary;

    /// <summary>
    /// The gamma of <see cref="EdgeWeights.Rbf"/>, larger than 0. If null it is 1 / (2 m^2), m the median distance of the
    /// neighbours: the typical edge then weighs 0.61 whatever the scale of the features. (A fixed gamma of 20, a common
    /// default, makes every weight vanish on features of a few hundred dimensions.)
    /// </summary>
    public double? Gamma { get; init; }

    /// <summary>What happens to an edge that only one end asked for.</summary>
    public Symmetrization Symmetrization { get; init; } = Symmetrization.Union;

    /// <summary>Whether each point counts as the first of its own k neighbours. Spreading ignores the loop, propagation does not.</summary>
    public bool IncludeSelf { get; init; }

    /// <summary>
    /// Whether neighbours are searched approximately (<see cref="NearestNeighbours.Find(TorchSharp.torch.Tensor, int, DistanceMetric, bool, CancellationToken)"/>):
    /// for hundreds of thousands of points.
    /// </summary>
    public bool Approximate { get; init; }

    /// <summary>
    /// The graph of scikit-learn's <c>kernel="knn"</c>, for comparisons: directed, binary, and each point counted as one of its
    /// own k neighbours.
    /// </summary>
    public static GraphOptions LikeScikitLearn(int neighbours = 7) =>
        new() { Neighbours = neighbours, Symmetrization = Symmetrization.Directed, IncludeSelf = true };

    internal void Validate()
    {
        if (Gamma is { } given && !(given > 0 && double.IsFinite(given)))
        {
            throw new ArgumentOutOfRangeException(nameof(Gamma), given, "Gamma must be a positive number; leave it null to derive it from the distances.");
        }

        if (IncludeSelf && Neighbours == 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Neighbours), Neighbours, "With itself as only neighbour no point is joined to another: ask for at least 2.");
        }
    }
}
