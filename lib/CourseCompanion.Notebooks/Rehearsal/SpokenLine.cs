using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>Reads from the prose above a cell what its author would say first.</summary>
internal static partial class SpokenLine
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseEmphasisExtras().Build();

    /// <summary>The first sentence of the first paragraph, as plain text; null where there is none.</summary>
    internal static string? First(string markdown)
    {
        // A line in bold alone is a title: of the chapter, of a call-out.
        var paragraph = Markdown.Parse(markdown, Pipeline).Descendants<ParagraphBlock>()
            .FirstOrDefault(block => block.Inline?.Any(inline => inline is not EmphasisInline) == true && Plain(markdown, block).Length > 0);
        if (paragraph is null)
        {
            return null;
        }
        var text = Plain(markdown, paragraph);
        return Sentence().Match(text) is { Success: true } sentence ? sentence.Value : text;
    }

    /// <summary>The last heading of level 1 to 3, as plain text, or null.</summary>
    internal static string? Heading(string markdown) =>
        Markdown.Parse(markdown, Pipeline).OfType<HeadingBlock>().LastOrDefault(heading => heading.Level <= 3) is { } block ? Plain(markdown, block) : null;

    private static string Plain(string markdown, Block block) => Spaces()
        .Replace(Markdown.ToPlainText(markdown.Substring(block.Span.Start, Math.Min(block.Span.Length, markdown.Length - block.Span.Start)), Pipeline), " ").Trim();

    // A sentence ends before a space and a capital, an opening quote or the end: « p. ex. 0,5 » goes on.
    [GeneratedRegex("^.+?[.!?…](?:\\s?»)?(?=\\s+[\\p{Lu}«\"(`]|\\s*$)", RegexOptions.Singleline)]
    private static partial Regex Sentence();

    // No-break spaces stay.
    [GeneratedRegex("[ \\t\\r\\n]+")]
    private static partial Regex Spaces();
}
