namespace CourseCompanion.Notebooks.Slides;

/// <summary>A piece of a Markdown text that begins with a heading of level 1 or 2, or what stands before the first.</summary>
/// <param name="Level">1 or 2; 0 without a heading.</param>
/// <param name="Heading">The heading's Markdown text, or null.</param>
/// <param name="Text">The whole piece, its heading included.</param>
internal sealed record MarkdownSection(int Level, string? Heading, string Text);

/// <summary>Cuts a Markdown text where slides begin.</summary>
internal static class MarkdownSections
{
    /// <summary>The pieces, in order; none is blank.</summary>
    /// <param name="markdown">A text with <c>\n</c> line ends. Headings inside fenced code are code.</param>
    internal static IEnumerable<MarkdownSection> Split(string markdown)
    {
        var lines = new List<string>();
        string? fence = null;
        foreach (var line in markdown.Split('\n'))
        {
            if (fence is null && LevelOf(line) > 0 && lines.Count > 0)
            {
                if (Piece(lines) is { } piece)
                {
                    yield return piece;
                }
                lines.Clear();
            }
            lines.Add(line);
            fence = FenceAfter(line.TrimStart(), fence);
        }
        if (Piece(lines) is { } last)
        {
            yield return last;
        }
    }

    private static MarkdownSection? Piece(List<string> lines)
    {
        var text = string.Join('\n', lines).Trim('\n');
        if (text.Trim().Length == 0)
        {
            return null;
        }
        var level = LevelOf(text);
        return new MarkdownSection(level, level == 0 ? null : text.Split('\n')[0][(level + 1)..].Trim().TrimEnd('#').TrimEnd(), text);
    }

    private static int LevelOf(string line) =>
        line.StartsWith("# ", StringComparison.Ordinal) ? 1 : line.StartsWith("## ", StringComparison.Ordinal) ? 2 : 0;

    private static string? FenceAfter(string line, string? fence)
    {
        foreach (var mark in (string[])["```", "~~~"])
        {
            if (line.StartsWith(mark, StringComparison.Ordinal) && (fence is null || fence == mark))
            {
                return fence is null ? mark : null;
            }
        }
        return fence;
    }
}
