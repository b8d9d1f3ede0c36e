using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Site;

/// <summary>A chapter on the site: its name, what is said of it, its files beside the page.</summary>
/// <param name="Chapter">The notebook.</param>
/// <param name="Facts">What is said of it.</param>
internal sealed record SiteEntry(SiteChapter Chapter, ChapterFacts Facts)
{
    internal string Page => Chapter.Name + ".html";

    internal string Sheet => Chapter.Name + ".fiche.html";

    internal string Pdf => Chapter.Name + ".fiche.pdf";

    internal string Slides => Chapter.Name + ".slides.html";

    /// <summary>Whether the summary sheet was printed.</summary>
    internal bool HasPdf { get; set; }

    /// <summary>Whether slides lie beside the page.</summary>
    internal bool HasSlides { get; init; }

    /// <summary>An address on the site, as an attribute's value.</summary>
    internal static string Address(string file) => HtmlText.Encode(Uri.EscapeDataString(file));
}

/// <summary>The pages of the site: the contents and the chapters.</summary>
internal static partial class SitePages
{
    /// <summary>The first page.</summary>
    internal static string Contents(IReadOnlyList<SiteEntry> entries, string title)
    {
        var list = new StringBuilder();
        foreach (var entry in entries)
        {
            var facts = entry.Facts;
            list.Append("<li>\n");
            list.Append("<h2>").Append(facts.Number is { } number ? $"<span class=\"number\">{HtmlText.Encode(number)}</span> " : "");
            list.Append(CultureInfo.InvariantCulture, $"<a href=\"{SiteEntry.Address(entry.Page)}\">{HtmlText.Encode(facts.Name)}</a></h2>\n");
            list.Append(facts.Summary is { } summary ? $"<p>{HtmlText.Encode(summary)}</p>\n" : "");
            list.Append(CultureInfo.InvariantCulture, $"<p class=\"facts\">{HtmlText.Encode(string.Join(" · ", State(facts)))}{Beside(entry, " · ")}</p>\n</li>\n");
        }
        return SitePage.Whole(title, "contents", $"""
            {SitePage.Bar(title)}<main id="contenu" tabindex="-1">
            <h1>{HtmlText.Encode(title)}</h1>
            <p class="lead">{HtmlText.Encode(Lead(entries))}</p>
            <ol class="chapters">
            {list}</ol>
            </main>
            {SitePage.Foot()}
            """, [SitePage.ScriptFile]);
    }

    /// <summary>A chapter's page; what it says goes into the search.</summary>
    internal static string Chapter(SiteEntry entry, SiteEntry? previous, SiteEntry? next, string site, IReadOnlySet<string> pages, SearchIndex search)
    {
        var html = new CellHtml(new PageImages(entry.Chapter.Folder))
        {
            FigureScript = static (id, json) => $"<script type=\"application/json\" data-figure=\"{id}\">{json}</script>",
        };
        var cells = new NotebookBody(html);
        search.Begin(entry.Page, entry.Facts.Title);
        foreach (var cell in entry.Chapter.Notebook.Cells)
        {
            var element = cells.Add(cell);
            if (cell.Kind == NotebookCellKind.Markdown)
            {
                search.AddProse(element);
            }
            else if (cell.Kind == NotebookCellKind.Code)
            {
                search.AddCode(cell.Source);
            }
        }
        var body = Closed(cells.ToString(), pages);
        var atOnce = cells.UsesPlotly && SitePage.RunsScripts(body);
        return SitePage.Whole($"{entry.Facts.Title} · {site}", "chapter", $"""
            {SitePage.Bar(site)}<div class="columns">
            {cells.Contents()}<main id="contenu" tabindex="-1">
            <p class="facts">{HtmlText.Encode(string.Join(" · ", State(entry.Facts)))}{Beside(entry, " · ")}</p>
            {Warning(entry.Facts)}{(cells.HasTitle ? "" : $"<h1>{HtmlText.Encode(entry.Facts.Title)}</h1>\n")}{body}{Around(previous, next)}</main>
            </div>
            {SitePage.Foot(entry.Facts.Footer)}
            """, cells.UsesPlotly ? [SitePage.PlotlyFile, SitePage.ScriptFile] : [SitePage.ScriptFile], atOnce);
    }

