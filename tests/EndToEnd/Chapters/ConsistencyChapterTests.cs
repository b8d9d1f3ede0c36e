namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 4.1 from the command to the figures, on generated images.</summary>
public sealed class ConsistencyChapterTests(ConsistencyChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 3), IClassFixture<ConsistencyChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["04-1-coherence.html", "04-1-coherence.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Figures_stand_beside_the_majority_baseline_and_show_that_something_was_learnt()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.All((string[])["not_augmented", "supervised", "mean_teacher", "fixmatch", "fixmatch_lower"], method =>
        {
            Assert.True(figures[method + ".auc"] > 0.7, method);
            Assert.True(figures[method + ".balanced_accuracy"] > 2 * figures["majority.balanced_accuracy"], method);
        });
    }
}
