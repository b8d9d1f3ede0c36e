namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 7.1 from the command to the figures, on generated slices.</summary>
public sealed class SegmentationChapterTests(SegmentationChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 10), IClassFixture<SegmentationChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["07-1-segmentation.html", "07-1-segmentation.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Whoever_paints_nothing_has_no_Dice_and_no_false_alarm()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0, figures["nothing.dice"]);
        Assert.Equal(1, figures["nothing.clean_slices"]);
        Assert.All((string[])["supervised", "mean_teacher", "pseudo_masks", "fixmatch", "cross_pseudo"],
            method => Assert.InRange(figures[method + ".dice"], 0, 1));
    }
}
