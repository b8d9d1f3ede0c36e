using System.Globalization;
using CourseCompanion.Data;
using CourseCompanion.Data.Images;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>What a drawn file is.</summary>
public enum PlantedKind
{
    /// <summary>A slice like the others.</summary>
    Slice,

    /// <summary>Byte for byte the file it was taken from.</summary>
    Copy,

    /// <summary>The same slice with another exposure and other noise, as if it had been saved twice.</summary>
    NearCopy,

    /// <summary>The first half of a file.</summary>
    Truncated,

    /// <summary>A text with the extension of an image.</summary>
    NotAnImage,

    /// <summary>One grey value all over.</summary>
    Blank,

    /// <summary>Noise around black, without any head.</summary>
    NearBlank,

    /// <summary>A slice in another size than all others.</summary>
    WrongSize,
}

/// <summary>A file that the generator draws, and what is known of it: the answers that quality control has to find.</summary>
/// <param name="Path">Its place in the set.</param>
/// <param name="Label">Its label; -1 for an unlabelled file.</param>
/// <param name="Truth">What it shows, labelled or not: 1 where there is a mass.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Original">The file of which it is a copy or near copy, or null.</param>
public sealed record PlantedScan(string Path, int Label, int Truth, PlantedKind Kind, string? Original);

/// <summary>
/// Draws a set of MRI-like slices into a folder: three views, three sequences, with and without a mass, and the faults that real sets have.
/// As in the real set, the classes were not acquired alike: most normal slices are axial T2 or FLAIR, most of the others T1 in all views.
/// </summary>
/// <param name="PerClass">Labelled slices of each class.</param>
/// <param name="Unlabelled">Files without a label.</param>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="Seed">Other seeds give other slices.</param>
public sealed record SyntheticScans(int PerClass = 50, int Unlabelled = 1406, int Size = 128, int Seed = 42)
{
    /// <summary>Labelled files of each class that the trial profile takes.</summary>
    internal const int TrialPerClass = 20;

    /// <summary>Unlabelled files that the trial profile takes.</summary>
    internal const int TrialUnlabelled = 120;

    // Changes whenever what is drawn does: an older folder of the cache is then left alone.
    private const int Version = 1;

    private static readonly ulong Series = PortableRandom.Series("brain-mri");
    private static readonly string[] Folders = ["avec_labels/normal", "avec_labels/cancer", "sans_label"];

    /// <summary>The folder's name: equal names, equal content.</summary>
    public string FolderName => string.Create(CultureInfo.InvariantCulture, $"{ScanFolder.SetName}-{2 * PerClass}-{Unlabelled}-{Size}-{Seed}-v{Version}");

    /// <summary>The set of the current profile: as many files as the real set, or 160 in the trial profile.</summary>
    /// <param name="seed">The seed.</param>
    public static SyntheticScans ForProfile(int seed) =>
        Profile.Select(new SyntheticScans(TrialPerClass, TrialUnlabelled, Seed: seed), new SyntheticScans(Seed: seed), new SyntheticScans(Seed: seed));

