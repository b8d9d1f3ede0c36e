using CourseCompanion.Files;
using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>
/// The course's scenario: a few labelled images of each class, all the others treated as unlabelled. The two parts never
/// overlap; together they are the whole set.
/// </summary>
public sealed class LabelledSplit : IDisposable
{
    private LabelledSplit(Tensor labelledIndices, Tensor unlabelledIndices)
    {
        LabelledIndices = labelledIndices.DetachFromDisposeScope();
        UnlabelledIndices = unlabelledIndices.DetachFromDisposeScope();
    }

    /// <summary>Where the images are whose labels may be used: int64, ascending.</summary>
    public Tensor LabelledIndices { get; }

    /// <summary>Where all other images are: int64, ascending. Their labels are the hidden truth.</summary>
    public Tensor UnlabelledIndices { get; }

    /// <summary>Draws the same number of images from each class.</summary>
    /// <param name="labels">int64 [N], class numbers from 0; every class up to the highest must have enough images.</param>
    /// <param name="perClass">How many labelled images each class gets.</param>
    /// <param name="seed">Other seeds give other images; the same seed gives the same ones on every machine.</param>
    /// <param name="orFewer">Whether a class that has fewer images gives all it has, instead of being an error.</param>
    /// <returns>The two parts, on the device of <paramref name="labels"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="labels"/> are no class numbers, or <paramref name="perClass"/> is not positive.</exception>
    /// <exception cref="DatasetException">A class has fewer images than asked for; the message names it.</exception>
    public static LabelledSplit PerClass(Tensor labels, int perClass = 50, int seed = 42, bool orFewer = false)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        if (labels.dtype != ScalarType.Int64 || labels.dim() != 1 || labels.shape[0] == 0)
        {
            throw new ArgumentException($"Labels must be int64 [N], not {labels.dtype} [{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        long[] values = labels.data<long>().ToArray();
        if (values.Min() < 0)
        {
            throw new ArgumentException($"Labels must not be negative; one is {values.Min()}.", nameof(labels));
        }

        List<int>[] byClass = [.. Enumerable.Range(0, (int)values.Max() + 1).Select(_ => new List<int>())];
        for (int index = 0; index < values.Length; index++)
        {
            byClass[values[index]].Add(index);
        }

        bool[] labelled = new bool[values.Length];
        for (int label = 0; label < byClass.Length; label++)
        {
            if (byClass[label].Count < perClass && !orFewer)
            {
                throw new DatasetException(
                    $"Class {label} has {byClass[label].Count} images, fewer than the {perClass} to be labelled. Ask for at most {byClass.Min(members => members.Count)} per class.");
            }

            int[] members = [.. byClass[label]];
            PortableRandom.For(seed, PortableRandom.Series("labelled"), label).Shuffle(members.AsSpan());
            foreach (int index in members.AsSpan(0, Math.Min(perClass, members.Length)))
            {
                labelled[index] = true;
            }
        }

        return new LabelledSplit(Positions(labelled, true, labels.device), Positions(labelled, false, labels.device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LabelledIndices.Dispose();
        UnlabelledIndices.Dispose();
    }

    private static Tensor Positions(bool[] flags, bool wanted, Device device) =>
        tensor(Enumerable.Range(0, flags.Length).Where(index => flags[index] == wanted).Select(index => (long)index).ToArray(), device: device);
}
