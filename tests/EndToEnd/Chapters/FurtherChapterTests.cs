namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 7.2 from the command to the figures, on generated images.</summary>
public sealed class FurtherChapterTests(FurtherChapterRuns runs)
    : ChapterRunTests(runs, exercises: 4, fewestCharts: 13), IClassFixture<FurtherChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["07-2-aller-plus-loin.html", "07-2-aller-plus-loin.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Figures_of_detectors_splits_and_wrong_labels_are_published()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.InRange(figures["majority.accuracy"], 0.5, 0.8);
        Assert.All((string[])["softmax", "energy", "mahalanobis"], score => Assert.InRange(figures[score + ".auroc"], 0, 1));
        Assert.All((string[])["symmetric", "confused"], noise => Assert.InRange(figures[noise + ".recall"], 0, 1));
        Assert.All(
            (string[])["nearest_by_image", "nearest_by_lesion", "network_by_image", "network_by_lesion"],
            split => Assert.InRange(figures[split + ".auc"], 0.2, 1));
    }
}
