namespace CourseCompanion.Display;

/// <summary>The MIME types that the course's displayable objects may emit, richest first.</summary>
public static class MimeTypes
{
    /// <summary>A Plotly figure: one JSON object with <c>data</c>, <c>layout</c>, <c>config</c> and, for animations, <c>frames</c>.</summary>
    public const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>An HTML fragment, complete in itself.</summary>
    public const string Html = "text/html";

    /// <summary>A PNG image, base64-encoded as Jupyter stores it.</summary>
    public const string Png = "image/png";

    /// <summary>Text for a terminal and for a screen reader.</summary>
    public const string PlainText = "text/plain";

    /// <summary>
    /// Published figures, for machines: one JSON object <c>{"title": string, "figures": {name: number}, "provenance": object}</c>.
    /// </summary>
    public const string Results = "application/vnd.coursecompanion.results+json";

    /// <summary>Every type above, richest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Plotly, Html, Png, PlainText, Results];
}
