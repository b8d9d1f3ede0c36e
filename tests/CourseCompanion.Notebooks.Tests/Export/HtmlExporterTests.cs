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
