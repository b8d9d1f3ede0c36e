using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>A Markdown text as paragraphs and tables. Raw HTML falls away, and what it encloses stays; formulas stand as TeX.</summary>
internal static class MarkdownBlocks
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseEmphasisExtras().UseMathematics().Build();

    /// <summary>Reads a text.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="skipsTitle">Whether a heading of level 1 or 2 falls away: it is the slide's title.</param>
    internal static IEnumerable<Block> Read(string markdown, bool skipsTitle) =>
        Blocks(Markdown.Parse(markdown, Pipeline), skipsTitle, Bullet.None, level: 0);

    private static IEnumerable<Block> Blocks(ContainerBlock container, bool skipsTitle, Bullet bullet, int level)
    {
        var mark = bullet;
        foreach (var block in container)
        {
            switch (block)
            {
                case HeadingBlock heading when !(skipsTitle && heading.Level <= 2):
                    yield return new TextBlock([.. Runs(heading.Inline, isBold: true)]);
                    break;
                case HeadingBlock:
                    break;
                case MathBlock math:
                    yield return new TextBlock([new TextRun(math.Lines.ToString(), IsItalic: true)]);
                    break;
                case CodeBlock code:
                    yield return new TextBlock([new TextRun(code.Lines.ToString(), IsCode: true)]);
                    break;
                case ParagraphBlock paragraph:
                    yield return new TextBlock([.. Runs(paragraph.Inline)], mark, level);
                    // Only the first paragraph of an item has its mark.
                    mark = Bullet.None;
                    break;
                case Table table:
                    yield return new TableBlock(null, [.. Rows(table)]);
                    break;
                case ListBlock list:
                    foreach (var item in list.OfType<ListItemBlock>())
                    {
                        foreach (var inner in Blocks(item, skipsTitle, list.IsOrdered ? Bullet.Number : Bullet.Point, bullet == Bullet.None ? level : level + 1))
                        {
                            yield return inner;
                        }
                    }
                    break;
                case ContainerBlock other:
                    foreach (var inner in Blocks(other, skipsTitle, mark, level))
                    {
                        yield return inner;
                    }
                    break;
            }
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(Table table)
    {
        var rows = table.OfType<TableRow>().Select(row => row.OfType<TableCell>().Select(Text).ToList()).ToList();
        var width = rows.Max(row => row.Count);
        return rows.Select(row => (IReadOnlyList<string>)[.. row, .. Enumerable.Repeat("", width - row.Count)]);
    }

    private static string Text(TableCell cell) =>
        string.Join(' ', Blocks(cell, skipsTitle: false, Bullet.None, level: 0).OfType<TextBlock>().Select(text => text.Text));

    private static IEnumerable<TextRun> Runs(ContainerInline? inlines, bool isBold = false, bool isItalic = false)
    {
        foreach (var inline in inlines ?? Enumerable.Empty<Inline>())
        {
            switch (inline)
            {
                case LiteralInline literal:
                    yield return new TextRun(literal.Content.ToString(), isBold, isItalic);
                    break;
                case CodeInline code:
                    yield return new TextRun(code.Content, isBold, isItalic, IsCode: true);
                    break;
                case MathInline math:
                    yield return new TextRun(math.Content.ToString(), isBold, IsItalic: true);
                    break;
                case LineBreakInline line:
                    yield return new TextRun(line.IsHard ? "\n" : " ", isBold, isItalic);
                    break;
                case HtmlEntityInline entity:
                    yield return new TextRun(entity.Transcoded.ToString(), isBold, isItalic);
                    break;
                case EmphasisInline emphasis:
                    var strong = emphasis.DelimiterChar is '*' or '_' && emphasis.DelimiterCount == 2;
                    foreach (var run in Runs(emphasis, isBold || strong, isItalic || !strong))
                    {
                        yield return run;
                    }
                    break;
                case LinkInline { IsImage: true }:
                    break;
                case ContainerInline container:
                    foreach (var run in Runs(container, isBold, isItalic))
                    {
                        yield return run;
                    }
                    break;
            }
        }
    }
}
