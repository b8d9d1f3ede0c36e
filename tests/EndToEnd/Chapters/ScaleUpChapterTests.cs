namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>The runs of chapter 6.4.</summary>
public sealed class ScaleUpChapterRuns() : ChapterRuns("06-4-passage-a-l-echelle", profile: "essai");

/// <summary>Chapter 6.4 from the command to the figures, on generated scans.</summary>
public sealed class ScaleUpChapterTests(ScaleUpChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 8), IClassFixture<ScaleUpChapterRuns>
{
    [Fact]
    public void Run_leaves_model_registry_card_sheet_and_dashboard() => Assert.Equal(
        [
            "06-4-carte-du-modele.html", "06-4-carte-du-modele.md", "06-4-fiche-des-donnees.html", "06-4-fiche-des-donnees.md",
            "06-4-modele.safetensors", "06-4-passage-a-l-echelle.html", "06-4-passage-a-l-echelle.ipynb", "06-4-registre.sqlite",
            "06-4-tableau-de-bord.html", "junit.xml", "run.json",
        ],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_page_says_that_it_is_no_diagnosis_and_that_the_scans_are_generated() => Assert.All(
        (string[])["06-4-carte-du-modele.html", "06-4-fiche-des-donnees.html", "06-4-tableau-de-bord.html"],
        page =>
        {
            string text = File.ReadAllText(Path.Combine(Runs.Committed.Folder, page));
            Assert.Contains("jamais un diagnostic", text, StringComparison.Ordinal);
            Assert.Contains("synthétiques", text, StringComparison.OrdinalIgnoreCase);
        });

    [Fact]
    public void Dashboard_needs_no_network()
    {
        string page = File.ReadAllText(Path.Combine(Runs.Committed.Folder, "06-4-tableau-de-bord.html"));

        Assert.Contains("plotly.js v", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script src", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", page.AsSpan(0, page.IndexOf("<script>", StringComparison.Ordinal)).ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
