using System.Text.RegularExpressions;

namespace CourseCompanion.Chapters.Tests;

/// <summary>What a French printer would correct in a Markdown text. Code, tags and addresses are left alone.</summary>
internal static partial class FrenchTypography
{
    /// <summary>The faults of a text, each with the words around it.</summary>
    public static IReadOnlyList<string> Faults(string markdown)
    {
        var prose = Prose(markdown);
        return
        [
            .. Find(prose, BreakableSpace(), "an ordinary space before"),
            .. Find(prose, NoSpace(), "no space before"),
            .. Find(prose, OpeningGuillemet(), "no no-break space after"),
            .. Find(prose, StraightQuote(), "a straight quote instead of guillemets"),
            .. Find(prose, ThreeDots(), "three dots instead of …"),
        ];
    }

    /// <summary>The words of a text: what stands between spaces and holds a letter or a digit.</summary>
    public static int CountWords(string markdown) =>
        Prose(markdown).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Count(word => word.Any(char.IsLetterOrDigit));

    private static string Prose(string markdown)
    {
        var text = FencedCode().Replace(markdown.ReplaceLineEndings("\n"), "");
        text = InlineCode().Replace(text, "code");
        text = TagOrAddress().Replace(text, "");
        return Entity().Replace(text, "x");
    }

    private static IEnumerable<string> Find(string prose, Regex fault, string what) => fault.Matches(prose).Select(match =>
    {
        var from = Math.Max(0, match.Index - 20);
        return $"{what} '{match.Value.Trim()}' in '{prose[from..Math.Min(prose.Length, match.Index + 10)].ReplaceLineEndings(" ")}'";
    });

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencedCode();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"<[^>]*>|(?<=\])\([^)\s]+\)")]
    private static partial Regex TagOrAddress();

    [GeneratedRegex("&#?[A-Za-z0-9]+;")]
    private static partial Regex Entity();

    // The colons of a table's rule are not prose.
    [GeneratedRegex("[ \t][:;!?»%](?!-)")]
    private static partial Regex BreakableSpace();

    [GeneratedRegex(@"(?<=[\p{L}\p{N})*])(?:[;!?»%]|:(?=[\s*]|$))")]
    private static partial Regex NoSpace();

    [GeneratedRegex("«(?![\u00A0\u202F])")]
    private static partial Regex OpeningGuillemet();

    [GeneratedRegex("\"")]
    private static partial Regex StraightQuote();

    [GeneratedRegex(@"\.\.\.")]
    private static partial Regex ThreeDots();
}
