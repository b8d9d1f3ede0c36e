using System.Net;
using CourseCompanion.Teaching;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 2 from the command to the figures, on generated images, with and without the model of chapter 1.</summary>
public sealed class SecondChapterTests(SecondChapterRuns runs) : IClassFixture<SecondChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_models_and_reports() => Assert.Equal(
        [SecondChapterRuns.Expert, "02-graph-propagation.html", "02-graph-propagation.ipynb", "02-simplecnn.safetensors", "junit.xml", "run.json"],
        Directory.GetFiles(runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void First_output_says_that_the_images_are_generated() =>
        Assert.StartsWith("DONNÉES SYNTHÉTIQUES", runs.Committed.Outputs[0].TextData(MimeTypes.PlainText), StringComparison.Ordinal);

    [Fact]
    public void Model_of_chapter_1_is_asked_for_where_it_is_absent_and_used_where_it_is()
    {
        Assert.Contains("n’est pas dans le dossier de sortie", Printed(runs.Committed), StringComparison.Ordinal);
        Assert.Contains("./course run 01", Printed(runs.Committed), StringComparison.Ordinal);
        Assert.Contains("le modèle que le chapitre 1 a sauvegardé", Printed(runs.Solved), StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_weights_leave_a_row_without_figures_and_say_how_to_get_them()
    {
        Assert.Contains("squeezenet1_1-imagenet.safetensors", Printed(runs.Committed), StringComparison.Ordinal);
        Assert.Contains(runs.Committed.Outputs, output =>
            output.TextData(MimeTypes.PlainText)?.Contains("SqueezeNet (fichier absent)", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(Figures(runs.Committed).Keys, name => name.StartsWith("squeezenet", StringComparison.Ordinal));
    }

    [Fact]
    public void Unsolved_exercises_wait_for_the_student()
    {
        Assert.Equal(3, runs.Committed.Exercises.Count);
        Assert.All(runs.Committed.Exercises, report =>
        {
            Assert.Contains("À compléter", report, StringComparison.Ordinal);
            Assert.DoesNotContain("Bravo", report, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Published_solutions_satisfy_every_exercise_and_the_quiz()
    {
        Assert.Equal(3, runs.Solved.Exercises.Count);
        Assert.All(runs.Solved.Exercises, report => Assert.Contains("Bravo, tous les critères sont vérifiés", report, StringComparison.Ordinal));
        Assert.Contains(runs.Solved.Outputs, output =>
            output.TextData(MimeTypes.PlainText)?.Contains("Score\u00A0: 5 sur 5. Bravo", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_model_trained_on_the_spot_and_the_same_one_found_publish_the_same_figures_and_charts()
    {
        Assert.Equal(Figures(runs.Committed), Figures(runs.Solved));
        Assert.Equal(
            runs.Committed.Charts.Select(chart => chart.JsonData(MimeTypes.Plotly)!.ToJsonString()),
            runs.Solved.Charts.Select(chart => chart.JsonData(MimeTypes.Plotly)!.ToJsonString()));
    }

    [Fact]
    public void Mismatched_pairs_score_as_chance_does_and_matched_ones_as_the_network()
    {
        var figures = Figures(runs.Committed);

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
        var figures = Figures(runs.Committed);

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

    [Fact]
    public void Charts_keep_a_French_alternative_text_in_every_form()
    {
        var page = WebUtility.HtmlDecode(File.ReadAllText(Path.Combine(runs.Committed.Folder, SecondChapterRuns.Name + ".html")));

        Assert.True(runs.Committed.Charts.Count >= 10, $"{runs.Committed.Charts.Count} charts");
        Assert.All(runs.Committed.Charts, chart =>
            Assert.Contains($"aria-label=\"{chart.TextData(MimeTypes.PlainText)!}\"", page, StringComparison.Ordinal));
    }

    private static string Printed(ChapterRun run) => string.Concat(run.Outputs.Select(output => output.Text));

    private static SortedDictionary<string, double> Figures(ChapterRun run) => new(
        run.Report["results"]!.AsArray().SelectMany(table => table!["figures"]!.AsObject())
            .ToDictionary(figure => figure.Key, figure => figure.Value!.GetValue<double>()));
}
