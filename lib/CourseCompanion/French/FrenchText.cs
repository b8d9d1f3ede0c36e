using System.Text.RegularExpressions;

namespace CourseCompanion.French;

/// <summary>French typography and safe HTML for texts that a student reads.</summary>
internal static partial class FrenchText
{
    /// <summary>
    /// Makes the spaces that French wants before « : ; ! ? % » and inside guillemets unbreakable. Spaces are replaced, never
    /// added, and what stands between backticks (code) is left alone.
    /// </summary>
    /// <param name="text">Plain text.</param>
    /// <returns>The same text, one character for one.</returns>
    public static string Typeset(string text)
    {
        var parts = text.Split('`');
        for (var i = 0; i < parts.Length; i += 2)
        {
            var spaced = parts[i].Replace("« ", "«\u00A0", StringComparison.Ordinal);
            spaced = SpaceBeforeWideSign().Replace(spaced, FrenchNumbers.NoBreakSpace);
            parts[i] = SpaceBeforeNarrowSign().Replace(spaced, FrenchNumbers.NarrowNoBreakSpace);
        }

        return string.Join('`', parts);
    }

    /// <summary>Typesets a plain text and encodes it for HTML; `code` between backticks becomes code, line feeds become breaks.</summary>
    /// <param name="text">Plain text.</param>
    /// <returns>An HTML fragment.</returns>
    public static string ToHtml(string text)
    {
        var parts = Typeset(text).Split('`');
        for (var i = 0; i < parts.Length; i++)
        {
            var encoded = Encode(parts[i]);
            var closed = i + 1 < parts.Length;
            parts[i] = (i % 2 == 0, closed) switch
            {
                (true, _) => encoded.Replace("\n", "<br>", StringComparison.Ordinal),
                (false, true) => $"<code>{encoded}</code>",
                (false, false) => "`" + encoded,
            };
        }

        return string.Concat(parts);
    }

    /// <summary>Encodes markup characters; letters with accents stay as they are.</summary>
    /// <param name="text">Plain text.</param>
    /// <returns>Text for an HTML element or a quoted attribute.</returns>
    public static string Encode(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal);

    [GeneratedRegex(" (?=[:%»])")]
    private static partial Regex SpaceBeforeWideSign();

    [GeneratedRegex(" (?=[;!?])")]
    private static partial Regex SpaceBeforeNarrowSign();
}
