using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Charts;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Site;
using static CourseCompanion.Notebooks.Tests.Slides.Talk;

namespace CourseCompanion.Notebooks.Tests.Site;

public sealed partial class SiteExporterTests : IDisposable
{
    private static readonly SiteOptions NoPdf = new() { PrintsSheets = false };

    private readonly string _folder = Directory.CreateTempSubdirectory("course-site-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_link_of_every_page_leads_somewhere_and_nothing_comes_from_elsewhere()
    {
        Write("01-un.slides.html", "");
        await ExportAsync(
            Chapter("01-un", Text("# Chapitre 1 · Un\n\n**En une ligne**\n\n## Début\n\n[deux](02-deux.ipynb#fin), [ailleurs](https://example.org), [absent](../lib/A.cs), ![dehors](https://example.org/a.png)"), Chart()),
            Chapter("02-deux", Text("# Chapitre 2 · Deux\n\n## Fin\n\n<script>var un = 1;</script>")));

        var pages = Directory.GetFiles(_folder, "*.html").Where(file => !file.EndsWith(".slides.html", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, pages.Count);
        foreach (var page in pages)
        {
            var html = await File.ReadAllTextAsync(page);
            foreach (Match link in Address().Matches(html))
            {
                var address = WebUtility.HtmlDecode(link.Groups["address"].Value);
                if (address is "https://example.org" or "data:,")
                {
                    continue;
                }
                var (file, anchor) = address.Split('#') is [var f, var a] ? (f, a) : (address, null);
                var target = file.Length == 0 ? page : Path.Combine(_folder, Uri.UnescapeDataString(file));
                Assert.True(File.Exists(target), $"{Path.GetFileName(page)}: {address}");
                Assert.True(anchor is null || (await File.ReadAllTextAsync(target)).Contains($"id=\"{anchor}\"", StringComparison.Ordinal), $"{Path.GetFileName(page)}: {address}");
            }
            Assert.DoesNotMatch("(?:src|href|action|data)=\"(?:https?:)?//(?!example\\.org\")|url\\(|@import|<img[^>]+https?:", html);
            Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
            Assert.DoesNotContain("'unsafe-eval'", html, StringComparison.Ordinal);
        }
        var first = Read("01-un.html");
        Assert.Contains("<a href=\"02-deux.html#fin\">deux</a>", first, StringComparison.Ordinal);
        Assert.Contains("<a>absent</a>", first, StringComparison.Ordinal);
        Assert.Contains("[image\u00A0: dehors]", first, StringComparison.Ordinal);
        Assert.Contains("01-un.slides.html", first, StringComparison.Ordinal);
        Assert.Contains("src=\"site/plotly.min.js\" defer", first, StringComparison.Ordinal);
        Assert.DoesNotContain("plotly", Read("02-deux.html"), StringComparison.OrdinalIgnoreCase);
        // printf 'var un = 1;' | openssl dgst -sha256 -binary | base64
        Assert.Contains("'sha256-rpaIuv9xzGCzScW+2fnCdnqRcR2j3uYob5b0HUQZTts='", Read("02-deux.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_titles_stay_text_on_every_page_and_in_the_index()
    {
        const string Name = "<script>alert(1)</script> \"&' \u2028 </title>";
        var notebook = NotebookDocument.Create();
        notebook.Add(NotebookCell.Markdown("# " + Name.Replace("<", "\\<", StringComparison.Ordinal) + "\n\n**<b onclick=x>**"));
        await ExportAsync(new SiteChapter("a&b <i>", notebook));

        foreach (var file in Directory.GetFiles(_folder, "*.html", SearchOption.AllDirectories).Append(Path.Combine(_folder, "site", "recherche.js")))
        {
            var text = await File.ReadAllTextAsync(file);
            Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
            Assert.DoesNotContain("<i>", text, StringComparison.Ordinal);
            Assert.Equal(file.EndsWith("js", StringComparison.Ordinal) ? 0 : 1, Regex.Count(text, "</title>"));
        }
        Assert.Contains("href=\"a%26b%20%3Ci%3E.html\"", Read("index.html"), StringComparison.Ordinal);
        Assert.DoesNotContain("<b onclick", Read("index.html"), StringComparison.Ordinal);
        Assert.DoesNotContain("<b onclick", Read("a&b <i>.fiche.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_draws_at_once_has_the_library_first_and_keeps_its_search()
    {
        await ExportAsync(Chapter("01-un", Text("# Un"), Executed("1", NotebookOutput.Display(new JsonObject { ["text/html"] = "<script>Plotly.newPlot('a', []);</script>" }))));

        Assert.Contains("src=\"site/plotly.min.js\"></script>", Read("01-un.html"), StringComparison.Ordinal);
        Assert.Contains("src=\"site/site.js\" defer></script>", Read("01-un.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_text_brings_along_neither_leads_away_nor_runs_where_sheets_are_printed()
    {
        await ExportAsync(Chapter("01-un", Text("# Un\n\n**Une ligne**\n\n<meta http-equiv=\"refresh\" content=\"0; url=https://example.org/\">\n\n<script>var ici = 1;</script>")));

        Assert.All((string[])["01-un.html", "01-un.fiche.html", "index.html"], page => Assert.DoesNotContain("refresh", Read(page), StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("'sha256-", Read("01-un.fiche.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_a_path_is_refused_before_anything_is_written()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => ExportAsync(Chapter("../dehors", Text("# Un"))));

        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Contents_say_what_a_chapter_is_about_and_whether_it_has_results()
    {
        var report = await ExportAsync(
            Chapter("02-1-graphe", Text("# Chapitre 2.1 · Qui\u202F?\n\n**Relier des images**\n\n**Durée :** 45 minutes de lecture."), Executed("1", NotebookOutput.Stream("stdout", "un"))),
            Chapter("03-b", Text("# Sans numéro"), NotebookCell.Code("var a = 1;")));

        Assert.Equal((2, 1, 0), (report.Chapters, report.Executed, report.Sheets));
        var index = Read("index.html");
        Assert.Contains("<span class=\"number\">Chapitre 2.1</span> <a href=\"02-1-graphe.html\">Qui\u202F?</a>", index, StringComparison.Ordinal);
        Assert.Contains("<p>Relier des images</p>", index, StringComparison.Ordinal);
        Assert.Contains("45 minutes · avec ses résultats", index, StringComparison.Ordinal);
        Assert.Contains(">sans résultats", index, StringComparison.Ordinal);
        Assert.Contains("n’a pas été exécuté", Read("03-b.html"), StringComparison.Ordinal);
        Assert.DoesNotContain("n’a pas été exécuté", Read("02-1-graphe.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_former_export_is_replaced_and_foreign_files_stay()
    {
        Write("mien.txt", "à moi");
        await ExportAsync(Chapter("01-un", Text("# Un")), Chapter("02-deux", Text("# Deux")));
        var report = await ExportAsync(Chapter("01-un", Text("# Autre")));

        Assert.Contains("Autre", Read("01-un.html"), StringComparison.Ordinal);
        Assert.Equal("à moi", Read("mien.txt"));
        Assert.True(File.Exists(Path.Combine(_folder, "02-deux.html")));
        Assert.Contains("02-deux.fiche.html, 02-deux.html", Assert.Single(report.Notices), StringComparison.Ordinal);
        Assert.DoesNotContain("02-deux", Read("index.html"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("01-un.html")]
    [InlineData("index.html")]
    [InlineData("site/site.js")]
    [InlineData("01-un.fiche.pdf")]
    [InlineData("site")]
    public async Task A_foreign_file_in_the_way_stops_the_export_before_it_writes(string name)
    {
        Write(name, "à moi");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => ExportAsync(Chapter("01-un", Text("# Un"))));

        Assert.Contains("--out", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("à moi", Read(name));
        Assert.Single(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Two_notebooks_of_one_name_are_refused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => ExportAsync(Chapter("01-un", Text("# Un")), Chapter("01-UN", Text("# Un"))));

    [Fact]
    public void Index_has_a_section_a_heading_without_formulas_and_the_words_of_the_code()
    {
        var index = new SearchIndex();
        index.Begin("01.html", "Chapitre 1 · </script>");
        index.AddProse("<h1 id=\"t\">Titre</h1>\n<p>Un <em>mot</em>&nbsp;: <math><mi>x</mi></math> &lt;b&gt;</p><h2 id=\"d-un\">D’un <code>mot</code></h2><p>nævus</p>");
        index.AddCode("var a = seuil; // seuil\nModel.Fit(a);");

        var script = index.ToScript();

        Assert.StartsWith("window.courseIndex = {", script, StringComparison.Ordinal);
        Assert.DoesNotContain('<', script);
        Assert.Contains("nævus", script, StringComparison.Ordinal);
        var json = JsonNode.Parse(script["window.courseIndex = ".Length..^2])!;
        Assert.Equal("Chapitre 1 · </script>", json["pages"]![0]![1]!.ToString());
        Assert.Equal(["0", "", "Chapitre 1 · </script>", "Un mot\u00A0: <b>", ""], json["sections"]![0]!.AsArray().Select(part => part!.ToString()));
        Assert.Equal(["0", "d-un", "D’un mot", "nævus", "Fit Model seuil var"], json["sections"]![1]!.AsArray().Select(part => part!.ToString()));
    }

    [Fact]
    public async Task Summary_sheet_has_goals_points_boxes_and_the_table_with_the_baseline()
    {
        static NotebookOutput Table(string title, string figure) => NotebookOutput.Display(new JsonObject
        {
            ["text/html"] = $"<table><caption>{title}</caption></table>",
            [Display.MimeTypes.Results] = new JsonObject { ["title"] = title, ["figures"] = new JsonObject { [figure] = 1 } },
        });
        await ExportAsync(Chapter(
            "01-un",
            Text("# Chapitre 1 · Un\n\n**À la fin de ce chapitre, vous saurez\u00A0:**\n\n- lire\u202F;\n- écrire.\n\n**Durée\u00A0:** 5 minutes."),
            Executed("1", Table("Bonne", "majority.auc")),
            Executed("1", Table("Autre", "a.auc")),
            Text("<blockquote style=\"background-color: #E1F0FB\">\n\n**ℹ️ Information**\n\nLa définition.\n\n</blockquote>"),
            Text("<blockquote style=\"background-color: #F0F0F0\">\n\n**⁇ Question**\n\nUne digression.\n\n</blockquote>"),
            Text("## En résumé\n\n- Le point.")));

        var sheet = Read("01-un.fiche.html");

        Assert.Contains("<li>écrire.</li>", sheet, StringComparison.Ordinal);
        Assert.Contains("La définition.", sheet, StringComparison.Ordinal);
        Assert.Contains("<li>Le point.</li>", sheet, StringComparison.Ordinal);
        Assert.Contains("Bonne", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain("Autre", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain("digression", sheet, StringComparison.Ordinal);
        Assert.DoesNotContain("Durée", sheet, StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(sheet, "<h1"));
    }

    [Fact]
    public async Task A_browser_that_cannot_print_costs_the_sheets_and_not_the_site()
    {
        var report = await SiteExporter.ExportAsync([Chapter("01-un", Text("# Un"))], _folder, new SiteOptions { Browser = Path.Combine(_folder, "none") });

        Assert.Equal(0, report.Sheets);
        Assert.Contains("could not open", Assert.Single(report.Notices), StringComparison.Ordinal);
        Assert.DoesNotContain(".pdf", Read("index.html"), StringComparison.Ordinal);
    }

    private Task<SiteReport> ExportAsync(params SiteChapter[] chapters) => SiteExporter.ExportAsync(chapters, _folder, NoPdf);

    private static SiteChapter Chapter(string name, params NotebookCell[] cells) => new(name, Of(cells));

    private static NotebookCell Chart() => Executed("chart", Shown(Charts.Chart.Line("Courbe", "x", "y", new Series("a", [1, 2]))));

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder, name));

    private void Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    [GeneratedRegex("<(?:a|link|script)\\b[^>]*?\\s(?:href|src)=\"(?<address>[^\"]*)\"")]
    private static partial Regex Address();
}
