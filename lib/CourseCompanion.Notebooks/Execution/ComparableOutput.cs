using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>
/// Outputs of one notebook executed twice, made comparable. Everything counts - number, order, kind, MIME types in any order,
/// text, every number of a chart - but for what no two executions share:
/// <list type="bullet">
/// <item>the execution count, which the order of cells gives anyway;</item>
/// <item>identifiers that an output makes up for itself: 32 hexadecimal digits;</item>
/// <item>durations: <c>en 3,2 s</c> and <c>après 1 min 2 s</c>, at the end of a progress bar;</item>
/// <item>where a stream is cut into messages, which is a matter of time: pieces that follow each other are one text, as front ends show them.</item>
/// </list>
/// </summary>
internal static partial class ComparableOutput
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = ForeignJson.MaxDepth };

    /// <summary>One text per output of a cell.</summary>
    internal static IReadOnlyList<string> All(NotebookCell cell) => [.. Outputs(cell).Select(output => output.ToJsonString(Json))];

    /// <summary>One object per output of a cell: what it is, and each text or value that it holds.</summary>
    internal static IReadOnlyList<JsonObject> Outputs(NotebookCell cell)
    {
        List<(NotebookOutput First, string? Text)> outputs = [];
        foreach (var output in cell.Outputs)
        {
            if (output.Kind == NotebookOutputKind.Stream && outputs is [.., var last] && last.First.Kind == NotebookOutputKind.Stream && last.First.StreamName == output.StreamName)
            {
                outputs[^1] = (last.First, last.Text + output.Text);
            }
            else
            {
                outputs.Add((output, output.Kind == NotebookOutputKind.Stream ? output.Text : null));
            }
        }
        return [.. outputs.Select(output => Object(output.First, output.Text))];
    }

    private static JsonObject Object(NotebookOutput output, string? stream) => output.Kind switch
    {
        NotebookOutputKind.Stream => new JsonObject { ["stream"] = output.StreamName, ["text"] = Settled(stream!) },
        NotebookOutputKind.Error => new JsonObject { ["error"] = output.ErrorName, ["value"] = Settled(output.ErrorValue ?? "") },
        _ => new JsonObject
        {
            ["kind"] = $"{output.Kind}",
            ["data"] = new JsonObject(output.MimeTypes.Order(StringComparer.Ordinal).Select(type => KeyValuePair.Create(
                type, output.TextData(type) is { } text ? JsonValue.Create(Settled(text)) : Canonical(output.JsonData(type))))),
        },
    };

    /// <summary>Numbers as they are worth, not as they are written: <c>1.0</c> is <c>1</c>.</summary>
    private static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonObject group => new JsonObject(group.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Canonical(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Canonical)]),
        // One too large for a double cannot be written as one.
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && Number(value) is var number && double.IsFinite(number) => JsonValue.Create(number),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(Settled(value.GetValue<string>())),
        _ => node?.DeepClone(),
    };

    private static double Number(JsonValue value) =>
        value.TryGetValue(out double number) ? number : double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Settled(string text) => Duration().Replace(Identifier().Replace(text, "ID"), "${before} DURÉE");

    [GeneratedRegex("[0-9a-f]{32}")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\b(?<before>en|après)\s(?:\d+\s(?:h|min)\s)?\d+(?:,\d+)?\s(?:s|min)\b")]
    private static partial Regex Duration();
}
