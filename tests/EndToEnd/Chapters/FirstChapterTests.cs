using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using CourseCompanion.Teaching;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 1 from the command to the figures, on generated images.</summary>
public sealed class FirstChapterTests(FirstChapterRuns runs) : IClassFixture<FirstChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_model_and_reports()
    {
        Assert.Equal(
            ["01-pseudo-labeling.html", "01-pseudo-labeling.ipynb", "01-simplecnn.safetensors", "junit.xml", "run.json"],
            Directory.GetFiles(runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        var suite = XDocument.Load(Path.Combine(runs.Committed.Folder, "junit.xml")).Root!.Element("testsuite")!;
        Assert.Equal($"{runs.Committed.Notebook.CodeCells.Count()}", suite.Attribute("tests")!.Value);
        Assert.Equal(("0", "0"), (suite.Attribute("failures")!.Value, suite.Attribute("skipped")!.Value));
    }

    [Fact]
    public void First_output_says_that_the_images_are_generated() =>
        Assert.StartsWith("DONNÉES SYNTHÉTIQUES", runs.Committed.Outputs[0].TextData(MimeTypes.PlainText), StringComparison.Ordinal);

    [Fact]
    public void Unsolved_exercises_wait_for_the_student()
    {
        Assert.Equal(4, runs.Committed.Exercises.Count);
        Assert.All(runs.Committed.Exercises, report =>
        {
            Assert.Contains("À compléter", report, StringComparison.Ordinal);
            Assert.DoesNotContain("Bravo", report, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Published_solutions_satisfy_every_exercise_and_the_quiz()
    {
        Assert.Equal(4, runs.Solved.Exercises.Count);
        Assert.All(runs.Solved.Exercises, report => Assert.Contains("Bravo, tous les critères sont vérifiés", report, StringComparison.Ordinal));
        Assert.Contains(runs.Solved.Outputs, output =>
            output.TextData(MimeTypes.PlainText)?.Contains("Score\u00A0: 5 sur 5. Bravo", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Two_runs_of_one_seed_publish_the_same_figures_and_draw_the_same_charts()
    {
        var (first, second) = (Results(runs.Committed), Results(runs.Solved));

        Assert.True(JsonNode.DeepEquals(first["figures"], second["figures"]), $"{first["figures"]}\n{second["figures"]}");
        Assert.Equal(
            runs.Committed.Charts.Select(chart => chart.JsonData(MimeTypes.Plotly)!.ToJsonString()),
            runs.Solved.Charts.Select(chart => chart.JsonData(MimeTypes.Plotly)!.ToJsonString()));
    }

    [Fact]
    public void Figures_stand_beside_the_majority_baseline_and_show_that_something_was_learnt()
    {
        var figures = Results(runs.Committed)["figures"]!.AsObject().ToDictionary(figure => figure.Key, figure => figure.Value!.GetValue<double>());

        Assert.All(figures, figure => Assert.True(figure.Value is > 0 and < 1, $"{figure}"));
        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.All(figures.Keys.Where(name => name.EndsWith(".auc", StringComparison.Ordinal) && !name.StartsWith("majority", StringComparison.Ordinal)),
            name => Assert.True(figures[name] > 0.75, $"{name} = {figures[name]}"));
        Assert.True(figures["labelled_only.balanced_accuracy"] > 2 * figures["majority.balanced_accuracy"]);
    }

    [Fact]
    public void Figures_carry_their_provenance()
    {
        var provenance = Results(runs.Committed)["provenance"]!;

        Assert.Equal((42, "rapide", "dermamnist"), (provenance["seed"]!.GetValue<int>(), Text("profile"), Text("dataset")));
        Assert.True(provenance["synthetic"]!.GetValue<bool>());
        Assert.Matches("^[0-9a-f]{32}$", Text("dataset_md5"));
        Assert.NotEmpty(Text("device"));
        Assert.NotEmpty(Text("engine"));

        string Text(string name) => provenance[name]!.GetValue<string>();
    }

    [Fact]
    public void Charts_keep_a_French_alternative_text_in_every_form()
    {
        var page = WebUtility.HtmlDecode(File.ReadAllText(Path.Combine(runs.Committed.Folder, FirstChapterRuns.Name + ".html")));

        Assert.True(runs.Committed.Charts.Count >= 10, $"{runs.Committed.Charts.Count} charts");
        Assert.All(runs.Committed.Charts, chart =>
        {
            var alternative = chart.TextData(MimeTypes.PlainText)!;
            Assert.Matches("^(Graphique|Carte|Histogramme|Diagramme|Matrice|Nuage)[^«]*«\u00A0[^»]+\u00A0»", alternative);
            Assert.Contains($"aria-label=\"{alternative}\"", WebUtility.HtmlDecode(chart.TextData(MimeTypes.Html)), StringComparison.Ordinal);
            Assert.Contains($"aria-label=\"{alternative}\"", page, StringComparison.Ordinal);
        });
    }

    private static JsonNode Results(ChapterRun run) => Assert.Single(run.Report["results"]!.AsArray())!;
}
