using CourseCompanion.French;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>Two scans that show the same slice, or nearly.</summary>
/// <param name="First">Index of the one that comes first in the set.</param>
/// <param name="Second">Index of the other.</param>
/// <param name="HashDistance">In how many of 256 bits their hashes differ, mirrored or not, whichever is less.</param>
/// <param name="IsMirrored">Whether one is the mirror image of the other.</param>
/// <param name="CosineDistance">How far apart their features point, 0 to 2; NaN without features.</param>
public sealed record NearCopy(int First, int Second, int HashDistance, bool IsMirrored, double CosineDistance)
{
    /// <summary>How alike the two are, for the student: <c>3 bits, miroir, distance 0,029</c>.</summary>
    public string Caption => FrenchNumbers.Count(HashDistance, "bit")
        + (IsMirrored ? ", miroir" : "")
        + (double.IsNaN(CosineDistance) ? "" : $", distance {FrenchNumbers.Number(CosineDistance, 3)}");
}

/// <summary>
/// Finds scans that are the same slice saved again: with another contrast or exposure, mirrored, turned a little, or the slice beside it of the
/// same head. No checksum tells; a model that has learnt one knows the other.
/// </summary>
/// <remarks>
/// Two ways, either is enough: the perceptual hash finds what differs in contrast and noise, the features of a network what has moved. The
/// limits were set once, by eye, on pairs of the real set: up to them, nearly all pairs were the same slice or its neighbour.
/// </remarks>
public static class NearCopies
{
    /// <summary>Up to this distance of their hashes, of 256 bits, two scans are near copies.</summary>
    public const int HashLimit = 20;

    /// <summary>Below this cosine distance of SqueezeNet's features, two scans are near copies.</summary>
    public const double CosineLimit = 0.03;

    /// <summary>Finds all pairs.</summary>
    /// <param name="measures">Measures of N scans.</param>
    /// <param name="features">Features [N, D] of a network that has learnt; null to go by the hashes alone.</param>
    /// <returns>The pairs, closest hashes first.</returns>
    public static IReadOnlyList<NearCopy> Find(IReadOnlyList<ScanMeasures> measures, Tensor? features = null)
    {
        ArgumentNullException.ThrowIfNull(measures);
        var n = measures.Count;
        var cosines = features is null ? null : CosineDistances(features);
        if (cosines is not null && cosines.Length != n * n)
        {
            throw new ArgumentException($"There are features of {Math.Sqrt(cosines.Length)} scans, but measures of {n}.", nameof(features));
        }

        List<NearCopy> pairs = [];
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                var (asIs, mirrored) = (measures[i].Hash.DistanceTo(measures[j].Hash), measures[i].Hash.DistanceTo(measures[j].Mirrored));
                var cosine = cosines is null ? double.NaN : cosines[(i * n) + j];
                if (Math.Min(asIs, mirrored) <= HashLimit || cosine < CosineLimit)
                {
                    pairs.Add(new NearCopy(i, j, Math.Min(asIs, mirrored), mirrored < asIs, cosine));
                }
            }
        }

        return [.. pairs.OrderBy(pair => pair.HashDistance)];
    }

    /// <summary>Who belongs together: near copies, near copies of near copies, and so on.</summary>
    /// <param name="count">Number N of scans.</param>
    /// <param name="pairs">The near copies.</param>
    /// <returns>The family of each of the N scans, numbered from 0 in the order of their first members.</returns>
    public static long[] Families(int count, IEnumerable<NearCopy> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);

        // Each scan points to an earlier one of its family, or to itself.
        int[] parent = [.. Enumerable.Range(0, count)];
        foreach (var pair in pairs)
        {
            int first = Root(pair.First), second = Root(pair.Second);
            parent[Math.Max(first, second)] = Math.Min(first, second);
        }

        Dictionary<int, long> numbers = [];
        var families = new long[count];
        for (var i = 0; i < count; i++)
        {
            var root = Root(i);
            numbers.TryAdd(root, numbers.Count);
            families[i] = numbers[root];
        }

        return families;

        int Root(int scan)
        {
            while (parent[scan] != scan)
            {
                scan = parent[scan] = parent[parent[scan]];
            }

            return scan;
        }
    }

    private static float[] CosineDistances(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor unit = nn.functional.normalize(features, dim: 1);     // [N, D]
        return unit.mm(unit.t()).neg().add(1).data<float>().ToArray();
    }
}
