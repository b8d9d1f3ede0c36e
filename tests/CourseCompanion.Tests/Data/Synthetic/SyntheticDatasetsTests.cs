using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Files;

namespace CourseCompanion.Tests.Data.Synthetic;

public class SyntheticDatasetsTests
{
    [Theory]
    [InlineData("dermamnist")]
    [InlineData("bloodmnist")]
    [InlineData("retinamnist")]
    [InlineData("breastmnist")]
    public void Generate_HasTheRealShapesAndClassCounts(string name)
    {
        DatasetInfo info = DatasetCatalog.Default[name];

        SyntheticSplit split = SyntheticDatasets.Generate(info, "test");

        Assert.Equal(info.Test.Count * info.Channels * 28 * 28, split.Images.Length);
        Assert.Equal(info.Test.ClassCounts!, Enumerable.Range(0, info.ClassCount).Select(label => split.Labels.LongCount(value => value == label)));
    }

    /// <summary>The bytes are pinned: a change of them changes every figure obtained without data.</summary>
    [Theory]
    [InlineData("dermamnist", "abe6fb0be8c36956d34ca898984e4333")]
    [InlineData("bloodmnist", "fb86d30ee19fd3eef4da593da5a8461d")]
    [InlineData("retinamnist", "ea511bb972f1d45b0edc15c61b6f9ddf")]
    [InlineData("breastmnist", "c87c7d75ce6d00e2a02337d642bda0d1")]
    public void Generate_SameBytesOnEveryMachine(string name, string md5)
    {
        SyntheticSplit split = SyntheticDatasets.Generate(DatasetCatalog.Default[name], "val");

        Assert.Equal(md5, Md5.Of(split.Images));
    }

    /// <summary>
    /// One canvas serves many images, which ones depends on the threads. Huge values make rounding visible that otherwise changes a
    /// byte in millions.
    /// </summary>
    [Theory]
    [InlineData("dermamnist")]
    [InlineData("bloodmnist")]
    [InlineData("tissuemnist")]
    [InlineData("breastmnist")]
    public void Paint_OnAUsedCanvas_GivesTheSameImage(string name)
    {
        DatasetInfo info = DatasetCatalog.Default[name];
        byte[] fresh = Draw(new Canvas(info.Channels, info.Height, info.Width));
        Canvas used = new(info.Channels, info.Height, info.Width);
        used.Fill(new System.Numerics.Vector3(1e9f));

        Assert.Equal(fresh, Draw(used));

        byte[] Draw(Canvas canvas)
        {
            byte[] image = new byte[info.Channels * info.Height * info.Width];
            PortableRandom random = new(1);
            SyntheticDatasets.CreatePainter(info).Paint(canvas, 2, ref random);
            canvas.Develop(grain: 5f, ref random, image);
            return image;
        }
    }

    [Fact]
    public void Generate_AnotherSeedOrSplit_GivesOtherImages()
    {
        DatasetInfo info = DatasetCatalog.Default["breastmnist"];
        byte[] first = SyntheticDatasets.Generate(info, "val", seed: 1).Images;

        Assert.NotEqual(first, SyntheticDatasets.Generate(info, "val", seed: 2).Images);
        Assert.Equal(first, SyntheticDatasets.Generate(info, "val", seed: 1).Images);
        Assert.NotEqual(first, SyntheticDatasets.Generate(info, "test", seed: 1).Images[..first.Length]);
    }

    [Fact]
    public void Generate_DermaMnist_HasTheColoursOfSkin()
    {
        SyntheticSplit split = SyntheticDatasets.Generate(DatasetCatalog.Default["dermamnist"], "test");
        const int Plane = 28 * 28;
        double[] means = [.. Enumerable.Range(0, 3).Select(channel => split.Images.Where((_, index) => index / Plane % 3 == channel).Average(value => (double)value))];

        // The real test images average 194, 139 and 146.
        Assert.InRange(means[0], 184, 204);
        Assert.InRange(means[1], 129, 149);
        Assert.InRange(means[2], 136, 156);
    }

    [Fact]
    public void Generate_MultiLabel_GivesARowOfZerosAndOnesPerImage()
    {
        DatasetInfo chest = DatasetCatalog.Default["chestmnist"] with { Test = new SplitInfo(200) };

        SyntheticSplit split = SyntheticDatasets.Generate(chest, "test");

        Assert.Equal(200 * 14, split.Labels.Length);
        Assert.All(split.Labels, value => Assert.InRange(value, 0, 1));
        Assert.InRange(split.Labels.Average(), 0.05, 0.15);
    }

    [Fact]
    public void Generate_ClassCountsUnpublished_SharesTheImagesOut()
    {
        DatasetInfo organs = DatasetCatalog.Default["organamnist"] with { Test = new SplitInfo(23) };

        SyntheticSplit split = SyntheticDatasets.Generate(organs, "test");

        Assert.Equal(23, split.Labels.Length);
        Assert.Equal(11, split.Labels.Distinct().Count());
    }

    [Fact]
    public void Generate_UnknownSplitOrCancelled_Throws()
    {
        DatasetInfo info = DatasetCatalog.Default["breastmnist"];

        Assert.Throws<ArgumentException>(() => SyntheticDatasets.Generate(info, "dev"));
        Assert.Throws<OperationCanceledException>(() => SyntheticDatasets.Generate(info, "val", cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void PortableRandom_IsUniformAndNormalEnough()
    {
        PortableRandom random = PortableRandom.For(7, 1, 2);
        float[] unit = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextUnit())];
        float[] normal = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextNormal())];
        int[] index = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextIndex(5))];

        Assert.InRange(unit.Average(), 0.49, 0.51);
        Assert.InRange(normal.Average(), -0.03, 0.03);
        Assert.InRange(normal.Average(value => value * value), 0.96, 1.04);
        Assert.All(index.GroupBy(value => value), group => Assert.InRange(group.Count(), 3700, 4300));
        Assert.Equal(5, index.Distinct().Count());
    }
}
