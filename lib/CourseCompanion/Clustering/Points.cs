using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>What every method of this folder asks of its points, in one place.</summary>
internal static class Points
{
    /// <summary>Points [N, D] as float64 on the CPU: sums of squares of hundreds of features keep their digits.</summary>
    /// <exception cref="ArgumentException">The shape is not [N, D], there is no point, or a feature is not finite.</exception>
    public static Tensor Checked(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2 || points.shape[0] == 0 || points.shape[1] == 0)
        {
            throw new ArgumentException(
                $"Points must be [N, D], one row of features per point; got [{string.Join(", ", points.shape)}].", nameof(points));
        }

        using var scope = NewDisposeScope();
        Tensor x = points.detach().to(ScalarType.Float64).cpu().contiguous();
        return x.isfinite().all().item<bool>()
            ? x.MoveToOuterDisposeScope()
            : throw new ArgumentException(
                "A feature is not a finite number: the network that computed it has diverged, or its input was wrong.", nameof(points));
    }

    /// <summary>Refuses a number of clusters outside [1, N].</summary>
    public static void RequireClusters(int clusters, long points)
    {
        if (clusters < 1 || clusters > points)
        {
            throw new ArgumentOutOfRangeException(nameof(clusters), clusters, $"There are {points} points: ask for 1 to {points} clusters.");
        }
    }

    /// <summary>Cluster numbers [N] as an array; one per point.</summary>
    /// <exception cref="ArgumentException">Not integers, or not one per point.</exception>
    public static long[] Numbers(Tensor assignments, long count, string name)
    {
        ArgumentNullException.ThrowIfNull(assignments, name);
        if (assignments.dim() != 1 || assignments.shape[0] != count || assignments.is_floating_point())
        {
            throw new ArgumentException(
                $"One integer per point is needed, [{count}]; got {assignments.dtype} [{string.Join(", ", assignments.shape)}].", name);
        }

        using var scope = NewDisposeScope();
        return assignments.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
    }

    /// <summary>
    /// Distances [N, N] among points, to the last bit the same both ways and 0 from a point to itself. By products of matrices, as large sets are
    /// compared by default, they would be so to rounding only.
    /// </summary>
    public static Tensor Distances(Tensor x) => cdist(x, x, compute_mode: compute_mode.donot_use_mm_for_euclid_dist);
}
