using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CourseCompanion.Notebooks.Document;

/// <summary>Checks the parts of nbformat 4 that this library relies on, with errors a person can act upon.</summary>
internal static partial class NotebookValidator
{
    internal static void Validate(JsonNode? node, string source)
    {
        if (node is not JsonObject root)
        {
            throw new NotebookFormatException(source, $"not a notebook: the file holds {Describe(node)}, not an object.");
        }
        var check = new Checker(source);
        var major = check.Integer(root, "nbformat", "the notebook");
        if (major != 4)
        {
            throw new NotebookFormatException(source, major < 4
                ? $"nbformat {major} is too old. Convert the file first: jupyter nbconvert --to notebook --nbformat 4 {Path.GetFileName(source)}"
                : $"nbformat {major} is newer than this program (it reads nbformat 4).");
        }
        var minor = check.Integer(root, "nbformat_minor", "the notebook");
        if (minor < 0)
        {
            throw new NotebookFormatException(source, $"'nbformat_minor' is {minor}.");
        }
        check.Object(root, "metadata", "the notebook");
        var cells = check.Array(root, "cells", "the notebook");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < cells.Count; i++)
        {
            ValidateCell(check, cells[i], $"cell {i + 1}", minor >= 5, ids);
        }
    }

    private static void ValidateCell(Checker check, JsonNode? node, string where, bool idRequired, HashSet<string> ids)
    {
        if (node is not JsonObject cell)
        {
            throw check.Error($"{where} is {Describe(node)}, not an object.");
        }
        var type = check.String(cell, "cell_type", where);
        if (type is not ("code" or "markdown" or "raw"))
        {
            throw check.Error($"{where}: 'cell_type' is '{type}'; expected code, markdown or raw.");
        }
        check.Object(cell, "metadata", where);
        check.Text(cell, "source", where);
        if (cell["metadata"]!["tags"] is { } tags && !(tags is JsonArray list && list.All(IsString)))
        {
            throw check.Error($"{where}: 'metadata.tags' is not a list of strings.");
        }
        if (cell.ContainsKey("id") || idRequired)
        {
            var id = check.String(cell, "id", where);
            if (!CellId().IsMatch(id))
            {
                throw check.Error($"{where}: 'id' must have 1 to 64 letters, digits, hyphens or underscores.");
            }
            if (!ids.Add(id))
            {
                throw check.Error($"{where}: the id '{id}' is used twice.");
            }
        }
        if (type != "code")
        {
            return;
        }
        if (cell["execution_count"] is { } count && !IsInteger(count))
        {
            throw check.Error($"{where}: 'execution_count' is neither null nor an integer.");
        }
        var outputs = check.Array(cell, "outputs", where);
        for (var i = 0; i < outputs.Count; i++)
        {
            ValidateOutput(check, outputs[i], $"{where}, output {i + 1}");
        }
    }

    private static void ValidateOutput(Checker check, JsonNode? node, string where)
    {
        if (node is not JsonObject output)
        {
            throw check.Error($"{where} is {Describe(node)}, not an object.");
        }
        var type = check.String(output, "output_type", where);
        switch (type)
        {
            case "stream":
                check.String(output, "name", where);
                check.Text(output, "text", where);
                break;
            case "display_data" or "execute_result":
                check.Object(output, "metadata", where);
                foreach (var (mime, value) in check.Object(output, "data", where))
                {
                    if (!IsJsonMime(mime) && !IsText(value))
                    {
                        throw check.Error($"{where}: the data of type '{mime}' are neither a string nor a list of strings.");
                    }
                }
                break;
            case "error":
                check.String(output, "ename", where);
                check.String(output, "evalue", where);
                if (!check.Array(output, "traceback", where).All(IsString))
                {
                    throw check.Error($"{where}: 'traceback' is not a list of strings.");
                }
                break;
            default:
                throw check.Error($"{where}: 'output_type' is '{type}'; expected stream, display_data, execute_result or error.");
        }
    }

    /// <summary>Whether data of this type are JSON rather than text.</summary>
    internal static bool IsJsonMime(string mime) =>
        mime == "application/json" || mime.EndsWith("+json", StringComparison.Ordinal);

    private static bool IsString(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;

    private static bool IsText(JsonNode? node) => IsString(node) || node is JsonArray list && list.All(IsString);

    private static bool IsInteger(JsonNode? node) => node is JsonValue value && value.TryGetValue(out int _);

    private static string Describe(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a boolean",
    };

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex CellId();

    private sealed class Checker(string source)
    {
        internal NotebookFormatException Error(string problem) => new(source, $"not a valid notebook: {problem}");

        internal int Integer(JsonObject parent, string name, string where) =>
            IsInteger(Required(parent, name, where)) ? parent[name]!.GetValue<int>() : throw WrongType(parent, name, where, "an integer");

        internal string String(JsonObject parent, string name, string where)
        {
            if (!IsString(Required(parent, name, where)))
            {
                throw WrongType(parent, name, where, "a string");
            }
            try
            {
                return parent[name]!.GetValue<string>();
            }
            catch (InvalidOperationException)
            {
                throw Error($"{where}: '{name}' holds half of a surrogate pair.");
            }
        }

        internal void Text(JsonObject parent, string name, string where)
        {
            if (!IsText(Required(parent, name, where)))
            {
                throw WrongType(parent, name, where, "a string or a list of strings");
            }
        }

        internal JsonObject Object(JsonObject parent, string name, string where) =>
            Required(parent, name, where) as JsonObject ?? throw WrongType(parent, name, where, "an object");

        internal JsonArray Array(JsonObject parent, string name, string where) =>
            Required(parent, name, where) as JsonArray ?? throw WrongType(parent, name, where, "a list");

        private JsonNode? Required(JsonObject parent, string name, string where) =>
            parent.TryGetPropertyValue(name, out var value) ? value : throw Error($"{where} has no '{name}'.");

        private NotebookFormatException WrongType(JsonObject parent, string name, string where, string expected) =>
            Error($"{where}: '{name}' is {Describe(parent[name])}, not {expected}.");
    }
}
