using CourseCompanion.Display;
using CourseCompanion.Experiments;
using CourseCompanion.French;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 0 from the command to the figures, on generated images.</summary>
public sealed class OpeningChapterTests(OpeningChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 13), IClassFixture<OpeningChapterRuns>
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

    /// <summary>What the prose says of unlabelled points, in the figures that it cites.</summary>
    [Fact]
    public void Trials_show_where_unlabelled_points_help_and_harm()
    {
        var (labels, noise, wrong, strangers, question) =
            (Curves("labels"), Curves("noise"), Curves("wrong"), Curves("strangers"), Curves("question"));

        Assert.Equal((72, 88), (Math.Round(labels[0][0]), Math.Round(labels[1][0])));
        Assert.Equal(labels[0][^1], labels[1][^1], 1.0);
        Assert.Equal((12, 4, -3), (Gain(noise, 0, 0), Gain(noise, 0, 4), Gain(noise, 1, 3)));
        Assert.Equal(17, Math.Round(wrong[1][0] - wrong[1][1]));
        Assert.Equal((98, 89), (Math.Round(wrong[3][2]), Math.Round(wrong[2][2])));
        Assert.All([0, 1], count => Assert.True(Gain(strangers, count, 2) < 0 && Gain(strangers, count, 3) < 0));
        Assert.True(Gain(strangers, 0, 1) > 0);
        Assert.Equal(-13, Gain(question, 0, 0));

        // Curves come in pairs: without and with unlabelled points, for 3 and then for 10 labels of each class.
        static double Gain(List<double[]> curves, int pair, int level) => Math.Round(curves[2 * pair + 1][level] - curves[2 * pair][level]);
    }

    /// <summary>The methods that cells spell out are those that the library repeats.</summary>
    [Fact]
    public void Cells_and_library_give_the_same_scores()
    {
        var scores = TwoMoonsExperiment.Compare(new Situation(), seed: 47);

        Assert.Contains($"Plus proche étiquette\u00A0: {FrenchNumbers.Percent(scores.Nearest)}", Plain(Text("compare-scores")), StringComparison.Ordinal);
        Assert.Contains($"Diffusion\u00A0: {FrenchNumbers.Percent(scores.Spreading)}", Plain(Text("compare-scores")), StringComparison.Ordinal);
        Assert.Contains("300 réponses sur 300", Text("library"), StringComparison.Ordinal);

        static string Plain(string text) => text.Replace('\u202F', '\u00A0');
    }

    [Fact]
    public void Points_of_the_plane_are_no_medical_data()
    {
        var provenance = Results(Runs.Committed)["provenance"]!;

        Assert.Null(provenance["dataset"]);
        Assert.Equal((42, "rapide"), (provenance["seeds"]![0]!.GetValue<int>(), provenance["profile"]!.GetValue<string>()));
    }

    private List<double[]> Curves(string cell) =>
    [
        .. Runs.Committed.Notebook.CodeCells.Single(code => code.Id == cell).Outputs.Single(output => output.MimeTypes.Contains(MimeTypes.Plotly))
            .JsonData(MimeTypes.Plotly)!["data"]!.AsArray().Select(trace => trace!["y"]!.AsArray().Select(value => value!.GetValue<double>()).ToArray()),
    ];

    private string Text(string cell) => string.Join(
        '\n', Runs.Committed.Notebook.CodeCells.Single(code => code.Id == cell).Outputs.Select(output => output.TextData(MimeTypes.PlainText) ?? output.Text));
}
