namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 5.1 from the command to the figures, on generated images.</summary>
public sealed class PretextChapterTests(PretextChapterRuns runs)
    : ChapterRunTests(runs, exercises: 4, fewestCharts: 6), IClassFixture<PretextChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["05-1-pretexte.html", "05-1-pretexte.ipynb", "05-simclr.safetensors", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Figures_of_each_encoder_stand_beside_the_majority_baseline()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.InRange(figures["majority.accuracy"], 0.1, 0.3);
        Assert.All(
            (string[])["untrained", "simclr", "moco", "attract", "rotation", "untrained_vit", "mae", "aim"],
            encoder => Assert.InRange(figures[encoder + ".auc"], 0.2, 1));
    }
}
