using CourseCompanion.French;
using Microsoft.Data.Analysis;

namespace CourseCompanion.BrainScan;

/// <summary>What quality control found in a set: one entry per file, the broken ones included.</summary>
/// <param name="Folder">The set.</param>
/// <param name="Scans">One entry per file, in the order of the folder.</param>
public sealed record QualityReport(ScanFolder Folder, IReadOnlyList<ExaminedScan> Scans)
{
    /// <summary>The files to work with: readable, each image once, labelled ones first.</summary>
    public IReadOnlyList<ExaminedScan> Usable { get; } = [.. Scans.Where(scan => scan.Fault == ScanFault.None)];

    /// <summary>The files kept apart.</summary>
    public IReadOnlyList<ExaminedScan> Quarantined { get; } = [.. Scans.Where(scan => scan.Fault != ScanFault.None)];

    /// <summary>How many files have a fault.</summary>
    /// <param name="fault">The fault.</param>
    public int Count(ScanFault fault) => Scans.Count(scan => scan.Fault == fault);

    /// <summary>The report as a table: what was found, how many files, an example.</summary>
    /// <param name="nearCopies">Near copies among <see cref="Usable"/>, if they have been looked for: one row more.</param>
    /// <returns>« Constat », « Fichiers », « Exemple ».</returns>
    public DataFrame ToDataFrame(IReadOnlyList<NearCopy>? nearCopies = null)
    {
        List<(string Name, int Count, string? Example)> rows =
        [
            .. Enum.GetValues<ScanFault>().Select(fault => (FrenchName(fault), Count(fault), fault == ScanFault.None ? null : Scans.FirstOrDefault(scan => scan.Fault == fault)?.File.Path)),
        ];
        if (nearCopies is not null)
        {
            int[] members = [.. nearCopies.SelectMany(pair => (int[])[pair.First, pair.Second]).Distinct()];
            rows.Insert(1, ("dont presque copies d’une autre", members.Length, members.Length == 0 ? null : Usable[members[0]].File.Path));
        }

        return new DataFrame(
            new StringDataFrameColumn("Constat", rows.Select(row => row.Name)),
            new Int32DataFrameColumn("Fichiers", rows.Select(row => row.Count)),
            new StringDataFrameColumn("Exemple", rows.Select(row => row.Example)));
    }

    /// <summary>The name of a fault for the student.</summary>
    /// <param name="fault">The fault.</param>
    public static string FrenchName(ScanFault fault) => FrenchText.Typeset(fault switch
    {
        ScanFault.None => "utilisable",
        ScanFault.Unreadable => "illisible",
        ScanFault.Truncated => "tronqué",
        ScanFault.WrongSize => "autre taille",
        ScanFault.Blank => "uniforme",
        ScanFault.NearBlank => "presque vide",
        ScanFault.ConflictingLabels => "étiquettes contradictoires",
        ScanFault.CopyOfLabelled => "copie d’une image étiquetée",
        _ => "copie",
    });
}
