using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>
/// How the labelled scans are cut: across (axial), from ear to ear (coronal), from nose to neck (sagittal). No diagnosis needs it; it tells
/// whether a cluster, or a classifier, has found the tumour or only the view. On the real set somebody looked at each labelled image, who
/// is no radiologist (<c>datasets/references/brain-mri-views.csv</c>; one image is left out as unclear); on drawn slices the program knows.
/// </summary>
public static class ScanViews
{
    /// <summary>Stands for a view that nobody noted.</summary>
    public const long Unknown = -1;

    private const string Resource = "CourseCompanion.datasets.brain-mri-views.csv";

    /// <summary>Names for machines, by number.</summary>
    public static IReadOnlyList<string> Names { get; } = ["axial", "coronal", "sagittal"];

    /// <summary>Names for the student, by number.</summary>
    public static IReadOnlyList<string> FrenchNames { get; } = ["axiale", "coronale", "sagittale"];

    /// <summary>The view of each scan.</summary>
    /// <param name="mission">The set.</param>
    /// <returns>Views [N], int64: places in <see cref="Names"/>; <see cref="Unknown"/> for all scans without a label, and where unclear.</returns>
    public static Tensor Of(BrainScanMission mission)
    {
        ArgumentNullException.ThrowIfNull(mission);
        Dictionary<string, long> known = mission.Provenance is { IsSynthetic: true, Seed: { } seed }
            ? SyntheticScans.ForProfile(seed).Views().ToDictionary(view => Path.GetFileName(view.Key), view => (long)view.Value)
            : Noted();
        return tensor(
            [.. mission.Scans.Select(scan => scan.Label == ScanClass.Unlabelled ? Unknown : known.GetValueOrDefault(Path.GetFileName(scan.Path), Unknown))],
            ScalarType.Int64);
    }

    /// <summary>The views that were noted on the real set, by file name.</summary>
    internal static Dictionary<string, long> Noted()
    {
        using var reader = new StreamReader(typeof(ScanViews).Assembly.GetManifestResourceStream(Resource)!);
        string[] names = [.. Names];
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Trim().Split(','))
            .ToDictionary(cells => cells[0], cells => (long)Array.IndexOf(names, cells[1]));
    }
}
