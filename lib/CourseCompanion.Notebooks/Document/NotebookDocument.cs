using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CourseCompanion.Files;

namespace CourseCompanion.Notebooks.Document;

/// <summary>
/// A Jupyter notebook (nbformat 4, written as 4.5): a thin, checked view over its JSON. What this class does not know
/// (metadata, attachments, fields of later versions) stays as it was read, digit for digit.
/// </summary>
/// <example>
/// <code>
/// var notebook = NotebookDocument.Load("notebooks/01-pseudo-labeling.ipynb");
/// foreach (var cell in notebook.CodeCells)
/// {
///     Console.WriteLine(cell.Source);
/// }
/// notebook.Save("out/01-pseudo-labeling.ipynb");
/// </code>
/// </example>
public sealed class NotebookDocument
{
    /// <summary>The largest file that <see cref="Load"/> accepts, in bytes (256 MiB).</summary>
    public const long MaxFileSize = 256L << 20;

    private readonly List<NotebookCell> _cells;

    private NotebookDocument(JsonObject root)
    {
        Root = root;
        _cells = [.. Array(root, "cells").Select(node => new NotebookCell(node!.AsObject()))];
        Cells = _cells.AsReadOnly();
    }

    /// <summary>The document's JSON. Change cells through this class, anything else freely.</summary>
    public JsonObject Root { get; }

    /// <summary>The notebook's metadata (kernelspec, language_info, ...).</summary>
    public JsonObject Metadata => Root["metadata"]!.AsObject();

    /// <summary>What had to be put right when the document was read, a phrase a kind: <c>2 ids ... replaced</c>. Empty for a good file.</summary>
    public IReadOnlyList<string> Repairs { get; private init; } = [];

    /// <summary>All cells in order.</summary>
    public ReadOnlyCollection<NotebookCell> Cells { get; }

    /// <summary>The code cells in order.</summary>
    public IEnumerable<NotebookCell> CodeCells => _cells.Where(cell => cell.Kind == NotebookCellKind.Code);

    /// <summary>The first heading of the first Markdown cell that has one, or null.</summary>
    public string? Title => _cells
        .Where(cell => cell.Kind == NotebookCellKind.Markdown)
        .SelectMany(cell => cell.Source.Split('\n'))
        .Where(line => line.StartsWith("# ", StringComparison.Ordinal))
        .Select(line => line[2..].Trim())
        .FirstOrDefault();

    /// <summary>An empty notebook that names the course's kernel.</summary>
    public static NotebookDocument Create() => new(new JsonObject
    {
        ["cells"] = new JsonArray(),
        ["metadata"] = new JsonObject
        {
            ["kernelspec"] = new JsonObject
            {
                ["display_name"] = ".NET (C#)",
                ["language"] = "C#",
                ["name"] = ".net-csharp",
            },
            ["language_info"] = new JsonObject { ["name"] = "C#" },
        },
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    });

    /// <summary>Reads a notebook file.</summary>
    /// <param name="path">The <c>.ipynb</c> file.</param>
    /// <exception cref="NotebookFormatException">The file is not a valid nbformat 4 notebook, or larger than <see cref="MaxFileSize"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NotebookDocument Load(string path)
    {
        var size = new FileInfo(path).Length;
        if (size > MaxFileSize)
        {
            throw new NotebookFormatException(path,
                $"the file has {size / (1 << 20)} MiB; notebooks of more than {MaxFileSize >> 20} MiB are not read. Clear its outputs first.");
        }
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a notebook from JSON text.</summary>
    /// <param name="json">The notebook's JSON.</param>
    /// <param name="source">The name used in error messages.</param>
    /// <exception cref="NotebookFormatException">The text is not a valid nbformat 4 notebook.</exception>
    public static NotebookDocument Parse(string json, string source = "notebook") =>
        Parse(System.Text.Encoding.UTF8.GetBytes(json), source);

    /// <summary>The notebook as JSON text, in the layout that Jupyter writes (UTF-8, one space of indentation).</summary>
    public string ToJson() => NotebookJson.Write(Root);

    /// <summary>Writes the notebook, whole or not at all.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <exception cref="IOException">The file cannot be written; what was there before is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written.</exception>
    public void Save(string path) => AtomicFile.WriteAllText(path, ToJson());

    /// <summary>Inserts a cell.</summary>
    /// <param name="index">Where, from 0 to the number of cells.</param>
    /// <param name="cell">A cell that belongs to no document yet.</param>
    public void Insert(int index, NotebookCell cell)
    {
        Array(Root, "cells").Insert(index, cell.Node);
        _cells.Insert(index, cell);
    }

    /// <summary>Appends a cell.</summary>
    /// <param name="cell">A cell that belongs to no document yet.</param>
    public void Add(NotebookCell cell) => Insert(_cells.Count, cell);

    /// <summary>Removes the cell at an index.</summary>
    /// <param name="index">From 0 to the number of cells - 1.</param>
    public void RemoveAt(int index)
    {
        Array(Root, "cells").RemoveAt(index);
        _cells.RemoveAt(index);
    }

    /// <summary>An independent copy.</summary>
    public NotebookDocument Clone() => new(Root.DeepClone().AsObject());

    internal static NotebookDocument Parse(ReadOnlySpan<byte> utf8, string source)
    {
        // Some editors put a byte order mark first.
        utf8 = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        if (!Utf8.IsValid(utf8))
        {
            throw new NotebookFormatException(source, "not a notebook: the file is not UTF-8 text. Save it in that encoding (Latin-1 and UTF-16 are not read).");
        }
        var repair = new NotebookRepair();
        if (utf8.IndexOf("NaN"u8) >= 0 || utf8.IndexOf("Infinity"u8) >= 0)
        {
            utf8 = repair.NumbersOfPython(utf8);
        }
        var root = ParseJson(utf8, source);
        repair.Document(root);
        NotebookValidator.Validate(root, source);
        var document = new NotebookDocument(root!.AsObject()) { Repairs = repair.Done };
        document.Upgrade();
        return document;
    }

    private static JsonNode? ParseJson(ReadOnlySpan<byte> utf8, string source)
    {
        try
        {
            return JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions
            {
                MaxDepth = NotebookJson.MaxDepth,
                AllowDuplicateProperties = false,
            });
        }
        catch (JsonException error)
        {
            throw new NotebookFormatException(source,
                $"not a notebook: the file is not valid JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {FirstSentence(error.Message)}).", error);
        }
        catch (InvalidOperationException error)
        {
            throw new NotebookFormatException(source, "not a notebook: a name in the file has half a surrogate pair.", error);
        }
    }

    /// <summary>Brings an older 4.x document to 4.5, which differs by the cells' ids.</summary>
    private void Upgrade()
    {
        if (Root["nbformat_minor"]!.GetValue<int>() >= 5)
        {
            return;
        }
        for (var i = 0; i < _cells.Count; i++)
        {
            // Derived from the position and the text, so that reading a file twice gives the same ids.
            _cells[i].Node["id"] ??= NotebookCell.StableId(i, _cells[i].Source);
        }
        Root["nbformat_minor"] = 5;
    }

    private static JsonArray Array(JsonObject root, string name) => root[name]!.AsArray();

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message.TrimEnd('.') : message[..end];
    }
}
