using CourseCompanion.Data.Sources;

namespace CourseCompanion.Data.Synthetic;

/// <summary>Images drawn by the generator.</summary>
/// <param name="Images">The pixels, [N, C, H, W] in C order.</param>
/// <param name="Labels">The labels: N class numbers, or N rows of zeros and ones for a multi-label task.</param>
public sealed record SyntheticSplit(byte[] Images, long[] Labels);

/// <summary>
/// Draws look-alikes of the course's datasets, so that every chapter runs without any data: the same shapes, class counts,
/// imbalance and colours, and classes that can be learnt but overlap. Good for trying the code; figures obtained on them
/// say nothing about medicine, and every display says so.
/// </summary>
/// <remarks>Images depend on name, split, index and seed alone: the same bytes on every machine, whatever the number of cores.</remarks>
public static class SyntheticDatasets
{
    /// <summary>How often a finding is present in an image of a multi-label set.</summary>
    private const float FindingRate = 0.1f;

    /// <summary>Draws the images of one split.</summary>
    /// <param name="info">The dataset to imitate.</param>
    /// <param name="split">The split to imitate: <c>train</c>, <c>val</c> or <c>test</c>.</param>
    /// <param name="seed">Other seeds give other images.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>As many images and labels as the real split has.</returns>
    /// <exception cref="ArgumentException">There is no such split.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static SyntheticSplit Generate(DatasetInfo info, string split, int seed = 42, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(info);
        SplitInfo size = split switch
        {
            "train" => info.Train,
            "val" => info.Validation,
            "test" => info.Test,
            _ => throw new ArgumentException($"There is no split '{split}', only train, val and test.", nameof(split)),
        };

        ulong series = PortableRandom.Series($"{info.Name}/{split}");
        int[] classes = DrawClasses(info, size, PortableRandom.For(seed, series, -1));
        int imageLength = info.Channels * info.Height * info.Width;
        byte[] images = new byte[size.Count * imageLength];
        Parallel.For(
            0,
            classes.Length,
            new ParallelOptions { CancellationToken = cancellation },
            () => (Canvas: new Canvas(info.Channels, info.Height, info.Width), Painter: CreatePainter(info)),
            (index, _, tools) =>
            {
                PortableRandom random = PortableRandom.For(seed, series, index);
                tools.Painter.Paint(tools.Canvas, classes[index], ref random);
                tools.Canvas.Develop(grain: 5f, ref random, images.AsSpan(index * imageLength, imageLength));
                return tools;
            },
            _ => { });
        return new SyntheticSplit(images, ToLabels(info, classes));
    }

    /// <summary>What draws a dataset's look-alikes.</summary>
    internal static Painter CreatePainter(DatasetInfo info) => info.SyntheticStyle switch
    {
        "lesion" => new LesionPainter(),
        "cell" => new CellPainter(),
        "tissue" => new TissuePainter(info),
        "scan" => new ScanPainter(info),
        _ => throw new ArgumentException($"No painter is called '{info.SyntheticStyle}'.", nameof(info)),
    };

    /// <summary>The classes of every image, one bit each, in random order.</summary>
    private static int[] DrawClasses(DatasetInfo info, SplitInfo size, PortableRandom random)
    {
        int[] classes = new int[size.Count];
        if (info.Task == DatasetTask.MultiLabel)
        {
            for (int bit = 0; bit < info.ClassCount * classes.Length; bit++)
            {
                classes[bit / info.ClassCount] |= random.NextUnit() < FindingRate ? 1 << (bit % info.ClassCount) : 0;
            }

            return classes;
        }

        int next = 0;
        for (int label = 0; label < info.ClassCount; label++)
        {
            // Where the class counts are not published, all classes are equally frequent.
            long end = size.ClassCounts is { } counts ? next + counts[label] : size.Count * (label + 1) / info.ClassCount;
            for (; next < end; next++)
            {
                classes[next] = 1 << label;
            }
        }

        random.Shuffle(classes.AsSpan());
        return classes;
    }

    private static long[] ToLabels(DatasetInfo info, int[] classes) => info.Task == DatasetTask.MultiLabel
        ? [.. classes.SelectMany(bits => Enumerable.Range(0, info.ClassCount).Select(label => (long)((bits >> label) & 1)))]
        : Array.ConvertAll(classes, bits => (long)int.TrailingZeroCount(bits));
}
