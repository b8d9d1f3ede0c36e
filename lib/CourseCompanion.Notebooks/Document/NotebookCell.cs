using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Document;

/// <summary>What a cell holds.</summary>
public enum NotebookCellKind
{
    /// <summary>Program text with its outputs.</summary>
    Code,

    /// <summary>Prose.</summary>
    Markdown,

    /// <summary>Text that no one interprets.</summary>
    Raw,
}

/// <summary>One cell of a notebook: a view over its JSON.</summary>
public sealed class NotebookCell
{
    internal NotebookCell(JsonObject node) => Node = node;

    /// <summary>The cell's JSON.</summary>
    public JsonObject Node { get; }

    /// <summary>The cell's id, unique in its document.</summary>
    public string Id => Node["id"]!.GetValue<string>();

    /// <summary>What the cell holds.</summary>
    public NotebookCellKind Kind => Node["cell_type"]!.GetValue<string>() switch
    {
        "code" => NotebookCellKind.Code,
        "markdown" => NotebookCellKind.Markdown,
        _ => NotebookCellKind.Raw,
    };

    /// <summary>The cell's metadata.</summary>
    public JsonObject Metadata => Node["metadata"]!.AsObject();

    /// <summary>The cell's text with <c>\n</c> line ends. Set, it is stored as a list of lines, as Jupyter does.</summary>
    public string Source
    {
        get => MultilineText.Read(Node["source"]).ReplaceLineEndings("\n");
        set => Node["source"] = MultilineText.Write(value);
    }

    /// <summary>The cell's tags, in order.</summary>
    public IReadOnlyList<string> Tags =>
        Metadata["tags"] is JsonArray tags ? [.. tags.Select(tag => tag!.GetValue<string>())] : [];

    /// <summary>The files pasted into a Markdown or raw cell (name, then MIME type to base64 data), or null.</summary>
    public JsonObject? Attachments => Node["attachments"] as JsonObject;

    /// <summary>How many cells had run when this one did (code cells), or null.</summary>
    public int? ExecutionCount
    {
        get => Node["execution_count"]?.GetValue<int>();
        set => Node["execution_count"] = value;
    }

    /// <summary>The outputs of a code cell; empty for the other kinds.</summary>
    public IReadOnlyList<NotebookOutput> Outputs =>
        Node["outputs"] is JsonArray outputs ? [.. outputs.Select(output => new NotebookOutput(output!.AsObject()))] : [];

    /// <summary>Creates a code cell.</summary>
    /// <param name="source">Its C# text.</param>
    /// <param name="tags">Its tags.</param>
    public static NotebookCell Code(string source, params ReadOnlySpan<string> tags) => Create("code", source, tags);

    /// <summary>Creates a Markdown cell.</summary>
    /// <param name="source">Its Markdown text.</param>
    /// <param name="tags">Its tags.</param>
    public static NotebookCell Markdown(string source, params ReadOnlySpan<string> tags) => Create("markdown", source, tags);

    /// <summary>Whether the cell carries a tag.</summary>
    /// <param name="tag">The tag, case-sensitive.</param>
    public bool HasTag(string tag) => Tags.Contains(tag, StringComparer.Ordinal);

    /// <summary>Appends an output to a code cell.</summary>
    /// <param name="output">An output that belongs to no cell yet.</param>
    public void AddOutput(NotebookOutput output) => Node["outputs"]!.AsArray().Add(output.Node);

    /// <summary>Removes the outputs and the execution count of a code cell; does nothing to the other kinds.</summary>
    public void ClearOutputs()
    {
        if (Kind == NotebookCellKind.Code)
        {
            Node["outputs"] = new JsonArray();
            Node["execution_count"] = null;
        }
    }

    /// <summary>An id that depends only on a cell's position and text.</summary>
    internal static string StableId(int index, string source) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{index}\n{source}")).AsSpan(0, 8));

    private static NotebookCell Create(string type, string source, ReadOnlySpan<string> tags)
    {
        var metadata = new JsonObject();
        if (tags.Length > 0)
        {
            var list = new JsonArray();
            foreach (var tag in tags)
            {
                list.Add(tag);
            }
            metadata["tags"] = list;
        }
        var node = new JsonObject { ["cell_type"] = type };
        if (type == "code")
        {
            node["execution_count"] = null;
        }
        node["id"] = Guid.NewGuid().ToString("N")[..8];
        node["metadata"] = metadata;
        if (type == "code")
        {
            node["outputs"] = new JsonArray();
        }
        node["source"] = MultilineText.Write(source);
        return new NotebookCell(node);
    }
}
