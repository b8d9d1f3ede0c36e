using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// The student's and the teacher's version of a chapter, made of one source: the notebook with its placeholders, and the file of its
/// solutions (<c>solutions/NAME.md</c>), which stays the only place where a solution stands.
/// </summary>
public static partial class NotebookVersions
{
    /// <summary>The student's version: what is to be handed out. No outputs, no remarks for the speaker, no mention of where solutions are.</summary>
    /// <param name="notebook">The committed notebook.</param>
    public static NotebookDocument Student(NotebookDocument notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        var version = Prepare(notebook, "student");
        for (var i = version.Cells.Count - 1; i >= 0; i--)
        {
            var cell = version.Cells[i];
            if (IsRemark(cell))
            {
                version.RemoveAt(i);
            }
            else if (cell.Kind == NotebookCellKind.Markdown && SolutionsMention().IsMatch(cell.Source))
            {
                cell.Source = SolutionsMention().Replace(cell.Source, "");
            }
        }
        return version;
    }

    /// <summary>
    /// The teacher's version: each solution in the place of its placeholder, so that the notebook runs to the end with every check passed; why, after
    /// each check; the quiz answered; the remarks for the speaker as they are.
    /// </summary>
    /// <param name="notebook">The committed notebook.</param>
    /// <param name="solutions">Its solutions: Markdown, a heading <c>## Exercice N</c> and one fenced piece of code an exercise.</param>
    /// <param name="quiz">Its quiz, or null.</param>
    /// <exception cref="NotebookFormatException">An exercise has no solution, or one that declares something else.</exception>
    public static NotebookDocument Teacher(NotebookDocument notebook, string solutions, Quiz? quiz)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        ArgumentNullException.ThrowIfNull(solutions);
        var version = Prepare(notebook, "teacher");
        var written = Solution().Matches(solutions.ReplaceLineEndings("\n")).ToDictionary(
            solution => int.Parse(solution.Groups["number"].Value, CultureInfo.InvariantCulture));
        foreach (var exercise in ExerciseCells.Of(version))
        {
            if (!written.TryGetValue(exercise.Number, out var solution) || exercise.FindDeclaration(solution.Groups["code"].Value) is null)
            {
                throw new NotebookFormatException(version.Title ?? "notebook", $"exercise {exercise.Number} has no solution that declares '{exercise.Name}'.");
            }
            exercise.Answer.Source = exercise.Replace(solution.Groups["code"].Value.TrimEnd());
            var why = solution.Groups["why"].Value.Trim();
            var note = NotebookCell.Markdown($"**Solution de l’exercice {exercise.Number}.** {why}".Trim(), "solution");
            note.Node["id"] = $"solution-{exercise.Number}";
            version.Insert(version.Cells.IndexOf(exercise.Check) + 1, note);
        }
        if (quiz is not null)
        {
            foreach (var cell in version.CodeCells.Where(cell => Answers().IsMatch(cell.Source)))
            {
                cell.Source = Answers().Replace(cell.Source, _ => $"quiz.Answer({string.Join(", ", quiz.Questions.Select(question => $"\"{question.Correct}\""))})");
            }
        }
        var banner = NotebookCell.Markdown("*Version de l’enseignant, solutions comprises : ne la distribuez pas.*", "solution");
        banner.Node["id"] = "version-enseignant";
        version.Insert(Math.Min(1, version.Cells.Count), banner);
        return version;
    }

    /// <summary>Which version a notebook is (<c>student</c>, <c>teacher</c>), or null for one that is no export.</summary>
    /// <param name="notebook">Any notebook.</param>
    public static string? VersionOf(NotebookDocument notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        return notebook.Metadata["course"] is JsonObject course && course["version"] is JsonValue version && version.TryGetValue(out string? name) ? name : null;
    }

    /// <summary>The files beside a notebook that its cells name: recorded figures, quizzes, pictures; without them it does not run, or shows gaps.</summary>
    /// <param name="notebook">Any notebook.</param>
    /// <param name="folder">The folder it lies in.</param>
    /// <returns>Paths relative to the folder, of files that are there, in order.</returns>
    public static IReadOnlyList<string> FilesOf(NotebookDocument notebook, string folder)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        ArgumentNullException.ThrowIfNull(folder);
        var named = notebook.Cells.SelectMany(cell => NamedFile().Matches(cell.Source).Select(name => name.Value));
        // Code that names a whole folder reads what it finds there.
        var folders = notebook.CodeCells.SelectMany(cell => NamedFolder().Matches(cell.Source).Select(name => name.Groups["name"].Value)).Distinct()
            .Where(name => Directory.Exists(Path.Combine(folder, name)))
            .SelectMany(name => Directory.GetFiles(Path.Combine(folder, name), "*.json").Select(path => $"{name}/{Path.GetFileName(path)}"));
        return [.. named.Concat(folders).Where(name => File.Exists(Path.Combine(folder, name))).Distinct().Order(StringComparer.Ordinal)];
    }

    private static NotebookDocument Prepare(NotebookDocument notebook, string name)
    {
        var version = notebook.Clone();
        foreach (var cell in version.CodeCells)
        {
            cell.ClearOutputs();
            cell.Metadata.Remove("course");
        }
        if (version.Metadata["course"] is not JsonObject course)
        {
            version.Metadata["course"] = course = [];
        }
        course["version"] = name;
        return version;
    }

    private static bool IsRemark(NotebookCell cell) =>
        cell.HasTag("solution") || (cell.Metadata["slideshow"] is JsonObject slides && slides["slide_type"] is JsonValue type && type.TryGetValue(out string? name) && name == "notes");

    [GeneratedRegex("^## Exercice (?<number>[0-9]+).*?^```csharp\n(?<code>.+?)^```$(?<why>.*?)(?=^## |\\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Solution();

    [GeneratedRegex(@"(?<![\w./-])(results|quiz|images)(/\w[\w-]*)*/\w[\w-]*(\.\w+)+")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"""(?<name>results|quiz|images)/?""")]
    private static partial Regex NamedFolder();

    [GeneratedRegex("""quiz\.Answer\((""(, )?)+\)""")]
    private static partial Regex Answers();

    [GeneratedRegex(@" ?[^.\n]*`notebooks/solutions/[^`]*`[^.\n]*\.")]
    private static partial Regex SolutionsMention();
}
