using System.Text.Json;
using System.Text.RegularExpressions;

namespace CourseCompanion.Teaching;

/// <summary>What a chapter asks of a student, read from its notebook file.</summary>
/// <param name="Name">Name of the file without extension, which is that of its quiz too.</param>
/// <param name="Title">« Chapitre 2.1 · Qui ressemble à qui ? »; the name where the notebook has no heading.</param>
/// <param name="Exercises">Titles of its exercises, in order.</param>
public sealed partial record ChapterExercises(string Name, string Title, IReadOnlyList<string> Exercises)
{
    /// <summary>The chapters in a folder, in order; files that are no notebooks are left out.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<ChapterExercises> InFolder(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, "*.ipynb").Order(StringComparer.Ordinal).Select(Read).OfType<ChapterExercises>()]
        : [];

    /// <summary>Reads one notebook; null where there is none that can be read.</summary>
    /// <param name="path">The file.</param>
    public static ChapterExercises? Read(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        try
        {
            using var notebook = JsonDocument.Parse(File.ReadAllText(path));
            var title = name;
            List<string> exercises = [];
            foreach (var cell in notebook.RootElement.GetProperty("cells").EnumerateArray())
            {
                var source = cell.GetProperty("source") is { ValueKind: JsonValueKind.Array } lines
                    ? string.Concat(lines.EnumerateArray().Select(line => line.GetString()))
                    : cell.GetProperty("source").GetString() ?? "";
                if (cell.GetProperty("cell_type").GetString() == "code")
                {
                    exercises.AddRange(Declaration().Matches(source).Select(match => Regex.Unescape(match.Groups["title"].Value)));
                }
                else if (title == name && Heading().Match(source) is { Success: true } heading)
                {
                    title = heading.Groups["title"].Value;
                }
            }
            return new ChapterExercises(name, title, exercises);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex("new\\s+Exercice\\(\\s*[0-9]+\\s*,\\s*\"(?<title>(?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Declaration();

    [GeneratedRegex("^# (?<title>[^\\n]+)", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
