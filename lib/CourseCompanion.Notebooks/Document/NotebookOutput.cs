using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Document;

/// <summary>What an output of a code cell is.</summary>
public enum NotebookOutputKind
{
    /// <summary>Text written to standard output or standard error.</summary>
    Stream,

    /// <summary>Something displayed, in one or more MIME types.</summary>
    DisplayData,

    /// <summary>The value of the cell's last expression, in one or more MIME types.</summary>
    ExecuteResult,

    /// <summary>The error that ended the cell.</summary>
    Error,
}

/// <summary>One output of a code cell: a view over its JSON.</summary>
public sealed class NotebookOutput
{
    internal NotebookOutput(JsonObject node) => Node = node;

    /// <summary>The output's JSON.</summary>
    public JsonObject Node { get; }

    /// <summary>What the output is.</summary>
    public NotebookOutputKind Kind => Node["output_type"]!.GetValue<string>() switch
    {
        "stream" => NotebookOutputKind.Stream,
        "display_data" => NotebookOutputKind.DisplayData,
        "execute_result" => NotebookOutputKind.ExecuteResult,
        _ => NotebookOutputKind.Error,
    };

    /// <summary>The name of a stream: <c>stdout</c> or <c>stderr</c>; null for the other kinds.</summary>
    public string? StreamName => Node["name"]?.GetValue<string>();

    /// <summary>The text of a stream; empty for the other kinds.</summary>
    public string Text => MultilineText.Read(Node["text"]);

    /// <summary>The MIME types in the bundle of a display or result, in order; empty for the other kinds.</summary>
    public IEnumerable<string> MimeTypes => Node["data"] is JsonObject data ? data.Select(pair => pair.Key) : [];

    /// <summary>The name of an error; null for the other kinds.</summary>
    public string? ErrorName => Node["ename"]?.GetValue<string>();

    /// <summary>The message of an error; null for the other kinds.</summary>
    public string? ErrorValue => Node["evalue"]?.GetValue<string>();

    /// <summary>The lines of an error's report, with ANSI colours; empty for the other kinds.</summary>
    public IReadOnlyList<string> Traceback =>
        Node["traceback"] is JsonArray lines ? [.. lines.Select(line => line!.GetValue<string>())] : [];

    /// <summary>The data of a display or result in one textual MIME type, or null.</summary>
    /// <param name="mimeType">For example <c>text/html</c>.</param>
    public string? TextData(string mimeType) =>
        Node["data"] is JsonObject data && data.ContainsKey(mimeType) && !NotebookValidator.IsJsonMime(mimeType)
            ? MultilineText.Read(data[mimeType])
            : null;

    /// <summary>The data of a display or result in one JSON MIME type, or null.</summary>
    /// <param name="mimeType">For example <c>application/vnd.plotly.v1+json</c>.</param>
    public JsonNode? JsonData(string mimeType) => Node["data"] is JsonObject data ? data[mimeType] : null;

    /// <summary>Creates a stream output.</summary>
    /// <param name="name"><c>stdout</c> or <c>stderr</c>.</param>
    /// <param name="text">The text.</param>
    public static NotebookOutput Stream(string name, string text) => new(new JsonObject
    {
        ["name"] = name,
        ["output_type"] = "stream",
        ["text"] = MultilineText.Write(text),
    });

    /// <summary>Creates a display output.</summary>
    /// <param name="data">MIME type to text or JSON.</param>
    /// <param name="metadata">Metadata per MIME type, or null.</param>
    public static NotebookOutput Display(JsonObject data, JsonObject? metadata = null) => new(new JsonObject
    {
        ["data"] = Stored(data),
        ["metadata"] = metadata?.DeepClone() ?? new JsonObject(),
        ["output_type"] = "display_data",
    });

    /// <summary>Creates the output for the value of a cell's last expression.</summary>
    /// <param name="executionCount">The cell's execution count.</param>
    /// <param name="data">MIME type to text or JSON.</param>
    /// <param name="metadata">Metadata per MIME type, or null.</param>
    public static NotebookOutput Result(int executionCount, JsonObject data, JsonObject? metadata = null) => new(new JsonObject
    {
        ["data"] = Stored(data),
        ["execution_count"] = executionCount,
        ["metadata"] = metadata?.DeepClone() ?? new JsonObject(),
        ["output_type"] = "execute_result",
    });

    /// <summary>Creates an error output.</summary>
    /// <param name="name">The error's name.</param>
    /// <param name="value">Its message.</param>
    /// <param name="traceback">The lines of its report; may hold ANSI colours.</param>
    public static NotebookOutput Error(string name, string value, IEnumerable<string> traceback) => new(new JsonObject
    {
        ["ename"] = name,
        ["evalue"] = value,
        ["output_type"] = "error",
        ["traceback"] = new JsonArray([.. traceback.Select(line => JsonValue.Create(line))]),
    });

    /// <summary>Replaces the data of a display or result in place, as <c>update_display_data</c> asks.</summary>
    /// <param name="data">MIME type to text or JSON.</param>
    /// <param name="metadata">Metadata per MIME type, or null.</param>
    public void Replace(JsonObject data, JsonObject? metadata = null)
    {
        Node["data"] = Stored(data);
        Node["metadata"] = metadata?.DeepClone() ?? new JsonObject();
    }

    /// <summary>Appends to the text of a stream.</summary>
    /// <param name="text">The text to append.</param>
    public void Append(string text) => Node["text"] = MultilineText.Write(Text + text);

    private static JsonObject Stored(JsonObject data)
    {
        var stored = new JsonObject();
        foreach (var (mime, value) in data)
        {
            // Text is stored as lines, as Jupyter does, so that diffs show what changed; images in base64 stay one string.
            stored[mime] = mime.StartsWith("text/", StringComparison.Ordinal) && value is JsonValue text && text.TryGetValue(out string? s)
                ? MultilineText.Write(s)
                : value?.DeepClone();
        }
        return stored;
    }
}
