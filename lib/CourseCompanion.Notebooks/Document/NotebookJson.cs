using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Document;

/// <summary>
/// Writes JSON the way Jupyter does (<c>json.dumps(nb, ensure_ascii=False, indent=1)</c>), so that a notebook saved here
/// and one saved by Jupyter differ only where their contents do.
/// </summary>
/// <remarks>
/// <see cref="Utf8JsonWriter"/> cannot: even its most relaxed encoder escapes the no-break spaces that French
/// typography is full of, and emoji. Numbers that were read are written with their original digits.
/// </remarks>
internal static class NotebookJson
{
    /// <summary>How deep a document may nest; more is refused when reading.</summary>
    internal const int MaxDepth = 200;

    internal static string Write(JsonNode root)
    {
        var text = new StringBuilder();
        WriteNode(text, root, 0);
        return text.Append('\n').ToString();
    }

    private static void WriteNode(StringBuilder text, JsonNode? node, int depth)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject obj:
                WriteObject(text, obj, depth);
                break;
            case JsonArray array:
                WriteArray(text, array, depth);
                break;
            default:
                WriteValue(text, node.AsValue());
                break;
        }
    }

    private static void WriteObject(StringBuilder text, JsonObject obj, int depth)
    {
        if (obj.Count == 0)
        {
            text.Append("{}");
            return;
        }
        text.Append('{');
        var first = true;
        foreach (var (name, value) in obj)
        {
            StartItem(text, ref first, depth + 1);
            WriteString(text, name);
            text.Append(": ");
            WriteNode(text, value, depth + 1);
        }
        text.Append('\n').Append(' ', depth).Append('}');
    }

    private static void WriteArray(StringBuilder text, JsonArray array, int depth)
    {
        if (array.Count == 0)
        {
            text.Append("[]");
            return;
        }
        text.Append('[');
        var first = true;
        foreach (var item in array)
        {
            StartItem(text, ref first, depth + 1);
            WriteNode(text, item, depth + 1);
        }
        text.Append('\n').Append(' ', depth).Append(']');
    }

    private static void StartItem(StringBuilder text, ref bool first, int depth)
    {
        if (!first)
        {
            text.Append(',');
        }
        first = false;
        text.Append('\n').Append(' ', depth);
    }

    private static void WriteValue(StringBuilder text, JsonValue value)
    {
        if (value.GetValueKind() != JsonValueKind.String)
        {
            // Values that were read keep their raw digits ("1.0" stays "1.0").
            text.Append(value.ToJsonString());
            return;
        }
        try
        {
            WriteString(text, value.GetValue<string>());
        }
        catch (InvalidOperationException) when (value.TryGetValue(out JsonElement element))
        {
            // An escaped lone surrogate is legal JSON but no string; it passes through as it was written.
            text.Append(element.GetRawText());
        }
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case < ' ':
                    AppendEscape(text, c);
                    break;
                default:
                    if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                    {
                        text.Append(c).Append(value[++i]);
                    }
                    else if (char.IsSurrogate(c))
                    {
                        AppendEscape(text, c);
                    }
                    else
                    {
                        text.Append(c);
                    }
                    break;
            }
        }
        text.Append('"');
    }

    private static void AppendEscape(StringBuilder text, char c) =>
        text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
}
