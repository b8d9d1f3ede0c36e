using CourseCompanion.BrainScan;

namespace CourseCompanion.Tests.BrainScan;

public class QualityControlTests
{
    [Fact]
    public void Every_planted_fault_is_found_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var scans = new SyntheticScans(PerClass: 10, Unlabelled: 60, Size: 64);
        SyntheticScans.Write(folder["brain-mri"], scans);
        QualityReport report = QualityControl.Examine(ScanFolder.Open(folder["brain-mri"]));

        Dictionary<string, PlantedScan> planted = scans.Plan().ToDictionary(scan => scan.Path);
        Assert.Equal(80, report.Scans.Count);
        foreach (ExaminedScan scan in report.Scans)
        {
            PlantedScan plan = planted[scan.File.Path];

            // Of an unlabelled image and its copy, the one whose name comes first is kept.
            if (plan is { Kind: PlantedKind.Copy, Original: { } original } && planted[original].Label == ScanClass.Unlabelled)
            {
                bool isFirst = string.CompareOrdinal(scan.File.Path, original) < 0;
                Assert.Equal(isFirst ? ScanFault.None : ScanFault.Copy, scan.Fault);
                Assert.Equal(isFirst ? ScanFault.Copy : ScanFault.None, report.Scans.Single(other => other.File.Path == original).Fault);
                continue;
            }

            ScanFault expected = plan.Kind switch
            {
                PlantedKind.Copy => ScanFault.CopyOfLabelled,
                PlantedKind.Truncated => ScanFault.Truncated,
                PlantedKind.NotAnImage => ScanFault.Unreadable,
                PlantedKind.Blank => ScanFault.Blank,
                PlantedKind.NearBlank => ScanFault.NearBlank,
                PlantedKind.WrongSize => ScanFault.WrongSize,
                _ => ScanFault.None,
            };
            if (expected != ScanFault.None || !planted.Values.Any(other => other.Kind == PlantedKind.Copy && other.Original == plan.Path))
            {
                Assert.Equal(expected, scan.Fault);
            }
        }
    }

    [Fact]
    public void The_generator_draws_the_same_files_again()
    {
        using var folder = new TemporaryFolder();
        var scans = new SyntheticScans(PerClass: 4, Unlabelled: 30, Size: 32);
        SyntheticScans.Write(folder["a"], scans);
        SyntheticScans.Write(folder["b"], scans);
        Assert.Equal(ScanFolder.Open(folder["a"]).Files, ScanFolder.Open(folder["b"]).Files);
    }
}
