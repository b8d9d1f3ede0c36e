using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Document;

/// <summary>nbformat's multi-line strings: one string, or a list of lines that keep their line ends.</summary>
internal static class MultilineText
{
    internal static string Read(JsonNode? node) => node switch
    {
        JsonArray lines => string.Concat(lines.Select(Line)),
        _ => Line(node),
    };

    // What is no text (null in a list of lines) is no line: notebooks are read before they are checked.
    private static string Line(JsonNode? node)
    {
        try
        {
            return node?.GetValue<string>() ?? "";
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: legal JSON, but no string; its escape is shown instead.
            return node!.ToJsonString().Trim('"');
        }
    }

    internal static JsonArray Write(string text)
    {
        var lines = new JsonArray();
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start);
            var next = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..next]);
            start = next;
        }
        return lines;
    }
}
