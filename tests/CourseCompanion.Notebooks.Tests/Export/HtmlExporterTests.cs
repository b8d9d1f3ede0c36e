using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;

namespace CourseCompanion.Notebooks.Tests.Export;

public sealed class HtmlExporterTests
{
    private static string Export(params NotebookCell[] cells)
    {
        var notebook = NotebookDocument.Create();
        foreach (var cell in cells)
        {
            notebook.Add(cell);
        }
        return HtmlExporter.Export(notebook);
    }

    private static NotebookCell Executed(string source, params NotebookOutput[] outputs)
    {
        var cell = NotebookCell.Code(source);
        cell.ExecutionCount = 1;
        foreach (var output in outputs)
        {
            cell.AddOutput(output);
        }
        return cell;
    }

    [Fact]
    public void Page_is_French_titled_and_has_one_main_heading_and_a_table_of_contents()
    {
        var html = Export(NotebookCell.Markdown("# Pseudo-étiquettes & <co>"), NotebookCell.Markdown("## Pourquoi ?\n\n## Comment ?\n### Détail"));

        Assert.Contains("<html lang=\"fr\">", html, StringComparison.Ordinal);
        Assert.Contains("<title>Pseudo-étiquettes &amp; &lt;co&gt;</title>", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "<h1"));
        var targets = Regex.Matches(html, "href=\"#([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(4, targets.Count);
        Assert.All(targets, target => Assert.Contains($"id=\"{target}\"", html, StringComparison.Ordinal));
    }

