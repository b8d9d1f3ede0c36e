using CourseCompanion.Display;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 2 from the command to the figures, on generated images, with and without the model of chapter 1.</summary>
public sealed class SecondChapterTests(SecondChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 12), IClassFixture<SecondChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_models_and_reports() => Assert.Equal(
        [SecondChapterRuns.Expert, "02-graph-propagation.html", "02-graph-propagation.ipynb", "02-simplecnn.safetensors", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Model_of_chapter_1_is_asked_for_where_it_is_absent_and_used_where_it_is()
    {
        Assert.Contains("n’est pas dans le dossier de sortie", Printed(Runs.Committed), StringComparison.Ordinal);
        Assert.Contains("./course run 01", Printed(Runs.Committed), StringComparison.Ordinal);
        Assert.Contains("le modèle que le chapitre 1 a sauvegardé", Printed(Runs.Solved), StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_weights_leave_a_row_without_figures_and_say_how_to_get_them()
    {
        Assert.Contains("squeezenet1_1-imagenet.safetensors", Printed(Runs.Committed), StringComparison.Ordinal);
        Assert.Contains(Runs.Committed.Outputs, output =>
            output.TextData(MimeTypes.PlainText)?.Contains("SqueezeNet (fichier absent)", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(AllFigures(Runs.Committed).Keys, name => name.StartsWith("squeezenet", StringComparison.Ordinal));
    }

    [Fact]
    public void Mismatched_pairs_score_as_chance_does_and_matched_ones_as_the_network()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(figures["propagated.accuracy"], figures["matched.accuracy"], 1e-9);
        Assert.Equal(figures["propagated.auc"], figures["matched.auc"], 1e-9);
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
        Assert.All((string[])["labelled_only", "pseudo_labels", "propagated", "graph"], method =>
        {
            Assert.True(figures[method + ".auc"] > 0.7, method);
            Assert.True(figures[method + ".balanced_accuracy"] > 2 * figures["majority.balanced_accuracy"], method);
        });
        Assert.Equal(1, figures["hidden_spread.coverage"]);
        Assert.True(figures["expert.balanced_accuracy"] > figures["pixels.balanced_accuracy"]);
        Assert.Equal(figures["hidden_spread.accuracy"], figures["expert.accuracy"]);
    }

    private static string Printed(ChapterRun run) => string.Concat(run.Outputs.Select(output => output.Text));
}
