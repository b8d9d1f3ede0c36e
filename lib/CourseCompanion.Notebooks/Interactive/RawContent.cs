namespace CourseCompanion.Notebooks.Interactive;

/// <summary>Text of one MIME type that is displayed as it is, without formatting: HTML, Markdown, a script.</summary>
/// <param name="MimeType">For example <c>text/html</c>.</param>
/// <param name="Text">The content.</param>
public sealed record RawContent(string MimeType, string Text)
{
    /// <summary>The content itself.</summary>
    public override string ToString() => Text;
}
