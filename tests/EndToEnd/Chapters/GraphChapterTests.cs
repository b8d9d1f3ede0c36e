using CourseCompanion.EndToEnd.Browser;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 2.1 from the command to the figures, on generated images, with and without the model of chapter 1.</summary>
public sealed class GraphChapterTests(GraphChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 5), IClassFixture<GraphChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_model_and_reports() => Assert.Equal(
        [GraphChapterRuns.Model, "02-1-graphe.html", "02-1-graphe.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Model_of_chapter_1_is_asked_for_where_it_is_absent_and_used_where_it_is()
    {
        Assert.Contains("n’est pas dans le dossier de sortie", Printed(Runs.Committed), StringComparison.Ordinal);
        Assert.Contains("./course run 01", Printed(Runs.Committed), StringComparison.Ordinal);
        Assert.Contains("le modèle que le chapitre 1 a sauvegardé", Printed(Runs.Solved), StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_weights_are_named_and_have_no_row()
    {
        Assert.Contains("squeezenet1_1-imagenet.safetensors", Printed(Runs.Committed), StringComparison.Ordinal);
        Assert.DoesNotContain(AllFigures(Runs.Committed).Keys, name => name.StartsWith("squeezenet", StringComparison.Ordinal));
    }

    [Fact]
    public void Embeddings_of_the_trained_network_join_more_images_of_one_class_than_pixels_and_chance()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.Equal(1 / 7.0, figures["majority.same_class"], 6);
        Assert.True(figures["chapter_1.same_class"] > figures["pixels.same_class"]);
        Assert.True(figures["pixels.same_class"] > figures["majority.same_class"]);
        Assert.True(figures["chapter_1.balanced_accuracy"] > 2 * figures["majority.balanced_accuracy"]);
    }

    [BrowserFact]
    public async Task Slides_draw_every_chart_keep_everything_inside_and_are_legible_from_the_back()
    {
        var folder = Directory.CreateTempSubdirectory("course-slides-").FullName;
        try
        {
            var notebook = Path.Combine(Runs.Committed.Folder, Runs.Name + ".ipynb");
            var result = await CourseProcess.RunAsync(folder, "export", notebook, "--to", "slides", "--out", folder);
            Assert.True(result.ExitCode == 0, result.ToString());

            var (slides, complaints) = SlideWalk.Through(Path.Combine(folder, Runs.Name + ".slides.html"));

            Assert.Equal("", complaints);
            Assert.Equal(Runs.Committed.Charts.Count, slides.Sum(slide => slide.Charts));
            Assert.All(slides, slide =>
            {
                Assert.Equal(slide.Charts, slide.Drawn);
                Assert.Empty(slide.Outside);
                Assert.True(slide.SmallestText >= 24, $"{slide.Title}: {slide.SmallestText} px");
                Assert.True(slide.Charts == 0 || slide.Notes.Contains('«', StringComparison.Ordinal), slide.Title);
            });
            Assert.Contains(slides, slide => slide.Title == "Les voisines d’une image sont-elles de sa classe\u202F?");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Printed(ChapterRun run) => string.Concat(run.Outputs.Select(output => output.Text));
}
