using CourseCompanion.BrainScan;
using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using CourseCompanion.Results;

namespace CourseCompanion.Tests.BrainScan;

public sealed class ReportsTests
{
    private static ModelCardFacts Facts => new()
    {
        Version = new ModelVersion(
            "tête", 3, "head.safetensors", "ab12", ModelStage.Candidate,
            new Dictionary<string, ConfidenceInterval> { ["cancer_recall"] = new(0.961, 0.902, 0.99, 0.95) }, "{}", DateTime.UnixEpoch),
        MetricNames = new Dictionary<string, string> { ["cancer_recall"] = "Rappel des cancers" },
        Architecture = "régression logistique",
        Report = ClassificationReport.Compute(new[,] { { 0.9f, 0.1f }, { 0.2f, 0.8f }, { 0.7f, 0.3f }, { 0.4f, 0.6f } }, [0, 1, 1, 1]),
        ClassNames = ["normale", "cancer"],
        Provenance = Provenance.Capture(null, seed: 7),
        Data = [("Images", "69"), ("Nom <script>", "a | b")],
        Drift = new DriftResult(0.3, 0.004, 0.1, 0.05),
    };

    [Fact]
    public void Card_holds_the_figures_of_the_results_in_both_forms()
    {
        FactSheet card = ModelCard.Create(Facts);

        foreach (string form in (string[])[card.ToMarkdown(), card.ToPage(), card.ToMimeBundle()[MimeTypes.Html]])
        {
            Assert.Contains("jamais un diagnostic", form, StringComparison.Ordinal);
            Assert.Contains("96,1\u00A0%", form, StringComparison.Ordinal);
            Assert.Contains("ab12", form, StringComparison.Ordinal);
            Assert.Contains("66,7\u00A0%", form, StringComparison.Ordinal);   // recall of cancer in the report: 2 of 3
            Assert.Contains("ALERTE", form, StringComparison.Ordinal);
            Assert.DoesNotContain(" <script>", form, StringComparison.Ordinal);
        }

        Assert.Contains("a \\| b", card.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sheet_is_saved_as_Markdown_and_as_a_page()
    {
        using var folder = new TemporaryFolder();

        IReadOnlyList<string> files = ModelCard.Create(Facts).Save(folder["carte.md"]);

        Assert.Equal([folder["carte.md"], folder["carte.html"]], files);
        Assert.StartsWith("# Carte du modèle\u00A0: tête, version 3", File.ReadAllText(files[0]), StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(files[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_sheet_says_how_long_images_are_kept()
    {
        string sheet = DataSheet.Create("Fiche", [("Fichiers", "1 506")], [("Copies", "31")], [("Licence", "AFL 3.0")], 24).ToMarkdown();

        Assert.Contains("24\u00A0mois", sheet, StringComparison.Ordinal);
        Assert.Contains("| Copies | 31 |", sheet, StringComparison.Ordinal);
    }

    [Fact]
    public void Card_tells_the_threshold_that_the_folds_chose()
    {
        Assert.DoesNotContain("Seuil choisi", ModelCard.Create(Facts).ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains("cancer dès une probabilité de 13\u00A0%", ModelCard.Create(Facts with { Threshold = 0.13 }).ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recommendations_are_numbered_paragraphs_that_end_in_what_they_are_not()
    {
        var advice = new Recommendations("Mission : conseils", "Relire <tout> : 33 %.", null, " ", "Mesurer d’abord.");

        Assert.Equal(2, advice.Sentences.Count);
        Assert.Equal("1. Relire <tout>\u00A0: 33\u00A0%.\n\n2. Mesurer d’abord.\n\nAide à la décision, jamais un diagnostic.", advice.ToString());
        Assert.Contains("Relire &lt;tout&gt;\u00A0: 33\u00A0%.", advice.ToMimeBundle()[MimeTypes.Html], StringComparison.Ordinal);
        Assert.Contains("jamais un diagnostic", advice.ToMimeBundle()[MimeTypes.Html], StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Recommendations("Mission", " "));
    }

    [Fact]
    public void A_fact_needs_a_section() => Assert.Throws<InvalidOperationException>(() => new FactSheet("Fiche").Fact("a", "b"));

    [Fact]
    public void Done_is_what_the_measures_say()
    {
        DefinitionOfDone done = new DefinitionOfDone("Mission")
            .AtLeast("Rappel", () => 0.96, 0.95)
            .AtMost("Coût", () => 301, 300)
            .AtLeast("Inconnu", () => double.NaN, 1)
            .That("Le fichier existe", () => throw new FileNotFoundException("no file"), "out/")
            .That("La page existe", () => true, "out/");

        Assert.Equal([true, false, null, false, true], done.Criteria.Select(criterion => criterion.IsMet));
        Assert.Equal("no file", done.Criteria[3].Evidence);
        Assert.Equal(2, done.Met);
        Assert.False(done.IsDone);
        Assert.Contains("2\u00A0critères remplis sur 5", done.ToString(), StringComparison.Ordinal);
        Assert.Contains("non mesuré", done.ToMimeBundle()[MimeTypes.Html], StringComparison.Ordinal);
        Assert.True(new DefinitionOfDone("Mission").AtLeast("a", () => 1, 1).IsDone);
        Assert.False(new DefinitionOfDone("Mission").IsDone);
    }
}
