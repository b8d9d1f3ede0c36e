using System.Net;
using System.Text.Json.Nodes;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Rehearsal;
using CourseCompanion.Notebooks.Slides;
using CourseCompanion.Teaching;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>What holds for every chapter, from the command to the figures, on generated images.</summary>
/// <param name="runs">Its Runs.</param>
/// <param name="exercises">How many exercises it has.</param>
/// <param name="fewestCharts">How many charts it has at least.</param>
public abstract class ChapterRunTests(ChapterRuns runs, int exercises, int fewestCharts)
{
    private protected ChapterRuns Runs { get; } = runs;

    [Fact]
    public void First_output_says_that_the_images_are_generated() => Assert.StartsWith(
        "DONNÉES SYNTHÉTIQUES",
        // What has to be drawn first shows its progress while it is.
        Runs.Committed.Outputs.Select(output => output.TextData(MimeTypes.PlainText)).First(text => text?.Contains("terminé en", StringComparison.Ordinal) != true),
        StringComparison.Ordinal);

    [Fact]
    public void Unsolved_exercises_wait_for_the_student()
    {
        Assert.Equal(exercises, Runs.Committed.Exercises.Count);
        Assert.All(Runs.Committed.Exercises, report =>
        {
            Assert.Contains("À compléter", report, StringComparison.Ordinal);
            Assert.DoesNotContain("Bravo", report, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Published_solutions_satisfy_every_exercise_and_the_quiz()
    {
        Assert.Equal(exercises, Runs.Solved.Exercises.Count);
        Assert.All(Runs.Solved.Exercises, report => Assert.Contains("Bravo, tous les critères sont vérifiés", report, StringComparison.Ordinal));
        Assert.Contains(Runs.Solved.Outputs, output =>
            output.TextData(MimeTypes.PlainText)?.Contains("Score\u00A0: 5 sur 5. Bravo", StringComparison.Ordinal) == true);
        // Nobody sat there: the record of whoever works on this machine says nothing of it.
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Runs.Solved.Folder)!, StudentRecord.FileName, SearchOption.AllDirectories));
    }

    [Fact]
    public void Two_runs_of_one_seed_publish_the_same_figures_and_draw_the_same_charts()
    {
        Assert.Equal(AllFigures(Runs.Committed), AllFigures(Runs.Solved));
        Assert.Equal(
            Runs.Committed.Charts.Select(chart => chart.JsonData(MimeTypes.Plotly)!.ToJsonString()),
            Runs.Solved.Charts.Select(chart => chart.JsonData(MimeTypes.Plotly)!.ToJsonString()));
    }

    [Fact]
    public void Charts_keep_a_French_alternative_text_in_every_form()
    {
        var page = WebUtility.HtmlDecode(File.ReadAllText(Path.Combine(Runs.Committed.Folder, Runs.Name + ".html")));

        Assert.True(Runs.Committed.Charts.Count >= fewestCharts, $"{Runs.Committed.Charts.Count} charts");
        Assert.All(Runs.Committed.Charts, chart =>
        {
            var alternative = chart.TextData(MimeTypes.PlainText)!;
            // A grid and a slider, which hold several charts, begin with their title.
            Assert.Matches("^((Graphique|Carte|Histogramme|Diagramme|Matrice|Nuage|Coupe)[^«]*)?«\u00A0[^»]+\u00A0»", alternative);
            Assert.Contains($"aria-label=\"{alternative}\"", WebUtility.HtmlDecode(chart.TextData(MimeTypes.Html)), StringComparison.Ordinal);
            Assert.Contains($"aria-label=\"{alternative}\"", page, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Slides_ask_for_nothing_and_hold_every_chart_and_the_speaker_s_notes()
    {
        var slides = SlideExporter.Export(Runs.Committed.Notebook, new SlideOptions { Folder = Repository.Notebooks });

        Assert.Empty(OfflineCheck.Addresses(slides));
        Assert.True(slides.Split("<section class=\"slide").Length > 8, "a slide a section at least");
        Assert.Equal(slides.Split("<section class=\"slide").Length, slides.Split("<aside class=\"notes\">").Length);
        Assert.True(slides.Split("<figure>").Length > fewestCharts, "a chart is missing");
        // Where there are charts, the speaker is told what they show.
        var withCharts = slides.Split("<section class=\"slide").Skip(1).Where(slide => slide.Contains("<figure>", StringComparison.Ordinal)).ToList();
        Assert.Equal(fewestCharts > 0, withCharts.Count > 0);
        Assert.DoesNotContain(withCharts, slide => slide.Contains("<aside class=\"notes\">\n</aside>", StringComparison.Ordinal));
    }

    /// <summary>The figures of all tables of a run.</summary>
    private protected static SortedDictionary<string, double> AllFigures(ChapterRun run) => new(
        run.Report["results"]!.AsArray().SelectMany(table => table!["figures"]!.AsObject())
            .ToDictionary(figure => figure.Key, figure => figure.Value!.GetValue<double>()));

    /// <summary>The only table of a run.</summary>
    private protected static JsonNode Results(ChapterRun run) => Assert.Single(run.Report["results"]!.AsArray())!;
}