    [Fact]
    public void Same_heading_in_two_cells_gets_two_anchors()
    {
        var html = Export(NotebookCell.Markdown("## Exercice"), NotebookCell.Markdown("## Exercice"));

        Assert.Contains("id=\"exercice\"", html, StringComparison.Ordinal);
        Assert.Contains("id=\"exercice-2\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_keeps_tables_raw_html_attachments_and_formulas()
    {
        var cell = NotebookCell.Markdown("| a | b |\n|---|---|\n| 1 | 2 |\n\n<div class=\"note\">brut</div>\n\n![image](attachment:p.png) et $x_i < 1$");
        cell.Node["attachments"] = new JsonObject { ["p.png"] = new JsonObject { ["image/png"] = "QUJD" } };

        var html = Export(cell);

        Assert.Contains("<td>1</td>", html, StringComparison.Ordinal);
        Assert.Contains("<div class=\"note\">brut</div>", html, StringComparison.Ordinal);
        Assert.Contains("src=\"data:image/png;base64,QUJD\"", html, StringComparison.Ordinal);
        Assert.Contains("<math><mrow><msub><mi>x</mi><mi>i</mi></msub>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("$x_i", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Code_is_highlighted_and_escaped_without_losing_a_character()
    {
        const string Code = "// cas <limite>\nvar list = new List<int> { 1 }; // fin\nstring s = $\"a{list.Count}\";\n#if X\n!!!\n#endif\nlist.Add(2)";

        var html = CSharpHighlighter.Highlight(Code);

        var text = System.Net.WebUtility.HtmlDecode(Regex.Replace(html, "</?span[^>]*>", ""));
        Assert.Equal(Code, text);
        Assert.Contains("<span class=\"c\">// cas &lt;limite&gt;</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k\">var</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"t\">List</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"f\">Add</span>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var x = ")]
    [InlineData("\"\"\"\nabc")]
    [InlineData("/* jamais fini")]
    [InlineData("#!fsharp\nlet x = 1")]
    [InlineData("")]
    public void Broken_code_is_shown_as_it_is(string code)
    {
        var html = CSharpHighlighter.Highlight(code);

        Assert.Equal(code, System.Net.WebUtility.HtmlDecode(Regex.Replace(html, "</?span[^>]*>", "")));
    }

    [Fact]
    public void Figure_is_drawn_by_the_inlined_library_and_has_its_alternative_text()
    {
        var html = Export(
            Executed("Chart.Line()", NotebookOutput.Display(new JsonObject
            {
                ["application/vnd.plotly.v1+json"] = new JsonObject { ["data"] = new JsonArray("</script>"), ["layout"] = new JsonObject() },
                ["text/html"] = "<p>autre forme</p>",
                ["text/plain"] = "Courbe : \"AUC\" croissante",
            })),
            Executed("Chart.Bar()", NotebookOutput.Display(new JsonObject { ["application/vnd.plotly.v1+json"] = new JsonObject() })));

        Assert.Single(Regex.Matches(html, "plotly\\.js v2\\.28\\.0"));
        Assert.Contains("drawFigure(\"figure-1\", {\"data\":[\"\\u003C/script\\u003E\"]", html, StringComparison.Ordinal);
        Assert.Contains("drawFigure(\"figure-2\"", html, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Courbe : &quot;AUC&quot; croissante\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("autre forme", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script[^>]+src|<link", html);
    }

    [Theory]
    [InlineData("![un](images/a.png)")]
    [InlineData("<img alt='un' src='images/a.png'>")]
    [InlineData("<p><IMG width=3 src = \"images/a.png?v=2\"></p>")]
    [InlineData("![un](./b/../images/a.png)")]
    public void Images_beside_the_notebook_are_put_into_the_page(string markdown) =>
        Assert.Contains("\"data:image/png;base64,AQID\"", ExportBesideImages(markdown), StringComparison.Ordinal);

    [Theory]
    [InlineData("![un](../secret.png)")]
    [InlineData("![un](images/%2e%2e/../../secret.png)")]
    [InlineData("![un](link.png)")]
    [InlineData("![un](linked/secret.png)")]
    [InlineData("![un](images/secret.txt)")]
    [InlineData("![un](/etc/passwd)")]
    [InlineData("![un](https://example.org/a.png)")]
    [InlineData("![un](absent.png)")]
    public void Images_elsewhere_and_other_files_stay_where_they_are(string markdown) =>
        Assert.DoesNotContain("base64", ExportBesideImages(markdown), StringComparison.Ordinal);

    private static string ExportBesideImages(string markdown)
    {
        var root = Directory.CreateTempSubdirectory("course-images-").FullName;
        try
        {
            var folder = Path.Combine(root, "notebooks");
            Directory.CreateDirectory(Path.Combine(folder, "images"));
            File.WriteAllBytes(Path.Combine(folder, "images", "a.png"), [1, 2, 3]);
            File.WriteAllBytes(Path.Combine(folder, "images", "secret.txt"), [1, 2, 3]);
            File.WriteAllBytes(Path.Combine(root, "secret.png"), [1, 2, 3]);
            if (!OperatingSystem.IsWindows())
            {
                File.CreateSymbolicLink(Path.Combine(folder, "link.png"), Path.Combine(root, "secret.png"));
                Directory.CreateSymbolicLink(Path.Combine(folder, "linked"), root);
            }
            var notebook = NotebookDocument.Create();
            notebook.Add(NotebookCell.Markdown(markdown));
            return HtmlExporter.Export(notebook, new HtmlExportOptions { Folder = folder });
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("![un](attachment:a%20b.png)")]
    [InlineData("<img src=\"attachment:a b.png\">")]
    public void Images_pasted_into_a_cell_are_put_into_the_page(string markdown)
    {
        var cell = NotebookCell.Markdown(markdown);
        cell.Node["attachments"] = new JsonObject { ["a b.png"] = new JsonObject { ["image/png"] = "AQID" } };

        Assert.Contains("\"data:image/png;base64,AQID\"", Export(cell), StringComparison.Ordinal);
    }

    [Fact]
    public void Math_environments_need_no_dollar_sign_and_code_is_left_alone()
    {
        var html = Export(NotebookCell.Markdown("Soit\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\nalors.\n\n```\n\\begin{align}x\\end{align}\n```\n\n$$\n\\begin{aligned}e &= f\\end{aligned}\n$$"));

        Assert.Equal(2, Regex.Count(html, "<math display=\"block\" "));
        Assert.Contains("<code>\\begin{align}x\\end{align}\n</code>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Carriage_returns_write_over_their_line_as_in_a_terminal()
    {
        var html = Export(Executed("1", NotebookOutput.Stream("stdout", "Époque 1 sur 2\rÉpoque 2\r\nfin\r\n")));

        Assert.Contains(">Époque 2 sur 2\nfin\n</pre>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw_mimetype", "text/html", true)]
    [InlineData("format", "text/html", true)]
    [InlineData("raw_mimetype", "text/latex", false)]
    public void Raw_cells_that_are_HTML_are_part_of_the_page(string name, string type, bool shown)
    {
        var cell = NotebookDocument.Parse("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"id": "a", "cell_type": "raw", "metadata": {}, "source": "<b>brut</b>"}]}""").Cells[0];
        cell.Metadata[name] = type;

        Assert.Equal(shown, Export(new NotebookCell(cell.Node.DeepClone().AsObject())).Contains("<b>brut</b>", StringComparison.Ordinal));
    }

    [Fact]
    public void Page_without_figures_has_no_script() =>
        Assert.DoesNotContain("<script", Export(Executed("1", NotebookOutput.Result(1, new JsonObject { ["text/plain"] = "1" }))), StringComparison.Ordinal);

    [Fact]
    public void Streams_results_images_and_errors_are_shown_safely()
    {
        var html = Export(Executed(
            "x",
            NotebookOutput.Stream("stderr", "\e[31mrouge\e[0m <b>\e[2K"),
            NotebookOutput.Result(1, new JsonObject { ["text/plain"] = "a < b" }),
            NotebookOutput.Display(new JsonObject { ["image/png"] = "QUJD\n", ["text/plain"] = "une image" }),
            NotebookOutput.Error("Oups", "raté", ["\e[31mOups\e[0m: raté <ici>"])));

        Assert.Contains("<span class=\"ansi-1\">rouge</span> &lt;b&gt;</pre>", html, StringComparison.Ordinal);
        Assert.Contains("a &lt; b", html, StringComparison.Ordinal);
        Assert.Contains("<img src=\"data:image/png;base64,QUJD\" alt=\"une image\">", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"ansi-1\">Oups</span>: raté &lt;ici&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', html);
    }

    [Fact]
    public void Hidden_input_is_folded()
    {
        var cell = NotebookCell.Code("var solution = 1;", "hide-input");

        Assert.Contains("<details><summary>Afficher le code</summary>", Export(cell), StringComparison.Ordinal);
    }
}
