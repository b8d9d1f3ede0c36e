using CourseCompanion.BrainScan;
using CourseCompanion.Data.Sources;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

[Collection(WorkContextTests.Name)]
public class BrainScanMissionTests
{
    private static readonly SyntheticScans Small = new(PerClass: 8, Unlabelled: 40, Size: 64);

    [Fact]
    public void The_mission_has_each_usable_scan_once_labelled_ones_first()
    {
        using var cache = new TemporaryFolder();
        SyntheticScans.Write(cache["data/brain-mri"], Small);
        var options = new DataOptions { Directory = cache["data"], CacheDirectory = cache["cache"], Offline = true };
        using BrainScanMission mission = BrainScanMission.Open(options: options);

        Assert.Equal(16, mission.LabelledCount);
        Assert.Equal(mission.Scans.Count, mission.Scans.Select(scan => scan.Sha256).Distinct().Count());
        Assert.All(mission.Scans.Take(mission.LabelledCount), scan => Assert.NotEqual(ScanClass.Unlabelled, scan.Label));
        Assert.All(mission.Scans.Skip(mission.LabelledCount), scan => Assert.Equal(ScanClass.Unlabelled, scan.Label));
        Assert.Equal(mission.Scans.Select(scan => (long)scan.Label), mission.Labels.data<long>().ToArray());
        Assert.Equal([mission.Scans.Count, 512], mission.Features.shape);
        Assert.Equal([mission.Scans.Count], mission.Families.shape);
        using Tensor images = mission.LoadImages(32);
        Assert.Equal([mission.Scans.Count, 1, 32, 32], images.shape);
        Assert.Equal(ScalarType.Byte, images.dtype);
    }

    [Fact]
    public void Opening_again_gives_the_same_features_without_computing_them()
    {
        using var cache = new TemporaryFolder();
        SyntheticScans.Write(cache["data/brain-mri"], Small);
        var options = new DataOptions { Directory = cache["data"], CacheDirectory = cache["cache"], Offline = true };
        using BrainScanMission first = BrainScanMission.Open(options: options);
        (string, DateTime)[] Written() => [.. Directory.GetFiles(cache["cache/brainscan/vectors"]).Order().Select(file => (file, File.GetLastWriteTimeUtc(file)))];
        var files = Written();
        using BrainScanMission again = BrainScanMission.Open(options: options);

        Assert.True(first.Features.equal(again.Features).all().item<bool>());
        Assert.Equal(files, Written());
    }
}
