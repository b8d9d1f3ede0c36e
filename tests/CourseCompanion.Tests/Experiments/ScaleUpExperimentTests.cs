using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;

namespace CourseCompanion.Tests.Experiments;

public sealed class ScaleUpExperimentTests
{
    // Two images of one family and one alone, judged twice.
    private static HeldOutOpinions Opinions => new(
        new[,] { { 0.9f, 0.1f }, { 0.4f, 0.6f }, { 0.2f, 0.8f }, { 0.7f, 0.3f }, { 0.8f, 0.2f }, { 0.6f, 0.4f } },
        [0, 0, 1, 0, 0, 1],
        [7, 7, 8, 7, 7, 8],
        Repeats: 2);

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
}
