using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Slides;

namespace CourseCompanion.Notebooks.Site;

/// <summary>What the site says of a chapter, read from the notebook's first cell and its results.</summary>
/// <param name="Title">Its whole title: « Chapitre 2.1 · Qui ressemble à qui ? ».</param>
/// <param name="Number">« Chapitre 2.1 », or null where the title has no number.</param>
/// <param name="Name">The title without the number.</param>
/// <param name="Summary">The line below the title: plain text, or null.</param>
/// <param name="Duration">« 45 minutes », or null.</param>
/// <param name="IsExecuted">Whether it has results.</param>
/// <param name="Footer">What figures must never be without: generated images, a trial, the author's own remark; or null.</param>
internal sealed partial record ChapterFacts(string Title, string? Number, string Name, string? Summary, string? Duration, bool IsExecuted, string? Footer)
{
    internal static ChapterFacts Read(SiteChapter chapter)
    {
        var title = chapter.Notebook.Title ?? chapter.Name;
        var numbered = Numbered().Match(title);
        var opening = chapter.Notebook.Cells.FirstOrDefault(cell => cell.Kind == NotebookCellKind.Markdown)?.Source ?? "";
        var summary = Subtitle().Match(opening);
        var duration = TimeNeeded().Match(opening);
        return new ChapterFacts(
            title,
            numbered.Success ? numbered.Groups["number"].Value : null,
            numbered.Success ? numbered.Groups["name"].Value : title,
            summary.Success ? summary.Groups["text"].Value : null,
            duration.Success ? duration.Groups["text"].Value : null,
            Deck.IsExecuted(chapter.Notebook),
            Deck.FooterOf(chapter.Notebook));
    }

    [GeneratedRegex("^(?<number>Chapitre\\s+[0-9]+(?:\\.[0-9]+)?)\\s+·\\s+(?<name>.+)$")]
    private static partial Regex Numbered();

    // A paragraph of bold letters and nothing else, right below the title.
    [GeneratedRegex("^# [^\\n]*\\n+\\*\\*(?<text>[^*\\n]+)\\*\\*[ ]*(?:\\n|$)")]
    private static partial Regex Subtitle();

    [GeneratedRegex("\\*\\*Durée\\s*:\\*\\*\\s*(?<text>[0-9]+\\s+(?:minutes?|heures?))")]
    private static partial Regex TimeNeeded();
}
