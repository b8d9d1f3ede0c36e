using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.French;
using CourseCompanion.Results;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>
/// A file of long runs' figures (<c>notebooks/results</c>) as a table: one row a figure, with its interval where the file has one
/// (<c>NAME_low</c>, <c>NAME_high</c> beside <c>NAME</c> or <c>NAME_mean</c>).
/// </summary>
/// <remarks>
/// The notebook's metadata choose and name the figures, <c>course.slides.results</c>:
/// <c>{"06-3-x.json": {"title": "...", "figures": {"balanced_accuracy": "Exactitude équilibrée", ...}}}</c>; a name that ends in
/// <c>%</c> has its share written as a percentage, one that ends in <c>€</c> its sum in euros. Without them, a file named after the
/// notebook is shown whole, under the figures' own names.
/// </remarks>
internal static class ResultsTable
{
    private const int MostFigures = 40;

    private static readonly string[] Percentages = ["accuracy", "recall", "precision", "share", "specificity"];

    /// <summary>The tables of a notebook.</summary>
    /// <param name="choice">What the metadata choose, or null.</param>
    /// <param name="folder">The folder of the files; null: there is none.</param>
    /// <param name="notebook">The notebook's name.</param>
    /// <exception cref="InvalidOperationException">A file or a figure that the metadata name is not there.</exception>
    internal static IEnumerable<TableBlock> Read(JsonObject? choice, string? folder, string notebook)
    {
        if (choice is not null)
        {
            foreach (var (file, wanted) in choice)
            {
                var path = folder is null ? file : Path.Combine(folder, file);
                if (Path.GetFileName(file) != file || !File.Exists(path))
                {
                    throw new InvalidOperationException($"The results file {file}, which the notebook's metadata name, is not in {folder}.");
                }
                yield return Table(path, wanted as JsonObject);
            }
        }
        else if (Directory.Exists(folder))
        {
            foreach (var path in Directory.GetFiles(folder, notebook + "*.json").Order(StringComparer.Ordinal))
            {
                yield return Table(path, wanted: null);
            }
        }
    }

    private static TableBlock Table(string path, JsonObject? wanted)
    {
        var name = Path.GetFileName(path);
        var document = Parse(path);
        var figures = document.Where(pair => pair.Value is JsonValue value && value.GetValueKind() == JsonValueKind.Number)
            .ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<double>());
        var named = (wanted?["figures"] as JsonObject)?.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? pair.Key)
            ?? figures.Keys.Select(Base).Distinct().Take(MostFigures).ToDictionary(key => key, Readable);
        var rows = named.Select(pair => Row(pair.Key, pair.Value, figures)
            ?? throw new InvalidOperationException($"{name} has no figure '{pair.Key}', which the notebook's metadata name."));
        return new TableBlock(
            FrenchText.Typeset(wanted?["title"]?.ToString() ?? $"Résultats : {Path.GetFileNameWithoutExtension(path)}"),
            [["Mesure", "Valeur", "Intervalle à 95\u00A0%"], .. rows],
            Provenance(document["provenance"] as JsonObject, name));
    }

    private static JsonObject Parse(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new JsonException("Not an object.");
        }
        catch (JsonException error)
        {
            throw new InvalidOperationException($"{Path.GetFileName(path)} is not a file of results: {error.Message}", error);
        }
    }

    private static string[]? Row(string key, string label, Dictionary<string, double> figures)
    {
        if (!figures.TryGetValue(key, out var value) && !figures.TryGetValue(key + "_mean", out value))
        {
            return null;
        }
        var interval = figures.TryGetValue(key + "_low", out var low) && figures.TryGetValue(key + "_high", out var high)
            ? $"[{Write(key, label, low)}\u00A0; {Write(key, label, high)}]"
            : "";
        return [FrenchText.Typeset(label), Write(key, label, value), interval];
    }

    private static string Write(string key, string label, double value) => label switch
    {
        _ when label.EndsWith('€') => FrenchNumbers.Number(value, value >= 100 ? 0 : 2) + "\u00A0€",
        _ when label.EndsWith('%') || Percentages.Any(word => key.Contains(word, StringComparison.Ordinal)) => FrenchNumbers.Percent(value),
        _ when value == Math.Truncate(value) => FrenchNumbers.Whole(value),
        _ => FrenchNumbers.Number(value, 3),
    };

    private static string Base(string key) =>
        ((string[])["_mean", "_low", "_high", "_min", "_max"]).FirstOrDefault(end => key.EndsWith(end, StringComparison.Ordinal)) is { } end
            && end is "_mean" or "_low" or "_high" ? key[..^end.Length] : key;

    private static string Readable(string key) => Metric.Standard.FirstOrDefault(metric => metric.Key == key)?.Name ?? key.Replace('_', ' ');

    private static string Provenance(JsonObject? provenance, string file)
    {
        string?[] parts =
        [
            file,
            provenance?["dataset"]?.ToString() is { } data ? $"données : {data}" : null,
            provenance?["synthetic"]?.GetValueKind() == JsonValueKind.True ? "images générées" : null,
            provenance?["seeds"] is JsonArray seeds ? FrenchNumbers.Count(seeds.Count, "graine") : null,
            provenance?["commit"]?.ToString() is { Length: >= 7 } commit ? $"version {commit[..7]}" : null,
        ];
        return FrenchText.Typeset(string.Join(" ; ", parts.OfType<string>()));
    }
}
