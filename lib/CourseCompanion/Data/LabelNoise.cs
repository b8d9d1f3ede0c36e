using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>Labels of which some were made wrong on purpose.</summary>
/// <param name="Labels">The labels [N], int64, some of them wrong.</param>
/// <param name="Changed">Where they are wrong [N], bool: to look behind the scenes only.</param>
public sealed record NoisyLabels(Tensor Labels, Tensor Changed);

/// <summary>
/// Plants wrong labels, to measure what they do and who finds them. The original labels stay as they are. An exact number of labels is changed, each into
/// another class; the same seed changes the same ones on every machine.
/// </summary>
public static class LabelNoise
{
    /// <summary>Symmetric noise: a changed label becomes any other class, all equally likely. A typist's slip.</summary>
    /// <param name="labels">int64 [N], class numbers in [0, K).</param>
    /// <param name="classCount">Number of classes K, 2 or more.</param>
    /// <param name="share">Share of the labels that is changed, in [0, 1].</param>
    /// <param name="seed">Which ones, and into what.</param>
    /// <exception cref="ArgumentException"><paramref name="labels"/> are no class numbers in [0, K).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside [0, 1].</exception>
    public static NoisyLabels Symmetric(Tensor labels, int classCount, double share, int seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        return Plant(labels, classCount, share, seed, _ => true, (label, draw) => (label + 1 + draw(classCount - 1)) % classCount);
    }

    /// <summary>Confusion of classes: a changed label becomes the class that its own is taken for. An expert's mistake, and harder to find.</summary>
    /// <param name="labels">int64 [N], class numbers in [0, K).</param>
    /// <param name="takenFor">For each of the K classes, the one it is taken for; itself for a class that is never mistaken.</param>
    /// <param name="share">Share of the labels of mistakable classes that is changed, in [0, 1].</param>
    /// <param name="seed">Which ones.</param>
    /// <exception cref="ArgumentException"><paramref name="labels"/> or <paramref name="takenFor"/> are no class numbers in [0, K).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside [0, 1].</exception>
    public static NoisyLabels Confused(Tensor labels, IReadOnlyList<int> takenFor, double share, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(takenFor);
        return takenFor.All(label => label >= 0 && label < takenFor.Count)
            ? Plant(labels, takenFor.Count, share, seed, label => takenFor[(int)label] != label, (label, _) => takenFor[(int)label])
            : throw new ArgumentException($"Classes are taken for classes in [0, {takenFor.Count}); got {string.Join(", ", takenFor)}.", nameof(takenFor));
    }

    private static NoisyLabels Plant(
        Tensor labels, int classCount, double share, int seed, Func<long, bool> mistakable, Func<long, Func<int, int>, long> mistake)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (share is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share of wrong labels must lie in [0, 1], for example 0.2.");
        }

        if (labels.dtype != ScalarType.Int64 || labels.dim() != 1)
        {
            throw new ArgumentException($"Labels must be int64 [N], not {labels.dtype} [{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        long[] noisy = labels.cpu().data<long>().ToArray();
        if (Array.FindIndex(noisy, label => label < 0 || label >= classCount) is >= 0 and int bad)
        {
            throw new ArgumentException($"Label {bad} is {noisy[bad]}, which is no class in [0, {classCount}).", nameof(labels));
        }

        PortableRandom random = PortableRandom.For(seed, PortableRandom.Series("label noise"), 0);
        int[] candidates = [.. Enumerable.Range(0, noisy.Length).Where(image => mistakable(noisy[image]))];
        random.Shuffle(candidates.AsSpan());
        bool[] changed = new bool[noisy.Length];
        foreach (int image in candidates.Take((int)Math.Round(share * candidates.Length)))
        {
            noisy[image] = mistake(noisy[image], count => random.NextIndex(count));
            changed[image] = true;
        }

        return new NoisyLabels(tensor(noisy, device: labels.device), tensor(changed, device: labels.device));
    }
}
