using System.Diagnostics;
using System.Xml.Linq;
using CourseCompanion.EndToEnd.Browser;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 1 from the command to the figures, on generated images.</summary>
public sealed class FirstChapterTests(FirstChapterRuns runs)
    : ChapterRunTests(runs, exercises: 4, fewestCharts: 14), IClassFixture<FirstChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_model_and_reports()
    {
        Assert.Equal(
            ["01-pseudo-labeling.html", "01-pseudo-labeling.ipynb", "01-simplecnn.safetensors", "junit.xml", "run.json"],
            Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        var suite = XDocument.Load(Path.Combine(Runs.Committed.Folder, "junit.xml")).Root!.Element("testsuite")!;
        Assert.Equal($"{Runs.Committed.Notebook.CodeCells.Count()}", suite.Attribute("tests")!.Value);
        Assert.Equal(("0", "0"), (suite.Attribute("failures")!.Value, suite.Attribute("skipped")!.Value));
    }

    [Fact]
    public void Figures_stand_beside_the_majority_baseline_and_show_that_something_was_learnt()
    {
        var figures = Results(Runs.Committed)["figures"]!.AsObject().ToDictionary(figure => figure.Key, figure => figure.Value!.GetValue<double>());

        // Who always answers the most frequent class finds none of the costliest one.
        Assert.Equal(0, figures["majority.recall"]);
        Assert.All(figures.Where(figure => figure.Key != "majority.recall"), figure => Assert.True(figure.Value is > 0 and < 1, $"{figure}"));
        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.All(figures.Keys.Where(name => name.EndsWith(".auc", StringComparison.Ordinal) && !name.StartsWith("majority", StringComparison.Ordinal)),
            name => Assert.True(figures[name] > 0.75, $"{name} = {figures[name]}"));
        Assert.True(figures["labelled_alone.balanced_accuracy"] > 2 * figures["majority.balanced_accuracy"]);
    }

    [Fact]
    public void Figures_carry_their_provenance()
    {
        var provenance = Results(Runs.Committed)["provenance"]!;

        Assert.Equal((42, "rapide", "dermamnist"), (provenance["seeds"]![0]!.GetValue<int>(), Text("profile"), Text("dataset")));
        Assert.True(provenance["synthetic"]!.GetValue<bool>());
        Assert.Matches("^[0-9a-f]{32}$", Text("dataset_md5"));
        Assert.NotEmpty(Text("device"));
        Assert.NotEmpty(Text("engine"));

        string Text(string name) => provenance[name]!.GetValue<string>();
    }

    [BrowserFact]
    public void Picture_for_the_README_is_made_of_the_page()
    {
        var picture = Path.Combine(Repository.Root, "artifacts", "screenshots", "chapitre-1.png");
        using var script = Process.Start(new ProcessStartInfo(
            Path.Combine(Repository.Root, ".ci", "picture"), [Path.Combine(Runs.Committed.Folder, Runs.Name + ".html"), picture]))!;

        Assert.True(script.WaitForExit(TimeSpan.FromMinutes(3)), "the browser takes too long");
        Assert.Equal(0, script.ExitCode);
        Assert.True(new FileInfo(picture).Length > 100_000);
    }
}
