using System.Text;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>
/// Text in HTML. Only what must be escaped is: accented letters stay readable in the notebook file, where the
/// framework's encoder would write <c>&amp;#233;</c>.
/// </summary>
internal static class HtmlText
{
    /// <summary>The text, safe as content and inside quoted attributes.</summary>
    internal static string Encode(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>\"'") < 0)
        {
            return text;
        }
        var html = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => html.Append("&amp;"),
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                '"' => html.Append("&quot;"),
                '\'' => html.Append("&#39;"),
                _ => html.Append(c),
            };
        }
        return html.ToString();
    }
}
