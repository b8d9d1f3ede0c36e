using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>Something that one cell put out differently on two takes.</summary>
/// <param name="Place">Which output and where in it: <c>output 2, data[0].y[3]</c>.</param>
/// <param name="First">What the first take has there.</param>
/// <param name="Other">What the other has there.</param>
internal sealed record TakeDifference(string Place, string First, string Other);

/// <summary>Compares what one cell put out on two takes.</summary>
internal static class TakeComparison
{
    private const int MostLetters = 80;
    private const int MostDifferences = 5;
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = ForeignJson.MaxDepth };

    /// <summary>The first five differences of each output, the last of them with the number of others; none when the outputs are the same.</summary>
    internal static IEnumerable<TakeDifference> Between(NotebookCell first, NotebookCell other)
    {
        var (left, right) = (ComparableOutput.Outputs(first), ComparableOutput.Outputs(other));
        if (left.Count != right.Count)
        {
            yield return new TakeDifference("the number of outputs", Text(left.Count), Text(right.Count));
        }
        foreach (var (i, (a, b)) in left.Zip(right).Index())
        {
            // An output says the same in several types, and the shortest difference says most: a value of a chart, a line of a text.
            var differences = Parts(a, b).Select(part => Walk(part.Path, part.First, part.Other).ToList()).FirstOrDefault(found => found.Count > 0);
            foreach (var (n, difference) in (differences ?? []).Take(MostDifferences).Index())
            {
                var others = n == MostDifferences - 1 && differences!.Count > MostDifferences ? $" (and {Text(differences.Count - MostDifferences)} more)" : "";
                yield return difference with { Place = $"output {Text(i + 1)}{(difference.Place.Length > 0 ? ", " + difference.Place : "")}{others}" };
            }
        }
    }

    /// <summary>What two outputs hold in common, structured data first, then plain text.</summary>
    private static IEnumerable<(string Path, JsonNode? First, JsonNode? Other)> Parts(JsonObject a, JsonObject b)
    {
        if (a["data"] is not JsonObject first || b["data"] is not JsonObject other)
        {
            yield return ("", a, b);
            yield break;
        }
        yield return ("kind", a["kind"], b["kind"]);
        yield return ("types", Names(first), Names(other));
        var shared = first.Select(pair => pair.Key).Where(other.ContainsKey);
        foreach (var type in shared.OrderBy(type => first[type] is JsonObject ? 0 : type == "text/plain" ? 1 : 2))
        {
            yield return (first[type] is JsonObject or JsonArray ? "" : type, first[type], other[type]);
        }

        static JsonNode Names(JsonObject data) => JsonValue.Create(string.Join(", ", data.Select(pair => pair.Key)));
    }

    private static IEnumerable<TakeDifference> Walk(string path, JsonNode? a, JsonNode? b)
    {
        switch (a, b)
        {
            case (JsonObject first, JsonObject other):
                return first.Select(pair => pair.Key).Union(other.Select(pair => pair.Key))
                    .SelectMany(key => Walk(path.Length > 0 ? $"{path}.{key}" : key, first[key], other[key]));
            case (JsonArray first, JsonArray other) when first.Count == other.Count:
                return first.Zip(other).Index().SelectMany(pair => Walk($"{path}[{Text(pair.Index)}]", pair.Item.First, pair.Item.Second));
            case (JsonArray first, JsonArray other):
                return [new TakeDifference(path, $"{Text(first.Count)} values", $"{Text(other.Count)} values")];
            case (JsonValue first, JsonValue other) when first.TryGetValue(out string? one) && other.TryGetValue(out string? two):
                return Lines(path, one, two);
            default:
                var (left, right) = (Text(a), Text(b));
                return left == right ? [] : [new TakeDifference(path, left, right)];
        }
    }

    private static IEnumerable<TakeDifference> Lines(string path, string one, string two)
    {
        string[] first = one.TrimEnd('\n').Split('\n'), other = two.TrimEnd('\n').Split('\n');
        for (var i = 0; i < Math.Max(first.Length, other.Length); i++)
        {
            string left = first.ElementAtOrDefault(i) ?? "", right = other.ElementAtOrDefault(i) ?? "";
            if (left != right)
            {
                var place = first.Length > 1 || other.Length > 1 ? $"line {Text(i + 1)}" : "";
                yield return new TakeDifference(path.Length > 0 && place.Length > 0 ? $"{path}, {place}" : path + place, Around(left, right), Around(right, left));
            }
        }
    }

    /// <summary>The part of a long line in which it differs from another.</summary>
    private static string Around(string line, string other)
    {
        if (line.Length <= MostLetters)
        {
            return line.Trim();
        }
        var same = line.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        var start = Math.Clamp(same - MostLetters / 2, 0, line.Length - MostLetters);
        return $"{(start > 0 ? "…" : "")}{line.AsSpan(start, MostLetters)}{(start + MostLetters < line.Length ? "…" : "")}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(JsonNode? node) => node is null ? "nothing" : Around(node.ToJsonString(Json), "");
}
