namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 5.2 from the command to the figures, on generated images.</summary>
public sealed class TransferChapterTests(TransferChapterRuns runs)
    : ChapterRunTests(runs, exercises: 4, fewestCharts: 9), IClassFixture<TransferChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["05-2-transfert.html", "05-2-transfert.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Figures_of_each_classifier_and_each_graph_stand_beside_the_majority_baseline()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.InRange(figures["majority.accuracy"], 0.15, 0.25);
        Assert.All(
            (string[])["scratch", "frozen", "end_to_end", "linear_probe", "product", "most_confident", "stacking", "hidden_pixels", "hidden_untrained", "hidden_simclr"],
            classifier => Assert.InRange(figures[classifier + ".auc"], 0.2, 1));
    }
}
