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
    /// <returns>« Constat », « Fichiers », « Exemple ».</returns>
    public DataFrame ToDataFrame()
    {
        var faults = Enum.GetValues<ScanFault>();
        return new DataFrame(
            new StringDataFrameColumn("Constat", faults.Select(FrenchName)),
            new Int32DataFrameColumn("Fichiers", faults.Select(Count)),
            new StringDataFrameColumn("Exemple", faults.Select(fault => fault == ScanFault.None ? null : Scans.FirstOrDefault(scan => scan.Fault == fault)?.File.Path)));
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
