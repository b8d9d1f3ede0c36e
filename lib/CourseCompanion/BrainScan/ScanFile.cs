namespace CourseCompanion.BrainScan;

/// <summary>One file of the set of scans.</summary>
/// <param name="Path">Its place below the set's folder, with <c>/</c> between folders on every system.</param>
/// <param name="Label">One of <see cref="ScanClass"/>: what the folder says that holds it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Checksum of its content, in hexadecimal: files with the same one are copies of each other. Empty when the file cannot be opened.</param>
public sealed record ScanFile(string Path, int Label, long Bytes, string Sha256);

/// <summary>The labels of the mission.</summary>
public static class ScanClass
{
    /// <summary>No tumour was reported.</summary>
    public const int Normal = 0;

    /// <summary>A tumour was reported: the class that must not be missed.</summary>
    public const int Cancer = 1;

    /// <summary>Nobody has looked at it.</summary>
    public const int Unlabelled = -1;

    /// <summary>Names for machines, by label: the set's own folders.</summary>
    public static IReadOnlyList<string> Names { get; } = ["normal", "cancer"];

    /// <summary>Names for the student, by label.</summary>
    public static IReadOnlyList<string> FrenchNames { get; } = ["normale", "cancer"];

    /// <summary>The name of a label for the student.</summary>
    /// <param name="label">A label.</param>
    /// <returns><c>normale</c>, <c>cancer</c> or <c>sans étiquette</c>.</returns>
    public static string FrenchName(long label) => label is Normal or Cancer ? FrenchNames[(int)label] : "sans étiquette";
}
