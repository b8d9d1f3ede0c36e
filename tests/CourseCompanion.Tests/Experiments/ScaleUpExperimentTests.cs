using CourseCompanion.BrainScan;
using CourseCompanion.Data.Sources;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Tests.Work;

namespace CourseCompanion.Tests.Experiments;

[Collection(WorkContextTests.Name)]
public sealed class ScaleUpExperimentTests
{
    // Two images of one family and one alone, judged twice.
    private static HeldOutOpinions Opinions => new(
        new[,] { { 0.9f, 0.1f }, { 0.4f, 0.6f }, { 0.2f, 0.8f }, { 0.7f, 0.3f }, { 0.8f, 0.2f }, { 0.6f, 0.4f } },
        [0, 0, 1, 0, 0, 1],
        [7, 7, 8, 7, 7, 8],
        Repeats: 2,
        // The first repetition asks for little, the second for much.
        [0.05, 0.05, 0.05, 0.5, 0.5, 0.5]);

    [Fact]
    public void Report_judges_the_mean_opinion_on_each_image()
    {
        ClassificationReport report = Opinions.Report;

        Assert.Equal(3, report.Count);
        // Means of class 1: 0.2, 0.4 and 0.6.
        Assert.Equal([0, 0, 1], report.Predicted);
        Assert.Equal(1, report.MacroAuc);
    }

    [Fact]
    public void Interval_is_about_single_opinions_and_draws_families_whole()
    {
        ConfidenceInterval accuracy = Opinions.Interval(confusion => confusion.Accuracy);

        Assert.Equal(4 / 6.0, accuracy.Estimate, 1e-9);
        // Family 7 alone: 3 of 4 right; family 8 alone: 1 of 2.
        Assert.Equal((0.5, 0.75), (accuracy.Lower, accuracy.Upper));
    }

    [Fact]
    public void Interval_at_the_threshold_asks_each_opinion_for_the_threshold_of_its_fold()
    {
        ConfidenceInterval accuracy = Opinions.IntervalAtThreshold(confusion => confusion.Accuracy);

        // All three are called cancer in the first repetition, none in the second: 1 right, then 2.
        Assert.Equal(3 / 6.0, accuracy.Estimate, 1e-9);
        Assert.Equal(0.275, Opinions.MeanThreshold, 1e-9);
        Assert.Throws<InvalidOperationException>(() => (Opinions with { Thresholds = [] }).IntervalAtThreshold(confusion => confusion.Accuracy));
    }

    [Fact]
    public void A_fold_has_no_part_in_the_threshold_that_judges_it()
    {
        using var folder = new TemporaryFolder();
        SyntheticScans.Write(folder["data/brain-mri"], new SyntheticScans(PerClass: 12, Unlabelled: 60, Size: 64));
        using BrainScanMission mission = BrainScanMission.Open(
            ScanEncoder.RandomName, new DataOptions { Directory = folder["data"], CacheDirectory = folder["cache"], Offline = true });
        var experiment = new ScaleUpExperiment(mission, seed: 42);
        HeldOutOpinions before = experiment.CrossValidate(folds: 2, repeats: 1);
        double first = before.Thresholds[0];
        int[] judged = [.. Enumerable.Range(0, before.ImageCount).Where(image => before.Thresholds[image] == first)];
        Assert.InRange(judged.Length, 1, before.ImageCount - 1);

        // Other features for the images that the threshold is for: it stays, the one that learns from them does not.
        foreach (int image in judged)
        {
            mission.Features[image].mul_(-3);
        }

        HeldOutOpinions after = experiment.CrossValidate(folds: 2, repeats: 1);
        Assert.All(judged, image => Assert.Equal(first, after.Thresholds[image]));
        int other = Enumerable.Range(0, before.ImageCount).Except(judged).First();
        Assert.NotEqual(before.Thresholds[other], after.Thresholds[other]);
    }
}
