using static TorchSharp.torch;

namespace CourseCompanion.Classifiers;

/// <summary>
/// The vote of the nearest labelled images (Cover and Hart, 1967), by Euclidean distance of standardised features: nothing is learnt,
/// everything is remembered.
/// </summary>
public sealed class NearestNeighboursClassifier : IBinaryClassifier
{
    private readonly Standardization _scale;
    private readonly double[] _points;
    private readonly double[] _labels;
    private readonly int _neighbours;

    private NearestNeighboursClassifier(Standardization scale, double[] points, double[] labels, int neighbours) =>
        (_scale, _points, _labels, _neighbours) = (scale, points, labels, neighbours);

    /// <summary>Remembers labelled features.</summary>
    /// <param name="features">Features [N, D], of any floating type.</param>
    /// <param name="labels">Labels [N], int64, 0 or 1, both of which occur.</param>
    /// <param name="neighbours">How many vote, 1 to N; an odd number knows no tie.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, a feature that is not finite, or a label that is not 0 or 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 neighbour, or more than there are images.</exception>
    public static NearestNeighboursClassifier Fit(Tensor features, Tensor labels, int neighbours = 5)
    {
        using var scope = NewDisposeScope();
        Tensor y = LinearModel.Targets(features, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbours, (int)y.shape[0]);
        Standardization scale = Standardization.Fit(features);
        return new NearestNeighboursClassifier(scale, scale.Apply(features).data<double>().ToArray(), y.data<double>().ToArray(), neighbours);
    }

    /// <inheritdoc/>
    /// <remarks>The score is the share of class 1 among the neighbours, less a half.</remarks>
    public Tensor Scores(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor X = _scale.Apply(features);                                            // [M, D]
        Tensor distances = cdist(X, tensor(_points).view(_labels.Length, -1));        // [M, N]
        Tensor nearest = distances.topk(_neighbours, dim: 1, largest: false).indexes; // [M, k]
        Tensor votes = tensor(_labels).index_select(0, nearest.flatten()).view(nearest.shape);
        return votes.mean([1]).sub_(0.5).MoveToOuterDisposeScope();
    }
}
