using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CourseCompanion.Notebooks.Document;

/// <summary>
/// Puts right what other programs write and every front end opens all the same: numbers as only Python writes them, ids that
/// are missing or used twice, outputs that lack something. What counts (cells, their kinds and texts) is left to the validator.
/// </summary>
internal sealed partial class NotebookRepair
{
    private readonly SortedDictionary<string, int> _done = new(StringComparer.Ordinal);

    /// <summary>What was put right, one phrase a kind: <c>2 ids replaced</c>.</summary>
    public IReadOnlyList<string> Done => [.. _done.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {entry.Key}"))];

    /// <summary>The same JSON with null for <c>NaN</c> and <c>Infinity</c>, which Python writes and JSON does not know.</summary>
    public byte[] NumbersOfPython(ReadOnlySpan<byte> utf8)
    {
        using MemoryStream repaired = new(utf8.Length);
        var inText = false;
        for (var at = 0; at < utf8.Length; at++)
        {
            var rest = utf8[at..];
            if (inText)
            {
                if (rest[0] == '\\' && rest.Length > 1)
                {
                    repaired.WriteByte(utf8[at++]);
                }
                else if (rest[0] == '"')
                {
                    inText = false;
                }
            }
            else if (rest[0] == '"')
            {
                inText = true;
            }
            else if (LengthOfNumber(rest) is > 0 and var length)
            {
                repaired.Write("null"u8);
                at += length - 1;
                Note("numbers that JSON does not know (NaN, Infinity) replaced by null");
                continue;
            }

            repaired.WriteByte(utf8[at]);
        }

        return repaired.ToArray();

        static int LengthOfNumber(ReadOnlySpan<byte> text) =>
            text.StartsWith("NaN"u8) ? 3 : text.StartsWith("Infinity"u8) ? 8 : text.StartsWith("-Infinity"u8) ? 9 : 0;
    }

    /// <summary>Puts the document right, in place.</summary>
    public void Document(JsonNode? root)
    {
        Texts(root);
        if (root is not JsonObject document || document["cells"] is not JsonArray cells)
        {
            return;
        }

        HashSet<string> ids = new(StringComparer.Ordinal);
        var needsIds = document["nbformat_minor"] is JsonValue minor && minor.TryGetValue(out int version) && version >= 5;
        for (var i = 0; i < cells.Count; i++)
        {
            if (cells[i] is JsonObject cell)
            {
                Id(cell, i, needsIds, ids);
                if (Text(cell["cell_type"]) == "code")
                {
                    Code(cell);
                }
            }
        }
    }

    private void Id(JsonObject cell, int index, bool needed, HashSet<string> taken)
    {
        if (!needed && !cell.ContainsKey("id"))
        {
            return;
        }

        if (Text(cell["id"]) is { } id && CellId().IsMatch(id) && taken.Add(id))
        {
            return;
        }

        // From the position and the text, so that reading a file twice gives the same ids.
        cell["id"] = NotebookCell.StableId(index, MultilineText.Read(cell["source"] as JsonArray ?? (JsonNode?)(cell["source"] as JsonValue)));
        taken.Add(cell["id"]!.GetValue<string>());
        Note("ids missing, malformed or used twice replaced");
    }

    private void Code(JsonObject cell)
    {
        if (!IsCount(cell["execution_count"]))
        {
            Note("execution counts put right");
            cell["execution_count"] = Whole(cell["execution_count"]);
        }

        if (cell["outputs"] is not JsonArray outputs)
        {
            Note("cells without a list of outputs given one");
            cell["outputs"] = new JsonArray();
            return;
        }

        for (var i = outputs.Count - 1; i >= 0; i--)
        {
            if (outputs[i] is not JsonObject output || !Output(output))
            {
                Note("outputs of an unknown form left out");
                outputs.RemoveAt(i);
            }
        }
    }

    /// <returns>Whether the output can be kept.</returns>
    private bool Output(JsonObject output)
    {
        switch (Text(output["output_type"]))
        {
            case "stream":
                Complete(output, "name", () => "stdout", node => Text(node) is not null);
                return IsText(output["text"]);
            case "display_data":
            case "execute_result":
                Complete(output, "metadata", () => new JsonObject(), node => node is JsonObject);
                return output["data"] is JsonObject data && data.All(entry => NotebookValidator.IsJsonMime(entry.Key) || IsText(entry.Value));
            case "error":
                Complete(output, "traceback", () => new JsonArray(), node => node is JsonArray list && list.All(line => Text(line) is not null));
                return Text(output["ename"]) is not null && Text(output["evalue"]) is not null;
            default:
                return false;
        }
    }

    private void Complete(JsonObject output, string name, Func<JsonNode> value, Func<JsonNode?, bool> isGood)
    {
        if (!isGood(output[name]))
        {
            Note($"outputs without a '{name}' given one");
            output[name] = value();
        }
    }

    /// <summary>
    /// Texts are decoded when they are first read; one that cannot be (half of a surrogate pair) would end whatever reads it.
    /// Its half becomes the replacement character.
    /// </summary>
    internal void Texts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject children:
                foreach (var (name, child) in children.ToList())
                {
                    if (IsBroken(child))
                    {
                        children[name] = Mended(child!);
                    }

                    Texts(child);
                }

                break;
            case JsonArray children:
                for (var i = 0; i < children.Count; i++)
                {
                    if (IsBroken(children[i]))
                    {
                        children[i] = Mended(children[i]!);
                    }

                    Texts(children[i]);
                }

                break;
            default:
                break;
        }
    }

    private JsonNode Mended(JsonNode text)
    {
        Note("texts with half a character (a lone surrogate) mended");
        var raw = text.AsValue().GetValue<JsonElement>().GetRawText();
        return JsonNode.Parse(LoneSurrogate().Replace(raw, "$1\\ufffd"))!;
    }

    private static bool IsBroken(JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            value.GetValue<string>();
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static bool IsText(JsonNode? node) => Text(node) is not null || (node is JsonArray lines && lines.All(line => Text(line) is not null));

    private static bool IsCount(JsonNode? node) => node is null || (node is JsonValue value && value.TryGetValue(out int _));

    private static JsonValue? Whole(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out double number) && number == Math.Truncate(number) && Math.Abs(number) < int.MaxValue
            ? JsonValue.Create((int)number)
            : null;

    private void Note(string what) => _done[what] = _done.GetValueOrDefault(what) + 1;

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex CellId();

    // A high half that no low half follows, or a low half that no high half precedes; \\ud800 is no escape.
    [GeneratedRegex(@"((?<!\\)(?:\\\\)*)(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})")]
    private static partial Regex LoneSurrogate();
}
