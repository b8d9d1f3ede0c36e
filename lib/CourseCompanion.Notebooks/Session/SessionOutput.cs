using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Something a cell put out. The headless runner and the Jupyter server consume the same events, in the order in which
/// the session raises them: streams are batched, and always flushed before any other event.
/// </summary>
public abstract record SessionOutput;

/// <summary>Text on standard output or standard error.</summary>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">The text; line ends are <c>\n</c>.</param>
public sealed record StreamOutput(string Name, string Text) : SessionOutput;

/// <summary>Something displayed.</summary>
/// <param name="Bundle">The value in one or more MIME types.</param>
/// <param name="DisplayId">The id by which later <see cref="UpdateDisplayOutput"/> events name this display.</param>
public sealed record DisplayOutput(MimeBundle Bundle, string DisplayId) : SessionOutput;

/// <summary>A display changed in place.</summary>
/// <param name="Bundle">The new value in one or more MIME types.</param>
/// <param name="DisplayId">The id of the <see cref="DisplayOutput"/> to replace.</param>
public sealed record UpdateDisplayOutput(MimeBundle Bundle, string DisplayId) : SessionOutput;

/// <summary>The value of a cell's last expression.</summary>
/// <param name="Bundle">The value in one or more MIME types.</param>
/// <param name="ExecutionCount">The cell's number.</param>
public sealed record ResultOutput(MimeBundle Bundle, int ExecutionCount) : SessionOutput;

/// <summary>The error that ended a cell, in French.</summary>
/// <param name="Name">The exception's type, <c>CompilationError</c>, <c>KeyboardInterrupt</c> or <c>TimeoutException</c>.</param>
/// <param name="Value">The message.</param>
/// <param name="Traceback">The lines to show, with ANSI colours.</param>
public sealed record ErrorOutput(string Name, string Value, IReadOnlyList<string> Traceback) : SessionOutput;

/// <summary>One value in one or more MIME types.</summary>
/// <param name="Data">MIME type to text, or to JSON for the JSON types.</param>
/// <param name="Metadata">Metadata per MIME type.</param>
public sealed record MimeBundle(JsonObject Data, JsonObject Metadata)
{
    /// <summary>A bundle of one textual type.</summary>
    /// <param name="mimeType">For example <c>text/plain</c>.</param>
    /// <param name="text">The data.</param>
    public static MimeBundle Of(string mimeType, string text) => new(new JsonObject { [mimeType] = text }, []);

    /// <summary>The data in <c>text/plain</c>, or an empty string.</summary>
    public string PlainText => Data["text/plain"]?.GetValue<string>() ?? "";
}