    /// <summary>
    /// A text whose links and images stay on the site: notebooks become their pages, what is not on the site is no link, an image that
    /// is not in the page is its description. Addresses of the Internet stay links, which nobody follows but the reader.
    /// </summary>
    internal static string Closed(string html, IReadOnlySet<string> pages)
    {
        html = Link().Replace(Meta().Replace(html, ""), match =>
        {
            var address = System.Net.WebUtility.HtmlDecode(match.Groups["address"].Value);
            var mark = address.IndexOf('#', StringComparison.Ordinal);
            var (file, anchor) = mark < 0 ? (address, "") : (address[..mark], address[mark..]);
            if (file.Length == 0 || Outside().IsMatch(file))
            {
                return match.Value;
            }
            var page = file.EndsWith(".ipynb", StringComparison.Ordinal) ? Uri.UnescapeDataString(file)[..^6] + ".html" : Uri.UnescapeDataString(file);
            return pages.Contains(page) ? $"<a{match.Groups["before"].Value}href=\"{SiteEntry.Address(page)}{HtmlText.Encode(anchor)}\"" : $"<a{match.Groups["before"].Value.TrimEnd()}";
        });
        return Image().Replace(html, match =>
            ImageData().IsMatch(match.Value) ? match.Value
            : Alternative().Match(match.Value) is { Success: true } text ? $"<span class=\"missing\">[image\u00A0: {text.Groups["text"].Value}]</span>" : "");
    }

    private static IEnumerable<string> State(ChapterFacts facts) =>
        ((string?[])[facts.Duration, facts.IsExecuted ? "avec ses résultats" : "sans résultats"]).OfType<string>();

    private static string Lead(IReadOnlyList<SiteEntry> entries)
    {
        var executed = entries.Count(entry => entry.Facts.IsExecuted);
        var count = entries.Count == 1 ? "Un chapitre" : $"{entries.Count}\u00A0chapitres";
        return executed == entries.Count ? $"{count}, avec code, graphiques et résultats."
            : executed == 0 ? $"{count}\u00A0: le texte et le code, sans les résultats."
            : $"{count}, dont {executed} avec {(executed == 1 ? "ses" : "leurs")} résultats.";
    }

    private static string Beside(SiteEntry entry, string before)
    {
        var name = HtmlText.Encode(entry.Facts.Name);
        // The same words on every line: what they belong to is for those who hear a list of links.
        return $"{before}<a href=\"{SiteEntry.Address(entry.Sheet)}\">Fiche résumé<span class=\"unseen\"> de {name}</span></a>"
            + (entry.HasPdf ? $" (<a href=\"{SiteEntry.Address(entry.Pdf)}\">PDF<span class=\"unseen\"> de la fiche résumé de {name}</span></a>)" : "")
            + (entry.HasSlides ? $"{before}<a href=\"{SiteEntry.Address(entry.Slides)}\">Diapositives<span class=\"unseen\"> de {name}</span></a>" : "");
    }

    private static string Warning(ChapterFacts facts) => facts.IsExecuted ? "" :
        "<p class=\"without\">Ce chapitre n’a pas été exécuté\u00A0: vous lisez son texte et son code, sans les graphiques ni les chiffres.</p>\n";

    private static string Around(SiteEntry? previous, SiteEntry? next)
    {
        var links = (previous is null ? "" : $"<a rel=\"prev\" href=\"{SiteEntry.Address(previous.Page)}\"><span>Précédent</span> {HtmlText.Encode(previous.Facts.Title)}</a>\n")
            + "<a class=\"all\" href=\"index.html\">Tous les chapitres</a>\n"
            + (next is null ? "" : $"<a rel=\"next\" href=\"{SiteEntry.Address(next.Page)}\"><span>Suivant</span> {HtmlText.Encode(next.Facts.Title)}</a>\n");
        return $"<nav class=\"around\" aria-label=\"Chapitres\">\n{links}</nav>\n";
    }

    // A policy does not stop a page that sends its reader away.
    [GeneratedRegex("<meta\\b[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex Meta();

    [GeneratedRegex("<a(?<before>\\s(?:[^>]*?\\s)?)href=\"(?<address>[^\"]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex("^(?:https?:|mailto:)", RegexOptions.IgnoreCase)]
    private static partial Regex Outside();

    [GeneratedRegex("<img\\b[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex Image();

    [GeneratedRegex("\\ssrc\\s*=\\s*[\"']data:image/", RegexOptions.IgnoreCase)]
    private static partial Regex ImageData();

    [GeneratedRegex("\\salt\\s*=\\s*\"(?<text>[^\"]+)\"", RegexOptions.IgnoreCase)]
    private static partial Regex Alternative();
}
