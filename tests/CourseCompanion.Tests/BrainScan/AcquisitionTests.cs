using CourseCompanion.BrainScan;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

public class AcquisitionTests
{
    [Fact]
    public void The_measures_of_an_image_are_those_computed_by_hand()
    {
        // 64 x 64: a border of one pixel at 100, the upper half of the inside at 200, the lower at 0.
        using Tensor image = zeros(1, 64, 64, ScalarType.Byte);
        image[0, 1..32, 1..63] = 200;
        image[0, 0] = 100;
        image[0, 63] = 100;
        image[0, .., 0] = 100;
        image[0, .., 63] = 100;
        ScanMeasures measures = ScanMeasures.Of(image);

        const double border = 4 * 63, bright = 31 * 62, all = 64 * 64;
        const double mean = ((100 * border) + (200 * bright)) / all;
        Assert.Equal((64, 64), (measures.Width, measures.Height));
        Assert.Equal(mean, measures.Mean, 9);
        Assert.Equal(Math.Sqrt((((10_000 * border) + (40_000 * bright)) / all) - (mean * mean)), measures.Deviation, 9);
        Assert.Equal(100, measures.Border, 9);
        Assert.Equal((border + bright) / all, measures.Foreground, 9);
        Assert.Equal(200, measures.Brightest);
    }

    [Fact]
    public void A_statistic_that_gives_the_class_away_has_an_AUC_of_1_or_0_and_one_that_does_not_a_half()
    {
        ExaminedScan[] scans = [Scan(0, 10, 5), Scan(0, 20, 8), Scan(1, 30, 5), Scan(1, 40, 8), Scan(-1, 99, 99)];
        Assert.Equal(1, Acquisition.Auc(scans, scan => scan.File.Bytes));
        Assert.Equal(0, Acquisition.Auc(scans, scan => -scan.File.Bytes));
        Assert.Equal(0.5, Acquisition.Auc(scans, scan => scan.Measures!.Border));
        var table = Acquisition.Compare(scans);
        Assert.Equal([15.0, 35.0, 1.0], ((string[])["Normale", "Cancer", "AUC"]).Select(column => (double)table[column][0]));
        Assert.Throws<ArgumentException>(() => Acquisition.Compare([scans[0], scans[1]]));
    }

    private static ExaminedScan Scan(int label, long bytes, double border) =>
        new(new ScanFile($"{label}-{bytes}.png", label, bytes, $"{bytes}"), new ScanMeasures(64, 64, 0, 0, 0, border, 0, default, default), ScanFault.None);
}
