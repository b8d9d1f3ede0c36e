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
    public void Figures_of_each_method_stand_beside_the_majority_baseline()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.All(
            (string[])["not_augmented", "supervised", "mean_teacher", "fixmatch", "fixmatch_lower"],
            method => Assert.InRange(figures[method + ".auc"], 0.2, 1));
    }
}
