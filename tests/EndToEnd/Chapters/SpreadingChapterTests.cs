namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 2.2 from the command to the figures, on generated images.</summary>
public sealed class SpreadingChapterTests(SpreadingChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 8), IClassFixture<SpreadingChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_model_and_reports() => Assert.Equal(
        ["02-2-propagation.html", "02-2-propagation.ipynb", "02-simplecnn.safetensors", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Mismatched_pairs_score_as_chance_does_and_matched_ones_as_the_network()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(figures["agreed.accuracy"], figures["matched.accuracy"], 1e-9);
        Assert.Equal(figures["agreed.auc"], figures["matched.auc"], 1e-9);
        Assert.InRange(figures["mismatched.auc"], 0.45, 0.55);
        Assert.Equal(figures["by_chance.accuracy"], figures["mismatched.accuracy"], 0.03);
        Assert.Equal(figures["by_chance.macro_f1"], figures["mismatched.macro_f1"], 0.03);
        Assert.Equal(1 / 7.0, figures["by_chance.balanced_accuracy"], 1e-9);
    }

    [Fact]
    public void Figures_stand_beside_the_majority_baseline_and_show_that_something_was_learnt()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.All((string[])["labelled_alone", "pseudo_labels", "spread", "agreed", "hidden_model", "hidden_spread"], method =>
        {
            Assert.True(figures[method + ".auc"] > 0.7, method);
            Assert.True(figures[method + ".balanced_accuracy"] > 2 * figures["majority.balanced_accuracy"], method);
        });
    }
}
