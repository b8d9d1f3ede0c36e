namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 3 from the command to the figures, on generated images.</summary>
public sealed class SganChapterTests(SganChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 4), IClassFixture<SganChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["03-sgan.html", "03-sgan.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Figures_stand_beside_the_majority_baseline_and_show_that_something_was_learnt()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.All((string[])["labelled_alone", "augmented", "sgan", "non_saturating"], method =>
        {
            Assert.True(figures[method + ".auc"] > 0.7, method);
            Assert.True(figures[method + ".balanced_accuracy"] > 2 * figures["majority.balanced_accuracy"], method);
        });
    }
}
