using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CourseCompanion.Charts;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Slides;
using static CourseCompanion.Notebooks.Tests.Slides.Talk;

namespace CourseCompanion.Notebooks.Tests.Slides;

public sealed class SlideExporterTests
{
    [Fact]
    public void Reveal_is_the_published_version_byte_for_byte_with_its_licence()
    {
        Assert.Contains("MIT licensed", RevealLibrary.Read("reveal.js")[..200], StringComparison.Ordinal);
        Assert.All(RevealLibrary.Checksums, file =>
            Assert.Equal(file.Value, Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(RevealLibrary.Read(file.Key))))));
        Assert.All(RevealLibrary.French.Keys, english => Assert.Contains(english, RevealLibrary.Read("notes.js"), StringComparison.Ordinal));
    }

    [Fact]
    public void Page_is_French_asks_for_nothing_and_has_a_column_a_section()
    {
        var html = SlideExporter.Export(Of(Text("# Le titre & <co>"), Text("## Un"), Text("à dire", "notes"), Text("dessous", "subslide"), Executed("1", NotebookOutput.Stream("stdout", "un"))));

        Assert.Contains("<html lang=\"fr\">", html, StringComparison.Ordinal);
        Assert.Contains("<title>Le titre &amp; &lt;co&gt;</title>", html, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(html, "<section>\n"));
        Assert.Equal(3, Regex.Count(html, "<section class=\"slide"));
        Assert.Contains("<aside class=\"notes\">\n<p>à dire</p>", html, StringComparison.Ordinal);
        Assert.Empty(Regex.Matches(html, "<(script|link|img|iframe)[^>]*(src|href)=\"?(https?:)?//"));
        // reveal.js, its notes, deck.js and the call that starts it: no script ends at a closing mark in one of their texts.
        Assert.Equal(4, Regex.Count(html, "</script>"));
    }

    [Fact]
    public void Plotly_is_inside_only_where_there_are_charts()
    {
        var without = SlideExporter.Export(Of(Text("# Titre")));
        var with = SlideExporter.Export(Of(Text("# Titre"), Executed("chart", Shown(Chart.Line("Courbe", "x", "y", new Series("a", [1, 2]))))));

        Assert.DoesNotContain("plotly.js v", without, StringComparison.Ordinal);
        Assert.InRange(without.Length, 1, 400_000);
        Assert.Contains($"plotly.js v{PlotlyLibrary.Version}", with, StringComparison.Ordinal);
        Assert.Contains("drawFigure(\"figure-1\"", with, StringComparison.Ordinal);
    }

    [Fact]
    public void Speaker_s_notes_hold_the_alternative_text_of_each_chart_after_what_the_author_wrote()
    {
        var chart = Chart.Line("Courbe", "x", "y", new Series("a", [1, 2]));
        var html = SlideExporter.Export(Of(Text("# Titre"), Text("## Un"), Text("à dire", "notes"), Executed("chart", Shown(chart)), Text("## Deux")));

        var notes = Regex.Matches(html, "<aside class=\"notes\">\n(.*?)</aside>", RegexOptions.Singleline).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(3, notes.Count);
        Assert.Matches("^<p>à dire</p>\\s+<p>Graphique en courbes «\u00A0Courbe\u00A0»[^<]+</p>\\s*$", System.Net.WebUtility.HtmlDecode(notes[1]));
        Assert.Equal(["", ""], [notes[0], notes[2]]);
    }

    [Fact]
    public void Fragments_formulas_and_call_outs_are_those_of_the_page()
    {
        var html = SlideExporter.Export(Of(
            Text("# Titre"),
            Text("Une formule $x_i < 1$", "fragment"),
            Text("<blockquote style=\"background-color: #E1F0FB\">\n\n**ℹ️ Information**\n\nTexte\u00A0: *suite*\n\n</blockquote>")));

        Assert.Contains("<div class=\"fragment\">\n<p>Une formule <math>", html, StringComparison.Ordinal);
        Assert.Contains("<p>Texte\u00A0: <em>suite</em></p>", html, StringComparison.Ordinal);
    }
}
