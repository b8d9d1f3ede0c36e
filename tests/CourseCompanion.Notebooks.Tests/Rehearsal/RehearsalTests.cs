using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Rehearsal;
using static CourseCompanion.Notebooks.Tests.Slides.Talk;

namespace CourseCompanion.Notebooks.Tests.Rehearsal;

public sealed class RehearsalTests : IDisposable
{
    private static readonly WorkerCommand Worker = new("dotnet", ["exec", typeof(RehearsalTests).Assembly.Location]);

    private readonly string _folder = Directory.CreateTempSubdirectory("rehearsal-").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // One run with every kind of finding: starting processes is what takes time here.
    [Fact]
    public async Task Rehearsal_finds_what_differs_what_takes_long_what_is_wide_and_what_needs_the_network()
    {
        var wide = "var wide = \"" + new string('x', 120) + "\";";
        var path = Write(
            NotebookCell.Markdown("# Chapitre 9 · Essai\n\n**Une ligne**\n\nVoici la graine. Elle ne change pas.\n\n![](https://example.org/a.png)"),
            NotebookCell.Code("Console.WriteLine(6 * 7);"),
            NotebookCell.Code("Console.WriteLine($\"{Guid.NewGuid():N}\\nvaut {Environment.ProcessId}\");"),
            With(NotebookCell.Code("Console.WriteLine(Environment.ProcessId);"), "varies", true),
            NotebookCell.Markdown("## Attendre\n\nIl faut du temps\u202F!"),
            With(NotebookCell.Code("await Task.Delay(300);"), "seconds", 0.2),
            NotebookCell.Code(wide),
            NotebookCell.Code("new RawContent(\"text/html\", \"<script src='https://cdn.example.org/x.js'></script>\")"),
            NotebookCell.Code("File.Exists(Path.Combine(Environment.GetEnvironmentVariable(\"COURSE_OUT\"), \"01-modele.safetensors\"))"));
        var models = Directory.CreateDirectory(Path.Combine(_folder, "models")).FullName;
        File.WriteAllText(Path.Combine(models, "01-modele.safetensors"), "");

        var report = await RunAsync(path, takes: 2, models);

        Assert.Equal(
            [
                "cell 1: it needs the network: https://example.org/a.png",
                "cell 2, take 2: output 1, text, line 2: 'vaut N' on take 1, 'vaut N' here",
                "cell 4, take N: N s, budget 0.2 s",
                $"cell 5: line 1 has 134 columns, {RecordingPreset.Columns} fit",
                "cell 6: it needs the network: https://cdn.example.org/x.js",
            ],
            report.Findings.Select(finding => System.Text.RegularExpressions.Regex.Replace(finding.ToString(), @"(?<=vaut )\d+|(?<=cell 4, take )\d|[\d.]+(?= s, budget)", "N")));
        Assert.Equal(7, report.Cells.Count);
        Assert.Equal(("Chapitre 9 · Essai", "Voici la graine."), (report.Cells[0].Section, report.Cells[0].Line));
        Assert.Equal((null, null), (report.Cells[1].Section, report.Cells[1].Line));
        Assert.Equal(("Attendre", "Il faut du temps\u202F!"), (report.Cells[3].Section, report.Cells[3].Line));
        Assert.All(report.Cells, cell => Assert.Equal(2, cell.Seconds.Count));
        Assert.Equal("True", NotebookDocument.Load(Path.Combine(Out, "09-essai.prise-2.ipynb")).CodeCells.Last().Outputs[0].TextData("text/plain"));

        var sheet = await File.ReadAllTextAsync(report.Sheet);
        Assert.Contains("<strong>5\u00A0points à reprendre</strong>, cellules\u00A01, 2, 4, 5, 6.", sheet, StringComparison.Ordinal);
        Assert.Contains("(sortie 1, text, ligne 2)", sheet, StringComparison.Ordinal);
        Assert.Contains("Voici la graine.", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", sheet, StringComparison.Ordinal);
        Assert.Contains("font-size: 18px", await File.ReadAllTextAsync(report.Page!), StringComparison.Ordinal);
        var workspace = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Out, NotebookRehearsal.WorkspaceFile)))!;
        Assert.Equal((2.22, 18), (workspace["settings"]!["window.zoomLevel"]!.GetValue<double>(), workspace["settings"]!["editor.fontSize"]!.GetValue<int>()));
        Assert.Single(report.Notices, notice => notice.Contains("No Chromium", StringComparison.Ordinal));
        Assert.Equal(5, Directory.GetFiles(Out).Length);
    }

    [Fact]
    public async Task Rehearsal_of_a_chapter_that_fails_says_where_and_makes_no_page()
    {
        var report = await RunAsync(Write(NotebookCell.Code("var zero = 0;"), NotebookCell.Code("1 / zero"), NotebookCell.Code("zero")), takes: 1);

        var finding = Assert.Single(report.Findings);
        Assert.Equal((RehearsalFault.Failed, 2, 1), (finding.Fault, finding.Cell, finding.Take));
        Assert.Null(report.Page);
        Assert.Null(report.Cells[2].Seconds[0]);
        Assert.Contains("la cellule échoue", await File.ReadAllTextAsync(report.Sheet), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chart_differs_by_the_value_that_differs()
    {
        var difference = Assert.Single(TakeComparison.Between(Executed("f", Plot(0.25)), Executed("f", Plot(0.5))));

        Assert.Equal(new TakeDifference("output 1, data[0].y[1]", "0.25", "0.5"), difference);
        Assert.Empty(TakeComparison.Between(Executed("f", Plot(1)), Executed("f", Plot(1.0))));

        static NotebookOutput Plot(double value) => NotebookOutput.Display(new JsonObject
        {
            ["text/html"] = $"<div id=\"{Guid.NewGuid():N}\">{value}</div>",
            ["application/vnd.plotly.v1+json"] = new JsonObject { ["data"] = new JsonArray(new JsonObject { ["y"] = new JsonArray(1, value) }) },
        });
    }

    [Theory]
    [InlineData(3, "output 1, text, line 1", "output 1, text, line 2", "output 1, text, line 3")]
    [InlineData(8, "output 1, text, line 1", "output 1, text, line 2", "output 1, text, line 3", "output 1, text, line 4", "output 1, text, line 5 (and 3 more)")]
    public void The_first_five_differences_of_an_output_are_listed(int lines, params string[] places)
    {
        var differences = TakeComparison.Between(Executed("f", Lines("a")), Executed("f", Lines("b"))).ToList();

        Assert.Equal(places, differences.Select(difference => difference.Place));
        Assert.Equal(("a2", "b2"), (differences[1].First, differences[1].Other));

        NotebookOutput Lines(string letter) => NotebookOutput.Stream("stdout", string.Concat(Enumerable.Range(1, lines).Select(line => $"{letter}{line}\n")));
    }

    [Theory]
    [InlineData("Entraînement : étape 5/5 terminé en 3,2 s", "Entraînement : étape 5/5 terminé en 1 min 2 s", 0)]
    [InlineData("exactitude 0,81", "exactitude 0,82", 1)]
    public void Durations_of_progress_are_no_figures(string first, string other, int differences) => Assert.Equal(
        differences,
        TakeComparison.Between(Executed("f", NotebookOutput.Stream("stdout", first)), Executed("f", NotebookOutput.Stream("stdout", other))).Count());

    [Theory]
    [InlineData("<img src=\"https://a.org/x.png\">", "https://a.org/x.png")]
    [InlineData("<script type=module src=//a.org/x.js></script>", "//a.org/x.js")]
    [InlineData("<link rel=stylesheet href='http://a.org/x.css'>", "http://a.org/x.css")]
    [InlineData("<div style=\"background: url(https://a.org/x.png)\">", "https://a.org/x.png")]
    [InlineData("<script>import(\"https://a.org/x.js\")</script>", "https://a.org/x.js")]
    [InlineData("<a href=\"https://a.org\">lire</a> <img src=\"data:image/png;base64,AA\">", null)]
    [InlineData("<script>var map = '<img src=\"https://a.org/x.png\">';</script>", null)]
    public void What_a_page_asks_of_the_network_is_found(string html, string? address) =>
        Assert.Equal(address is null ? [] : [address], OfflineCheck.Addresses(html));

    [Theory]
    [InlineData("Le seuil vaut 0,5 p. ex. ici. Il change.", "Le seuil vaut 0,5 p. ex. ici.")]
    [InlineData("## Titre\n\n- **Un** `mot`, sans point", "Un mot, sans point")]
    [InlineData("<blockquote>\n\n**ℹ️ Information**\n\nUn *pseudo-label* est une étiquette. Devinée.\n\n</blockquote>", "Un pseudo-label est une étiquette.")]
    [InlineData("## Titre seul", null)]
    public void First_words_are_the_first_sentence(string markdown, string? line) => Assert.Equal(line, SpokenLine.First(markdown));

    private Task<RehearsalReport> RunAsync(string path, int takes, string? models = null) => NotebookRehearsal.RunAsync(new RehearsalRequest
    {
        Run = new RunRequest { Notebooks = [path], OutDirectory = Out, Worker = Worker },
        Takes = takes,
        Models = models,
        // A busy machine is no finding.
        Budget = TimeSpan.FromHours(1),
    });

    private string Write(params NotebookCell[] cells)
    {
        var path = Path.Combine(_folder, "09-essai.ipynb");
        Of(cells).Save(path);
        return path;
    }

    private static NotebookCell With(NotebookCell cell, string key, JsonNode value)
    {
        cell.Metadata["rehearsal"] = new JsonObject { [key] = value };
        return cell;
    }
}
