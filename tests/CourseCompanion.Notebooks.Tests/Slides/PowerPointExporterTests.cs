using System.Diagnostics;
using System.Text.Json.Nodes;
using CourseCompanion.Charts;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Slides;
using CourseCompanion.Results;
using CourseCompanion.Tests.Shared;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using static CourseCompanion.Notebooks.Tests.Slides.Talk;
using A = DocumentFormat.OpenXml.Drawing;
using C = DocumentFormat.OpenXml.Drawing.Charts;
using P = DocumentFormat.OpenXml.Presentation;

namespace CourseCompanion.Notebooks.Tests.Slides;

public sealed class PowerPointExporterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-pptx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Presentation_is_valid_and_holds_the_recommendations_only()
    {
        using var file = Open(Mission());

        Assert.Empty(new OpenXmlValidator().Validate(file).Select(error => $"{error.Part?.Uri} {error.Path?.XPath}: {error.Description}"));
        var titles = Slides(file).Select(Title).ToList();
        Assert.Equal("Mission", titles[0]);
        Assert.DoesNotContain("1. Données", titles);
        Assert.Contains("7. Recommandations", titles);
    }

    [Fact]
    public void Metadata_choose_the_sections_where_none_is_called_recommendations()
    {
        var notebook = Of(Text("# Mission"), Text("## Coût\n\na"), Text("## Annexe\n\nb"), Text("## Résumé\n\nc"));
        notebook.Metadata["course"] = JsonNode.Parse("""{"slides": {"recommendations": ["cout", "résumé"]}}""");
        using var file = Open(notebook);

        Assert.Equal(["Mission", "Coût", "Résumé"], Slides(file).Select(Title));
    }

    [Fact]
    public void Texts_lists_and_tables_of_Markdown_are_native()
    {
        using var file = Open(Mission());
        var text = string.Concat(Slides(file).SelectMany(slide => slide.Slide!.Descendants<A.Text>()).Select(run => run.Text + "|"));

        Assert.Contains("Étiqueter d’abord|", text, StringComparison.Ordinal);
        Assert.Equal(2, Slides(file).SelectMany(slide => slide.Slide!.Descendants<A.CharacterBullet>()).Count());
        Assert.Contains(Slides(file), slide => Cells(slide).SequenceEqual(["Poste", "Coût", "Étiquetage", "300\u00A0€"]));
    }

    [Fact]
    public void Table_and_chart_hold_the_figures_of_the_outputs()
    {
        using var file = Open(Mission());

        var cells = Slides(file).SelectMany(Cells).ToList();
        Assert.Contains("94,1\u00A0%", cells);
        Assert.Contains("Régression logistique", cells);
        var chart = Assert.Single(Slides(file).SelectMany(slide => slide.ChartParts));
        Assert.Equal(["12", "30.5"], chart.ChartSpace!.Descendants<C.Values>().Single().Descendants<C.NumericValue>().Select(value => value.Text));
        Assert.Equal(["A", "B"], chart.ChartSpace!.Descendants<C.CategoryAxisData>().Single().Descendants<C.NumericValue>().Select(value => value.Text));
        // What PowerPoint opens to change them.
        using var workbook = SpreadsheetDocument.Open(chart.EmbeddedPackagePart!.GetStream(), isEditable: false);
        Assert.Empty(new OpenXmlValidator().Validate(workbook));
        Assert.Contains("30.5", workbook.WorkbookPart!.WorksheetParts.Single().Worksheet!.InnerText, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_slide_has_the_footer_and_notes_are_the_speakers()
    {
        using var file = Open(Mission());

        Assert.All(Slides(file), slide => Assert.Contains("jamais un diagnostic", slide.Slide!.InnerText, StringComparison.Ordinal));
        var notes = string.Concat(Slides(file).Select(slide => slide.NotesSlidePart?.NotesSlide?.InnerText));
        Assert.Contains("Dire pourquoi.", notes, StringComparison.Ordinal);
        Assert.Contains("Graphique", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_results_become_tables_with_intervals_and_where_they_come_from()
    {
        WriteResults();
        using var file = Open(Mission());

        var table = Slides(file).Single(slide => Title(slide) == "Sur les vraies images");
        Assert.Equal(
            ["Mesure", "Valeur", "Intervalle à 95\u00A0%", "Exactitude équilibrée", "95,2\u00A0%", "[93,0\u00A0%\u00A0; 97,0\u00A0%]", "Coût pour 4 millions, en €", "4\u202F800\u00A0€", ""],
            Cells(table));
        Assert.Contains("06-3-x.json\u202F; données\u00A0: brain-mri\u202F; 20\u00A0graines\u202F; version 1234567", table.Slide!.InnerText, StringComparison.Ordinal);
    }

    [Fact]
    public void Figure_that_no_file_has_is_named()
    {
        WriteResults();
        var notebook = Mission();
        notebook.Metadata["course"]!["slides"]!["results"]!["06-3-x.json"]!["figures"] = new JsonObject { ["recal"] = "Rappel" };

        Assert.Contains("'recal'", Assert.Throws<InvalidOperationException>(() => Open(notebook)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_a_slide_holds_goes_on_under_the_same_title()
    {
        var list = string.Join('\n', Enumerable.Range(1, 40).Select(i => $"- Point numéro {i}, qui tient sur une ligne."));
        var rows = string.Join('\n', Enumerable.Range(1, 30).Select(i => $"| ligne {i} | {i} |"));
        using var file = Open(Of(Text("# Titre"), Text("## Beaucoup\n\n" + list + "\n\n| a | b |\n|---|---|\n" + rows)));

        var many = Slides(file).Where(slide => Title(slide) == "Beaucoup").ToList();
        Assert.True(many.Count >= 5, $"{many.Count} slides");
        Assert.Equal(40, many.SelectMany(slide => slide.Slide!.Descendants<A.CharacterBullet>()).Count());
        Assert.Equal(30, many.SelectMany(slide => Cells(slide)).Count(cell => cell.StartsWith("ligne", StringComparison.Ordinal)));
        Assert.All(many, slide => Assert.True(Bottom(slide) <= 648 * 9525, $"{Bottom(slide) / 9525} px"));
    }

    [OfficeFact]
    public void LibreOffice_opens_it_and_prints_a_page_a_slide()
    {
        WriteResults();
        var path = Path.Combine(_folder, "mission.pptx");
        var count = 0;
        using (var file = Open(Mission(), path))
        {
            count = Slides(file).Count;
        }
        ProcessStartInfo start = new(OfficeFactAttribute.Office!, ["--headless", $"-env:UserInstallation={new Uri(Path.Combine(_folder, "profile"))}", "--convert-to", "pdf", "--outdir", _folder, path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var office = Process.Start(start)!;
        Assert.True(office.WaitForExit(TimeSpan.FromMinutes(2)), "LibreOffice did not end.");

        var pdf = File.ReadAllText(Path.Combine(_folder, "mission.pdf"), System.Text.Encoding.Latin1);
        Assert.Equal(count, System.Text.RegularExpressions.Regex.Count(pdf, @"/Type\s*/Page\b(?!s)"));
    }

    private static NotebookDocument Mission()
    {
        var results = new ResultTable("Scores", [new Metric("Exactitude", "accuracy", MetricFormat.Percent, 1)])
            .Row("Régression logistique", "logistic", 0.941);
        var notebook = Of(
            Text("# Mission"),
            Text("## 1. Données\n\nHors sujet."),
            Text("## 7. Recommandations\n\nDeux choix & une **condition** :\n\n- Étiqueter d’abord\n- Mesurer ensuite\n\n| Poste | Coût |\n|---|---|\n| Étiquetage | 300\u00A0€ |"),
            Executed("table", Shown(results)),
            Executed("chart", Shown(Chart.Bar("Coûts", "Poste", "Euros", new Dictionary<string, double> { ["A"] = 12, ["B"] = 30.5 }))),
            Text("Dire *pourquoi*.", "notes"));
        notebook.Metadata["course"] = JsonNode.Parse("""
            {"slides": {"footer": "Aide à la décision, jamais un diagnostic", "results": {"06-3-x.json": {
              "title": "Sur les vraies images", "figures": {"balanced_accuracy": "Exactitude équilibrée", "cost_4m": "Coût pour 4 millions, en €"}}}}}
            """);
        return notebook;
    }

    private void WriteResults() => File.WriteAllText(Path.Combine(_folder, "06-3-x.json"), """
        {"balanced_accuracy_mean": 0.952, "balanced_accuracy_low": 0.93, "balanced_accuracy_high": 0.97, "cost_4m": 4800,
         "provenance": {"dataset": "brain-mri", "synthetic": false, "seeds": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20], "commit": "1234567890"}}
        """);

    private PresentationDocument Open(NotebookDocument notebook, string? path = null)
    {
        if (!File.Exists(Path.Combine(_folder, "06-3-x.json")))
        {
            (notebook.Metadata["course"]?["slides"] as JsonObject)?.Remove("results");
        }
        var stream = new MemoryStream();
        PowerPointExporter.Export(notebook, "06-4", _folder, stream);
        if (path is not null)
        {
            File.WriteAllBytes(path, stream.ToArray());
        }
        stream.Position = 0;
        return PresentationDocument.Open(stream, isEditable: false);
    }

    private static List<SlidePart> Slides(PresentationDocument file) =>
        [.. file.PresentationPart!.Presentation!.SlideIdList!.Elements<P.SlideId>().Select(id => (SlidePart)file.PresentationPart.GetPartById(id.RelationshipId!))];

    private static string Title(SlidePart slide) => slide.Slide!.Descendants<P.Shape>()
        .First(shape => shape.Descendants<P.PlaceholderShape>().Any(place => place.Type?.Value == P.PlaceholderValues.Title || place.Type?.Value == P.PlaceholderValues.CenteredTitle))
        .TextBody!.InnerText;

    private static List<string> Cells(SlidePart slide) => [.. slide.Slide!.Descendants<A.TableCell>().Select(cell => cell.InnerText)];

    private static long Bottom(SlidePart slide) =>
        slide.Slide!.Descendants<P.Transform>().Select(place => place.Offset!.Y!.Value + place.Extents!.Cy!.Value).DefaultIfEmpty().Max();
}
