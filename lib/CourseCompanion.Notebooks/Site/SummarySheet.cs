using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Display;
using CourseCompanion.French;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Notebooks.Slides;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Site;

/// <summary>
/// The summary sheet of a chapter, one or two printed pages: what one learns, what to keep, the call-outs, the key figures, the questions
/// of the quiz. It is read from the notebook as the slides are; whatever the chapter lacks is left out.
/// </summary>
internal static partial class SummarySheet
{
    private const string ToKeep = "En résumé";

    /// <summary>The page.</summary>
    /// <param name="entry">The chapter.</param>
    /// <param name="site">The site's name.</param>
    /// <param name="pages">The pages of the site, which links may lead to.</param>
    internal static string Page(SiteEntry entry, string site, IReadOnlySet<string> pages)
    {
        var html = new CellHtml(new PageImages(entry.Chapter.Folder));
        var deck = Deck.Lay(entry.Chapter.Notebook, new SlideOptions());
        var prose = deck.Sections.SelectMany(section => section.Slides).SelectMany(slide => slide.Items).OfType<DeckProse>().ToList();
        var body = new StringBuilder();
        Add("learn", "Ce que vous saurez faire", prose.Select(item => Goals().Match(item.Markdown)).FirstOrDefault(match => match.Success) is { } goals
            ? html.Prose(goals.Groups["list"].Value) : "");
        Add("keep", "À retenir", string.Concat(deck.Sections.Where(section => Deck.Says(section.Heading, ToKeep))
            .SelectMany(section => section.Slides).SelectMany(slide => slide.Items).OfType<DeckProse>()
            .Select(item => html.Prose(WithoutHeading(item.Markdown)))));
        Add("figures", "Chiffres clés", KeyFigures(entry.Chapter.Notebook) is { } table ? html.Output(table) : "");
        Add("boxes", "Définitions et pièges", string.Concat(prose.SelectMany(item => Boxes(item.Markdown)).Select(box => html.Prose(box))));
        Add("quiz", "Se tester", Questions(entry.Chapter));
        var facts = entry.Facts;
        return SitePage.Whole($"Fiche résumé · {facts.Title}", "sheet", $"""
            <header class="bar"><a class="home" href="index.html">{HtmlText.Encode(site)}</a><a href="{SiteEntry.Address(entry.Page)}">Le chapitre</a></header>
            <main id="contenu" tabindex="-1">
            <p class="kind">Fiche résumé{(facts.Number is { } number ? " · " + HtmlText.Encode(number) : "")}</p>
            <h1>{HtmlText.Encode(facts.Name)}</h1>
            {(facts.Summary is { } summary ? $"<p class=\"lead\">{HtmlText.Encode(summary)}</p>\n" : "")}{SitePages.Closed(body.ToString(), pages)}</main>
            {SitePage.Foot(facts.Footer)}
            """, []);

        void Add(string kind, string heading, string content)
        {
            if (content.Length > 0)
            {
                body.Append(CultureInfo.InvariantCulture, $"<section class=\"{kind}\">\n<h2>{heading}</h2>\n{content}</section>\n");
            }
        }
    }

    /// <summary>The chapter's table of scores: the one with the baseline that every chapter has, else the last.</summary>
    private static NotebookOutput? KeyFigures(NotebookDocument notebook)
    {
        var tables = notebook.CodeCells.SelectMany(cell => cell.Outputs)
            .Where(output => output.JsonData(MimeTypes.Results) is JsonObject && output.MimeTypes.Contains(MimeTypes.Html)).ToList();
        return tables.Find(HasBaseline) ?? tables.LastOrDefault();
    }

    private static bool HasBaseline(NotebookOutput table) => table.JsonData(MimeTypes.Results)!["figures"] is JsonObject figures
        && figures.Any(figure => figure.Key.StartsWith("majority.", StringComparison.Ordinal));

    // A question is an aside of the reading: on the sheet stand definitions, cautions and mistakes.
    private static IEnumerable<string> Boxes(string markdown) =>
        Box().Matches(markdown).Select(box => box.Value).Where(box => !box.Contains("**⁇", StringComparison.Ordinal));

    private static string WithoutHeading(string markdown) =>
        markdown.StartsWith('#') ? markdown[(markdown.IndexOf('\n', StringComparison.Ordinal) is var end and >= 0 ? end : markdown.Length)..] : markdown;

    private static string Questions(SiteChapter chapter)
    {
        var file = chapter.Folder is null ? null : Path.Combine(chapter.Folder, "quiz", chapter.Name + ".json");
        if (file is null || !File.Exists(file))
        {
            return "";
        }
        var list = new StringBuilder("<ol>\n");
        foreach (var question in Quiz.Load(file).Questions)
        {
            var choices = question.Choices.Select((choice, i) => $"<span><b>{(char)('a' + i)}.</b>\u00A0{FrenchText.ToHtml(choice)}</span>");
            list.Append(CultureInfo.InvariantCulture, $"<li>{FrenchText.ToHtml(question.Statement + (question.IsMultiple ? " (plusieurs réponses)" : ""))}\n<p>{string.Join(" ", choices)}</p></li>\n");
        }
        return list.Append("</ol>\n").ToString();
    }

    [GeneratedRegex("\\*\\*À la fin de ce chapitre[^\\n]*\\n+(?<list>(?:[-*] [^\\n]*(?:\\n|$)|[ ]+[^\\n]+(?:\\n|$))+)")]
    private static partial Regex Goals();

    [GeneratedRegex("<blockquote[^>]*>.*?\\n</blockquote>", RegexOptions.Singleline)]
    private static partial Regex Box();
}
