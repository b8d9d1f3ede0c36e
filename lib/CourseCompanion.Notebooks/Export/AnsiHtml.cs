using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Export;

/// <summary>Terminal text as HTML: the ANSI colours and weights become classes, other escapes disappear.</summary>
internal static partial class AnsiHtml
{
    internal static string Convert(string text)
    {
        var html = new StringBuilder(text.Length + 64);
        string? style = null;
        var position = 0;
        foreach (Match match in Escape().Matches(text))
        {
            html.Append(HtmlText.Encode(text[position..match.Index]));
            position = match.Index + match.Length;
            if (match.Groups["sgr"].Success)
            {
                var next = Style(match.Groups["sgr"].Value, style);
                if (next != style)
                {
                    html.Append(style is null ? "" : "</span>").Append(next is null ? "" : $"<span class=\"{next}\">");
                    style = next;
                }
            }
        }
        html.Append(HtmlText.Encode(text[position..]));
        return html.Append(style is null ? "" : "</span>").ToString();
    }

    private static string? Style(string codes, string? current)
    {
        var style = current;
        foreach (var code in codes.Split(';'))
        {
            style = (int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0) switch
            {
                0 or 39 => null,
                1 => "ansi-bold",
                >= 30 and <= 37 and var colour => $"ansi-{colour - 30}",
                >= 90 and <= 97 and var colour => $"ansi-{colour - 90 + 8}",
                _ => style,
            };
        }
        return style;
    }

    [GeneratedRegex(@"\e(?:\[(?<sgr>[0-9;]*)m|\[[0-9;?]*[A-Za-ln-z]|\][^\a]*\a)")]
    private static partial Regex Escape();
}
