namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 6.3 from the command to the figures, on generated scans.</summary>
public sealed class ScanLearningChapterTests(ScanLearningChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 5), IClassFixture<ScanLearningChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["06-3-semi-supervise.html", "06-3-semi-supervise.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Figures_of_every_method_stand_beside_the_baseline_and_the_courses_own_run()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.5, figures["always_cancer.balanced_accuracy"], 3);
        Assert.Equal(0.85, figures["course_supervised.balanced_accuracy"], 3);
        Assert.All((string[])["logistic", "svm", "knn", "clusters", "spreading", "self_training"], method =>
        {
            Assert.InRange(figures[method + ".balanced_accuracy"], 0, 1);
            Assert.InRange(figures[method + ".cancer_recall"], 0, 1);
            Assert.InRange(figures[method + ".auc"], 0, 1);
        });
    }
}
