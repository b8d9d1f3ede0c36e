using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>The tables of an HTML fragment that a cell put out, such as a table of results, as rows of texts.</summary>
internal static partial class HtmlTables
{
    /// <summary>Reads the tables, each with its caption; what is no table becomes the note of the table before it.</summary>
    internal static IEnumerable<TableBlock> Read(string html)
    {
        var tables = Table().Matches(html);
        for (var i = 0; i < tables.Count; i++)
        {
            var content = tables[i].Groups["content"].Value;
            var rows = Row().Matches(content)
                .Select(row => Cell().Matches(row.Groups["content"].Value).Select(cell => Text(cell.Groups["content"].Value)).ToList())
                .Where(row => row.Count > 0).ToList();
            if (rows.Count == 0)
            {
                continue;
            }
            var width = rows.Max(row => row.Count);
            var after = tables[i].Index + tables[i].Length;
            var note = Text(html[after..(i + 1 < tables.Count ? tables[i + 1].Index : html.Length)]);
            var caption = Caption().Match(content) is { Success: true } match ? Text(match.Groups["content"].Value) : null;
            yield return new TableBlock(caption, [.. rows.Select(row => (IReadOnlyList<string>)[.. row, .. Enumerable.Repeat("", width - row.Count)])], note.Length > 0 ? note : null, HasHead(content));
        }
    }

    // A row whose every cell is a heading; a table of names and values has one in each row.
    private static bool HasHead(string table) =>
        Cell().Matches(Row().Match(table).Groups["content"].Value).All(cell => cell.Groups["name"].Value.Equals("th", StringComparison.OrdinalIgnoreCase));

    private static string Text(string html)
    {
        var text = new StringBuilder();
        var position = 0;
        foreach (Match tag in Tag().Matches(html))
        {
            text.Append(html, position, tag.Index - position);
            // Inline marks do not part words.
            text.Append(InlineTag().IsMatch(tag.Value) ? "" : " ");
            position = tag.Index + tag.Length;
        }
        return Spaces().Replace(WebUtility.HtmlDecode(text.Append(html, position, html.Length - position).ToString()), " ").Trim();
    }

    [GeneratedRegex(@"<table\b[^>]*>(?<content>.*?)</table>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Table();

    [GeneratedRegex(@"<tr\b[^>]*>(?<content>.*?)</tr>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Row();

    [GeneratedRegex(@"<(?<name>t[hd])\b[^>]*>(?<content>.*?)</\k<name>>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Cell();

    [GeneratedRegex("<caption\\b[^>]*>(?<content>.*?)</caption>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Caption();

    [GeneratedRegex("<[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Tag();

    [GeneratedRegex("^</?(b|strong|em|i|code|span|sup|sub)\\b", RegexOptions.IgnoreCase)]
    private static partial Regex InlineTag();

    // Only spaces that may be broken: those of French numbers stay.
    [GeneratedRegex("[ \\t\\r\\n]+")]
    private static partial Regex Spaces();
}