    /// <summary>What is drawn, without drawing it.</summary>
    /// <returns>Every file: the labelled ones, then the others.</returns>
    public IReadOnlyList<PlantedScan> Plan()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PerClass, 2, nameof(PerClass));
        ArgumentOutOfRangeException.ThrowIfLessThan(Unlabelled, 30, nameof(Unlabelled));
        var random = PortableRandom.For(Seed, Series, -1);
        List<PlantedScan> plan = [];
        for (var i = 0; i < 2 * PerClass; i++)
        {
            plan.Add(new(NewPath(i / PerClass, ref random), i / PerClass, i / PerClass, PlantedKind.Slice, null));
        }

        // Faults first, then slices up to the number wanted; they are mixed by their names.
        List<PlantedScan> others = [];
        foreach (var kind in (PlantedKind[])[PlantedKind.Truncated, PlantedKind.NotAnImage, PlantedKind.Blank, PlantedKind.NearBlank, PlantedKind.WrongSize])
        {
            others.Add(new(NewPath(2, ref random), ScanClass.Unlabelled, random.NextIndex(2), kind, null));
        }

        var originals = plan.ToArray();
        random.Shuffle(originals.AsSpan());
        var copies = Math.Max(2, 31 * plan.Count / 100);
        others.AddRange(originals.Take(copies).Select(original => CopyOf(original, PlantedKind.Copy, ref random)));
        others.AddRange(originals.Skip(copies).Take(Math.Max(2, plan.Count / 20)).Select(original => CopyOf(original, PlantedKind.NearCopy, ref random)));
        var (sameBytes, sameSlice) = (Math.Max(2, Unlabelled / 24), Math.Max(2, Unlabelled / 48));
        var slices = Unlabelled - others.Count - sameBytes - sameSlice;
        var fresh = Enumerable.Range(0, slices).Select(_ => new PlantedScan(NewPath(2, ref random), ScanClass.Unlabelled, random.NextIndex(2), PlantedKind.Slice, null)).ToList();
        others.AddRange(fresh);
        others.AddRange(fresh.Take(sameBytes).Select(original => CopyOf(original, PlantedKind.Copy, ref random)));
        others.AddRange(fresh.Skip(sameBytes).Take(sameSlice).Select(original => CopyOf(original, PlantedKind.NearCopy, ref random)));
        return [.. plan, .. others];
    }

    /// <summary>The view of every file that shows a slice, by path.</summary>
    internal IReadOnlyDictionary<string, BrainView> Views()
    {
        var plan = Plan();
        Dictionary<string, int> places = plan.Select((scan, index) => (scan.Path, index)).ToDictionary();
        return plan.Where(scan => scan.Kind is PlantedKind.Slice or PlantedKind.Copy or PlantedKind.NearCopy).ToDictionary(scan => scan.Path, scan =>
        {
            var random = PortableRandom.For(Seed, Series + 1, places[scan.Original ?? scan.Path]);
            return Choose(scan.Truth, ref random).View;
        });
    }

    /// <summary>Draws the set, unless the folder is there already. It appears whole or not at all.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="scans">Which set.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped; nothing is left of it.</exception>
    public static void Write(string folder, SyntheticScans scans, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(scans);
        folder = Path.GetFullPath(folder);
        if (Directory.Exists(folder))
        {
            return;
        }

        var unfinished = $"{folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            scans.Draw(unfinished, cancellation);
            Directory.Move(unfinished, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was faster; its set is the same.
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    private void Draw(string folder, CancellationToken cancellation)
    {
        var plan = Plan();
        foreach (var part in Folders)
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        Dictionary<string, int> places = plan.Select((scan, index) => (scan.Path, index)).ToDictionary();
        using var progress = WorkContext.Progress.Start("Dessin des coupes", plan.Count);
        var drawn = 0;
        Parallel.For(
            0,
            plan.Count,
            new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount },
            () => new BrainPainter(),
            (index, _, painter) =>
            {
                File.WriteAllBytes(Path.Combine(folder, plan[index].Path), Encode(plan, places, index, painter));
                progress.Report(Interlocked.Increment(ref drawn));
                return painter;
            },
            _ => { });
    }

    private byte[] Encode(IReadOnlyList<PlantedScan> plan, Dictionary<string, int> places, int index, BrainPainter painter)
    {
        var scan = plan[index];
        var source = scan.Original is { } original ? places[original] : index;
        var noise = PortableRandom.For(Seed, Series, scan.Kind == PlantedKind.NearCopy ? plan.Count + index : source);
        switch (scan.Kind)
        {
            case PlantedKind.NotAnImage:
                return "Cette coupe n'a pas pu être exportée."u8.ToArray();
            case PlantedKind.Blank:
                return Png(Size, pixels => pixels.Fill(3));
            case PlantedKind.NearBlank:
                return Png(Size, pixels =>
                {
                    for (var i = 0; i < pixels.Length; i++)
                    {
                        pixels[i] = (byte)noise.NextIndex(8);
                    }
                });
            default:
                var size = scan.Kind == PlantedKind.WrongSize ? Size * 3 / 4 : Size;
                var png = Png(size, pixels => Paint(pixels, size, plan[source].Truth, source, scan.Kind == PlantedKind.NearCopy, painter, ref noise));
                return scan.Kind == PlantedKind.Truncated ? png[..(png.Length / 2)] : png;
        }
    }

    private void Paint(Span<byte> pixels, int size, int truth, int source, bool isNearCopy, BrainPainter painter, ref PortableRandom noise)
    {
        var random = PortableRandom.For(Seed, Series + 1, source);
        Canvas canvas = new(1, size, size);
        painter.Paint(canvas, Choose(truth, ref random), ref random);
        canvas.Develop(grain: 4f, ref noise, pixels);
        if (isNearCopy)
        {
            var exposure = noise.Next(0.94f, 1.06f);
            foreach (ref var pixel in pixels)
            {
                pixel = (byte)Math.Clamp((pixel * exposure) + 0.5f, 0f, 255f);
            }
        }
    }

    /// <summary>View and sequence, which depend on the class as in the real set: the planted leak.</summary>
    private static BrainSlice Choose(int truth, ref PortableRandom random)
    {
        var (view, sequence) = (random.NextUnit(), random.NextUnit());
        return truth == ScanClass.Cancer
            ? new(view < 0.45f ? BrainView.Axial : view < 0.75f ? BrainView.Coronal : BrainView.Sagittal,
                sequence < 0.7f ? BrainSequence.T1 : sequence < 0.85f ? BrainSequence.T2 : BrainSequence.Flair, HasLesion: true)
            : new(view < 0.8f ? BrainView.Axial : view < 0.9f ? BrainView.Coronal : BrainView.Sagittal,
                sequence < 0.3f ? BrainSequence.T1 : sequence < 0.65f ? BrainSequence.T2 : BrainSequence.Flair, HasLesion: false);
    }

    private static byte[] Png(int size, SpanAction<byte> fill)
    {
        using var scope = NewDisposeScope();
        using Tensor image = empty([1, size, size], ScalarType.Byte);
        fill(image.bytes);
        return ImageFile.ToPng(image);
    }

    private static PlantedScan CopyOf(PlantedScan original, PlantedKind kind, ref PortableRandom random) =>
        new(NewPath(2, ref random), ScanClass.Unlabelled, original.Truth, kind, original.Path);

    private static string NewPath(int folder, ref PortableRandom random) => string.Create(CultureInfo.InvariantCulture, $"{Folders[folder]}/{random.NextBits():x16}.png");

    private delegate void SpanAction<T>(Span<T> span);
}
