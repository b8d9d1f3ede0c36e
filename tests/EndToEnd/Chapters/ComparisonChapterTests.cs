namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 4.3 from the command to the figures, on generated images and in the smallest sizes: its comparison is read, not made.</summary>
public sealed class ComparisonChapterTests(ComparisonChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 7), IClassFixture<ComparisonChapterRuns>
{
    [Fact]
    public void All_methods_stand_beside_the_reference()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.All(
            (string[])["supervised", "supervised_corrected", "ramped_pseudo_labels", "pi_model", "mean_teacher", "uda", "mixmatch", "fixmatch", "flexmatch", "freematch", "softmatch"],
            method => Assert.InRange(figures[method + "_seeds.balanced_accuracy"], 2 * figures["majority.balanced_accuracy"], 1));
    }

    [Fact]
    public void A_run_in_the_smallest_sizes_says_that_its_figures_mean_nothing() => Assert.Contains(
        Runs.Committed.Outputs.Select(output => output.TextData("text/plain") ?? ""),
        text => text.Contains("Profil essai\u00A0: ces chiffres ne veulent rien dire", StringComparison.Ordinal));
}
