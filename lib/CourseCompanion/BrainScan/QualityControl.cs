using CourseCompanion.Data.Images;
using CourseCompanion.Files;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>Why a scan is kept apart.</summary>
public enum ScanFault
{
    /// <summary>It can be used.</summary>
    None,

    /// <summary>The file is no image that can be read.</summary>
    Unreadable,

    /// <summary>The file ends before its image does.</summary>
    Truncated,

    /// <summary>Its size is not that of the others.</summary>
    WrongSize,

    /// <summary>One grey value all over.</summary>
    Blank,

    /// <summary>Almost nothing is brighter than the background.</summary>
    NearBlank,

    /// <summary>Copies of it stand in both classes: nobody knows which label is right.</summary>
    ConflictingLabels,

    /// <summary>An unlabelled copy of a labelled image: a leak, were the image in a test set.</summary>
    CopyOfLabelled,

    /// <summary>A copy of an image that comes before it in the set.</summary>
    Copy,
}

/// <summary>What quality control says of one file.</summary>
/// <param name="File">The file.</param>
/// <param name="Measures">What its pixels say; null when they cannot be read.</param>
/// <param name="Fault">Why it is kept apart, or <see cref="ScanFault.None"/>.</param>
/// <param name="Detail">What exactly is wrong, in English as exceptions are; empty when nothing is.</param>
/// <param name="Original">The path of the file that it is a copy of, or null.</param>
public sealed record ExaminedScan(ScanFile File, ScanMeasures? Measures, ScanFault Fault, string Detail = "", string? Original = null);

/// <summary>
/// Looks at every file of a set, one by one: what is wrong with one is written down, and the others go on. Files are never changed, moved
/// or deleted: those kept apart stand in the report and in the manifest.
/// </summary>
public static class QualityControl
{
    /// <summary>Below this contrast an image is <see cref="ScanFault.Blank"/>: compression alone makes more.</summary>
    public const double BlankDeviation = 1;

    /// <summary>Below this share of pixels brighter than the background, an image is <see cref="ScanFault.NearBlank"/>.</summary>
    public const double BlankForeground = 0.02;

    /// <summary>Examines all files of a folder, in parallel.</summary>
    /// <param name="folder">The set.</param>
    /// <param name="known">What earlier examinations measured, by checksum: such files are not read again.</param>
    /// <param name="cancellation">Stops the work; so does the notebook's stop button.</param>
    /// <returns>The report: one entry per file, in the order of the folder.</returns>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static QualityReport Examine(ScanFolder folder, IReadOnlyDictionary<string, FileExamination>? known = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var examinations = new FileExamination[folder.Files.Count];
        int[] unknown = [.. Enumerable.Range(0, examinations.Length).Where(i => known is null || !known.TryGetValue(folder.Files[i].Sha256, out examinations[i]!))];
        if (unknown.Length > 0)
        {
            using var progress = WorkContext.Progress.Start("Contrôle qualité", unknown.Length);
            var done = 0;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, WorkContext.Cancellation);
            Parallel.ForEach(unknown, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads(), CancellationToken = stop.Token }, i =>
            {
                examinations[i] = FileExamination.Of(folder.PathOf(folder.Files[i]));
                progress.Report(Interlocked.Increment(ref done));
            });
        }

        return new QualityReport(folder, Judge(folder.Files, examinations));
    }

    private static ExaminedScan[] Judge(IReadOnlyList<ScanFile> files, FileExamination[] examinations)
    {
        // The size that most files have is the right one.
        var usual = examinations.Where(examination => examination.Measures is not null)
            .GroupBy(examination => (examination.Measures!.Width, examination.Measures.Height))
            .OrderByDescending(group => group.Count()).FirstOrDefault()?.Key ?? (0, 0);
        var scans = files.Zip(examinations, (file, examination) => Judge(file, examination, usual)).ToArray();

        // Copies: files come labelled first, so that the first of each checksum is the one to keep.
        foreach (var copies in Enumerable.Range(0, files.Count).Where(i => scans[i].Fault == ScanFault.None).GroupBy(i => files[i].Sha256).Where(group => group.Skip(1).Any()))
        {
            var first = files[copies.First()];
            var isConflict = copies.Select(i => files[i].Label).Where(label => label != ScanClass.Unlabelled).Distinct().Skip(1).Any();
            foreach (var i in copies)
            {
                scans[i] = isConflict && files[i].Label != ScanClass.Unlabelled
                    ? scans[i] with { Fault = ScanFault.ConflictingLabels, Detail = "the same bytes stand in both classes", Original = first == files[i] ? null : first.Path }
                    : first == files[i] ? scans[i]
                    : scans[i] with
                    {
                        Fault = first.Label != ScanClass.Unlabelled && files[i].Label == ScanClass.Unlabelled ? ScanFault.CopyOfLabelled : ScanFault.Copy,
                        Detail = $"the same bytes as {first.Path}",
                        Original = first.Path,
                    };
            }
        }

        return scans;
    }

    private static ExaminedScan Judge(ScanFile file, FileExamination examination, (int Width, int Height) usual)
    {
        if (examination.Measures is not { } measures)
        {
            return new(file, null, examination.IsTruncated ? ScanFault.Truncated : ScanFault.Unreadable, examination.Problem);
        }

        var (fault, detail) =
            (measures.Width, measures.Height) != usual ? (ScanFault.WrongSize, Text($"{measures.Width} x {measures.Height} pixels, where most have {usual.Width} x {usual.Height}"))
            : measures.Deviation < BlankDeviation ? (ScanFault.Blank, Text($"its grey values have a standard deviation of {measures.Deviation:0.00}"))
            : measures.Foreground < BlankForeground ? (ScanFault.NearBlank, Text($"only {measures.Foreground:0.000} of its pixels are brighter than {ScanMeasures.Dark}"))
            : (ScanFault.None, "");
        return new(file, measures, fault, detail);

        static string Text(FormattableString text) => FormattableString.Invariant(text);
    }
}

/// <summary>What reading one file gave, whatever set it stands in.</summary>
/// <param name="Measures">What its pixels say, or null.</param>
/// <param name="IsTruncated">Whether it ends too early.</param>
/// <param name="Problem">Why it cannot be read; empty when it can.</param>
public sealed record FileExamination(ScanMeasures? Measures, bool IsTruncated, string Problem)
{
    /// <summary>Reads a file; whatever is wrong with it comes back as a problem.</summary>
    /// <param name="path">The file.</param>
    public static FileExamination Of(string path)
    {
        try
        {
            using var scope = NewDisposeScope();
            using Tensor image = ImageFile.Load(path, channels: 1);
            return image.shape[1] <= 16 || image.shape[2] <= 16
                ? new(null, false, $"it has {image.shape[2]} x {image.shape[1]} pixels")
                : new(ScanMeasures.Of(image), false, "");
        }
        catch (Exception exception) when (exception is DatasetException or IOException or UnauthorizedAccessException)
        {
            var problem = (exception as DataFormatException)?.Problem ?? exception.Message;
            return new(null, problem.Contains("truncated", StringComparison.Ordinal) || problem.StartsWith("its pixels end", StringComparison.Ordinal), problem);
        }
    }
}
