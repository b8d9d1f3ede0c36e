using CourseCompanion.Evaluation;
using Microsoft.Data.Analysis;

namespace CourseCompanion.BrainScan;

/// <summary>One number about how a scan was acquired, and how well it alone tells the classes apart.</summary>
/// <param name="Key">Name for machines.</param>
/// <param name="Name">Name for the student.</param>
/// <param name="Of">The number of a scan.</param>
public sealed record AcquisitionStatistic(string Key, string Name, Func<ExaminedScan, double> Of);

/// <summary>
/// Were the classes acquired alike? Each statistic says nothing about any tumour: it is about the scanner and the export. If one of them
/// tells the classes apart, so can a network, for the wrong reason.
/// </summary>
public static class Acquisition
{
    /// <summary>The statistics, of the file and of its grey values.</summary>
    public static IReadOnlyList<AcquisitionStatistic> Statistics { get; } =
    [
        new("bytes", "Taille du fichier (octets)", scan => scan.File.Bytes),
        new("mean", "Gris moyen", scan => scan.Measures!.Mean),
        new("deviation", "Contraste (écart-type)", scan => scan.Measures!.Deviation),
        new("brightest", "Gris des pixels clairs (99 %)", scan => scan.Measures!.Brightest),
        new("border", "Gris du bord", scan => scan.Measures!.Border),
        new("foreground", "Part de pixels clairs", scan => scan.Measures!.Foreground),
    ];

    /// <summary>The statistics of both classes.</summary>
    /// <param name="scans">Readable scans; the unlabelled ones are left aside.</param>
    /// <returns>
    /// « Mesure », means « Normale » and « Cancer », and « AUC »: how often the statistic is larger in the scan with cancer, of a pair of both classes;
    /// 0.5 tells nothing, 0 tells as much as 1.
    /// </returns>
    /// <exception cref="ArgumentException">A class has no scan.</exception>
    public static DataFrame Compare(IReadOnlyList<ExaminedScan> scans)
    {
        var (labelled, isCancer) = Labelled(scans);
        var values = Statistics.Select(statistic => labelled.Select(statistic.Of).ToArray()).ToArray();
        return new DataFrame(
            new StringDataFrameColumn("Mesure", Statistics.Select(statistic => French.FrenchText.Typeset(statistic.Name))),
            new DoubleDataFrameColumn("Normale", values.Select(row => MeanOf(row, isCancer, false))),
            new DoubleDataFrameColumn("Cancer", values.Select(row => MeanOf(row, isCancer, true))),
            new DoubleDataFrameColumn("AUC", values.Select(row => Auc(row, isCancer))));
    }

    /// <summary>How often a statistic is larger in the scan with cancer, of a pair of both classes.</summary>
    /// <param name="scans">Readable scans; the unlabelled ones are left aside.</param>
    /// <param name="statistic">The statistic.</param>
    /// <returns>The AUC, 0 to 1.</returns>
    /// <exception cref="ArgumentException">A class has no scan.</exception>
    public static double Auc(IReadOnlyList<ExaminedScan> scans, Func<ExaminedScan, double> statistic)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        var (labelled, isCancer) = Labelled(scans);
        return Auc([.. labelled.Select(statistic)], isCancer);
    }

    private static (ExaminedScan[] Scans, bool[] IsCancer) Labelled(IReadOnlyList<ExaminedScan> scans)
    {
        ArgumentNullException.ThrowIfNull(scans);
        ExaminedScan[] labelled = [.. scans.Where(scan => scan.File.Label != ScanClass.Unlabelled && scan.Measures is not null)];
        bool[] isCancer = [.. labelled.Select(scan => scan.File.Label == ScanClass.Cancer)];
        return isCancer.Distinct().Count() == 2 ? (labelled, isCancer) : throw new ArgumentException("Both classes need a readable scan.", nameof(scans));
    }

    private static double Auc(double[] values, bool[] isCancer) => RocAuc.Binary([.. values.Select(value => (float)value)], isCancer);

    private static double MeanOf(double[] values, bool[] isCancer, bool wanted) => values.Where((_, i) => isCancer[i] == wanted).Average();
}
