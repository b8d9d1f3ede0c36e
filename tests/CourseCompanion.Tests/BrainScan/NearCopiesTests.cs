using CourseCompanion.BrainScan;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

public class NearCopiesTests
{
    [Fact]
    public void Families_join_near_copies_of_near_copies()
    {
        NearCopy[] pairs = [Pair(1, 4), Pair(2, 5), Pair(4, 6)];
        Assert.Equal([0, 1, 2, 3, 1, 2, 1], NearCopies.Families(7, pairs));
        Assert.Equal([0, 1, 2], NearCopies.Families(3, []));
    }

    [Fact]
    public void Every_planted_near_copy_is_found_by_its_hash()
    {
        using var folder = new TemporaryFolder();
        var scans = new SyntheticScans(PerClass: 20, Unlabelled: 120);
        SyntheticScans.Write(folder["brain-mri"], scans);
        QualityReport report = QualityControl.Examine(ScanFolder.Open(folder["brain-mri"]));
        IReadOnlyList<NearCopy> found = NearCopies.Find([.. report.Usable.Select(scan => scan.Measures!)]);

        // A copy may stand for its original: families of checksums, not of paths.
        Dictionary<string, string> contents = report.Scans.ToDictionary(scan => scan.File.Path, scan => scan.File.Sha256);
        HashSet<(string, string)> pairs = [.. found.Select(pair => Ordered(report.Usable[pair.First].File.Sha256, report.Usable[pair.Second].File.Sha256))];
        PlantedScan[] planted = [.. scans.Plan().Where(scan => scan.Kind == PlantedKind.NearCopy)];
        Assert.NotEmpty(planted);
        Assert.All(planted, scan => Assert.Contains(Ordered(contents[scan.Path], contents[scan.Original!]), pairs));
        Assert.InRange(found.Count, planted.Length, planted.Length + 2);
    }

    [Fact]
    public void A_mirror_image_is_a_near_copy()
    {
        using Tensor image = arange(0, 64 * 64, ScalarType.Int32).reshape(1, 64, 64).mul(7).remainder(251).to(ScalarType.Byte);
        using Tensor bright = image.clone();
        bright[0, 10..30, 5..20] = 250;
        using Tensor mirrored = bright.flip(2);
        NearCopy pair = Assert.Single(NearCopies.Find([ScanMeasures.Of(bright), ScanMeasures.Of(mirrored)]));
        Assert.True(pair.IsMirrored);
        Assert.Equal(0, pair.HashDistance);
        Assert.True(double.IsNaN(pair.CosineDistance));
    }

    [Fact]
    public void Features_find_what_the_hash_does_not()
    {
        ScanMeasures[] measures = [.. Enumerable.Range(0, 3).Select(seed => Noise(seed))];
        using Tensor features = tensor(new float[,] { { 1, 0 }, { 2, 0.01f }, { 0, 1 } });
        Assert.Empty(NearCopies.Find(measures));
        NearCopy pair = Assert.Single(NearCopies.Find(measures, features));
        Assert.Equal((0, 1), (pair.First, pair.Second));
        Assert.Equal(1 - (1 / Math.Sqrt(1 + (0.005 * 0.005))), pair.CosineDistance, 5);
    }

    private static ScanMeasures Noise(int seed)
    {
        // Noise in coarse squares, which a hash sees.
        var random = new Random(seed);
        using Tensor coarse = tensor(Enumerable.Range(0, 16 * 17).Select(_ => (byte)random.Next(256)).ToArray()).reshape(1, 16, 17);
        using Tensor image = coarse.repeat_interleave(4, 1).repeat_interleave(4, 2);
        return ScanMeasures.Of(image.contiguous());
    }

    private static NearCopy Pair(int first, int second) => new(first, second, 0, false, 0);

    private static (string, string) Ordered(string a, string b) => string.CompareOrdinal(a, b) < 0 ? (a, b) : (b, a);
}
