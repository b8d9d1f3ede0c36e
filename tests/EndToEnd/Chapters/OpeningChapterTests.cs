using CourseCompanion.Display;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 0 from the command to the figures, on generated images.</summary>
public sealed class OpeningChapterTests(OpeningChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 8), IClassFixture<OpeningChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["00-mise-en-route.html", "00-mise-en-route.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Environment_is_checked_and_says_how_to_get_what_is_missing()
    {
        var check = Text("environment");

        Assert.StartsWith("Votre poste de travail", check, StringComparison.Ordinal);
        Assert.Contains("libtorch", check, StringComparison.Ordinal);
        Assert.Contains("./course data get dermamnist", check, StringComparison.Ordinal);
        Assert.Contains("./course data get bloodmnist", Text("blood"), StringComparison.Ordinal);
    }

    /// <summary>What the prose says of the ten draws.</summary>
    [Fact]
    public void Unlabelled_points_help_on_average_and_draws_differ()
    {
        var figures = Results(Runs.Committed)["figures"]!.AsObject().ToDictionary(figure => figure.Key, figure => figure.Value!.GetValue<double>());

        Assert.True(figures["spreading.mean"] > figures["nearest.mean"] + 0.05, $"{figures["spreading.mean"]} and {figures["nearest.mean"]}");
        Assert.True(figures["nearest.mean"] > figures["majority.mean"] + 0.2);
        Assert.InRange(figures["k_means.mean"], 0.65, 0.85);
        Assert.All(["network", "nearest", "spreading"], method => Assert.True(figures[method + ".best"] > figures[method + ".worst"] + 0.02, method));
    }

    /// <summary>What the prose says of the four trials.</summary>
    [Fact]
    public void Trials_show_where_unlabelled_points_harm()
    {
        var curves = Runs.Committed.Charts[^1].JsonData(MimeTypes.Plotly)!["data"]!.AsArray()
            .Select(trace => trace!["y"]!.AsArray().Select(value => value!.GetValue<double>()).ToArray()).ToList();

        Assert.Equal(7, curves.Count);
        var (noise, noiseMore, wrong, wrongMore, strangers, strangersMore, otherQuestion) =
            (curves[0], curves[1], curves[2], curves[3], curves[4], curves[5], curves[6]);
        Assert.True(noise[0] > 5 && noise[^1] < noise[0] / 2 && noiseMore[3] < 0, "noise");
        Assert.True(wrong[1] < 0.75 * wrong[0] && wrongMore[1] > wrongMore[0], "wrong labels");
        Assert.True(strangers[0] > 5 && strangers[^1] < 0 && strangersMore[^1] < 0, "strangers");
        Assert.True(otherQuestion[0] < -5 && otherQuestion.Max() < 0, "another question");
    }

    [Fact]
    public void Points_of_the_plane_are_no_medical_data()
    {
        var provenance = Results(Runs.Committed)["provenance"]!;

        Assert.Null(provenance["dataset"]);
        Assert.Equal((42, "rapide"), (provenance["seeds"]![0]!.GetValue<int>(), provenance["profile"]!.GetValue<string>()));
    }

    private string Text(string cell) => string.Join(
        '\n', Runs.Committed.Notebook.CodeCells.Single(code => code.Id == cell).Outputs.Select(output => output.TextData(MimeTypes.PlainText) ?? output.Text));
}
