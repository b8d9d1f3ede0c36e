using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>Labels of which only some are known; <see cref="Unknown"/> stands for the others.</summary>
public static class KnownLabels
{
    /// <summary>What stands for "not labelled" among known labels, and for "no answer" among predicted ones.</summary>
    public const long Unknown = -1;

    /// <summary>Hides all labels but those of the given points.</summary>
    /// <param name="labels">Labels [N], of any integer type, in [0, K).</param>
    /// <param name="known">Numbers [L] of the points whose label stays, of any integer type.</param>
    /// <returns>N labels, <see cref="Unknown"/> where hidden.</returns>
    public static long[] Only(Tensor labels, Tensor known)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(known);
        using var scope = NewDisposeScope();
        long[] all = labels.to(ScalarType.Int64).data<long>().ToArray();
        var shown = new long[all.Length];
        Array.Fill(shown, Unknown);
        foreach (long point in known.to(ScalarType.Int64).data<long>().ToArray())
        {
            shown[point] = all[point];
        }

        return shown;
    }

    /// <summary>The number of classes that labels speak of.</summary>
    /// <exception cref="ArgumentException">Not one label per point, no label at all, or a label that is no class.</exception>
    internal static int Check(IReadOnlyList<long> labels, int pointCount, int? classCount)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != pointCount)
        {
            throw new ArgumentException(
                $"{labels.Count} labels but {pointCount} points: give one per point, in the same order, {Unknown} where it is unknown.", nameof(labels));
        }

        long highest = labels.Max();
        if (highest < 0)
        {
            throw new ArgumentException("No point is labelled: there is nothing to spread. Give at least one label per class.", nameof(labels));
        }

        int classes = classCount ?? (int)highest + 1;
        for (int point = 0; point < labels.Count; point++)
        {
            if (labels[point] < Unknown || labels[point] >= classes)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(labels), labels[point], $"The label of point {point} is neither {Unknown} (unknown) nor in [0, {classes}).");
            }
        }

        return classes;
    }
}
