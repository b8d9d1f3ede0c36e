using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>Labels of which only some are known; <see cref="Unknown"/> stands for the others.</summary>
public static class KnownLabels
{
    /// <summary>Stands for "not labelled" among known labels, and for "no answer" among predicted ones.</summary>
    public const long Unknown = -1;

    /// <summary>Hides all labels but those of the given points.</summary>
    /// <param name="labels">Labels [N], of any integer type, in [0, K).</param>
    /// <param name="known">Numbers [L] of the points whose label stays, of any integer type.</param>
    /// <returns>Labels [N], int64; <see cref="Unknown"/> where hidden.</returns>
    public static Tensor Only(Tensor labels, Tensor known)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(known);
        using var scope = NewDisposeScope();
        Tensor all = labels.to(ScalarType.Int64), points = known.to(ScalarType.Int64).to(labels.device);
        return full_like(all, Unknown).index_copy_(0, points, all.index_select(0, points)).MoveToOuterDisposeScope();
    }

    /// <summary>Y [N, K], float64: 1 for the class of each labelled point, rows of zeros for the others.</summary>
    /// <param name="labels">Labels [N], int64, <see cref="Unknown"/> where unknown.</param>
    /// <param name="pointCount">Number of points N.</param>
    /// <param name="classCount">Number of classes K; the highest label plus one if null.</param>
    /// <exception cref="ArgumentException">Not one label per point, no label at all, or a label that is no class.</exception>
    internal static Tensor OneHot(Tensor labels, int pointCount, int? classCount)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.dim() != 1 || labels.shape[0] != pointCount)
        {
            throw new ArgumentException(
                $"Labels [{string.Join(", ", labels.shape)}] but {pointCount} points: give one per point, in the same order, {Unknown} where it is unknown.",
                nameof(labels));
        }

        long highest = labels.max().item<long>(), lowest = labels.min().item<long>();
        if (highest < 0)
        {
            throw new ArgumentException("No point is labelled: there is nothing to spread. Give at least one label per class.", nameof(labels));
        }

        long classes = classCount ?? highest + 1;
        if (lowest < Unknown || highest >= classes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(labels), lowest < Unknown ? lowest : highest, $"A label is neither {Unknown} (unknown) nor in [0, {classes}).");
        }

        return labels.unsqueeze(1).eq(arange(classes, ScalarType.Int64, labels.device)).to(ScalarType.Float64);
    }
}
