using CourseCompanion.French;

namespace CourseCompanion.Display;

/// <summary>The frame around what exercises and quizzes show: light, with its own text colour, so that dark themes keep it readable.</summary>
internal static class HtmlCard
{
    /// <summary>Puts a title and content into the frame.</summary>
    /// <param name="title">French title, plain text.</param>
    /// <param name="content">HTML.</param>
    /// <param name="accent">Colour of the edge.</param>
    /// <returns>An HTML fragment.</returns>
    public static string Wrap(string title, string content, string accent) =>
        $"""
        <div style="background: #FFFFFF; color: #1A1A1A; border: 1px solid #CCCCCC; border-left: 6px solid {accent}; border-radius: 4px; padding: 10px 16px; font-family: sans-serif; line-height: 1.5">
        <p style="margin: 0 0 6px 0"><strong>{FrenchText.ToHtml(title)}</strong></p>
        {content}
        </div>
        """;

    /// <summary>A list without bullets: each item starts with its own sign.</summary>
    /// <param name="items">HTML of the items.</param>
    /// <returns>An HTML list.</returns>
    public static string List(IEnumerable<string> items) =>
        $"<ul style=\"list-style: none; margin: 4px 0; padding-left: 0.6em\">{string.Concat(items.Select(item => $"<li style=\"margin: 4px 0\">{item}</li>"))}</ul>";

    /// <summary>One paragraph.</summary>
    /// <param name="text">French plain text; `code` between backticks.</param>
    /// <returns>An HTML paragraph.</returns>
    public static string Paragraph(string text) => $"<p style=\"margin: 6px 0\">{FrenchText.ToHtml(text)}</p>";
}
