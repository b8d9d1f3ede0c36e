using System.Text.Json;
using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Document;

/// <summary>
/// Reads JSON that anyone may have written: metadata, displayed figures. What is not there is null, and so is what is of another
/// kind than expected, where the indexer and the conversions of <see cref="JsonNode"/> throw.
/// </summary>
internal static class ForeignJson
{
    /// <summary>For writing what was read from a notebook, which may nest deeper than <see cref="JsonSerializerOptions"/> allow by themselves.</summary>
    internal const int MaxDepth = NotebookJson.MaxDepth + 64;

    /// <summary>What lies at the end of a path of names.</summary>
    internal static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }
        return node;
    }

    /// <summary>The text that a node is; not one with half a surrogate pair, which is no text.</summary>
    internal static string? AsText(this JsonNode? node)
    {
        try
        {
            return node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The number that a node is.</summary>
    internal static double? AsNumber(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out double number) ? number : null;

    /// <summary>Whether a node is <c>true</c>.</summary>
    internal static bool IsTrue(this JsonNode? node) => node?.GetValueKind() == JsonValueKind.True;

    /// <summary>
    /// The JSON that a text is. Names that stand twice and texts with half a surrogate pair, which are found out only when they are
    /// read, do not get through: they are an error here, and mended here.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    internal static JsonNode? Parse(string text)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("A name in it has half a surrogate pair.", error);
        }
        var whole = new JsonArray(node);
        new NotebookRepair().Texts(whole);
        node = whole[0];
        whole.Clear();
        return node;
    }
}
