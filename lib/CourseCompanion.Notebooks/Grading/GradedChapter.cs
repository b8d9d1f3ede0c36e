using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Teaching;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>A chapter as the course has it: what submissions are held against.</summary>
public sealed class GradedChapter
{
    private GradedChapter(string path, NotebookDocument notebook)
    {
        (Path, Notebook) = (path, notebook);
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        Exercises = ExerciseCells.Of(notebook);
        QuizFile = QuizOf(notebook) is { } file ? System.IO.Path.GetFullPath(file, System.IO.Path.GetDirectoryName(path)!) : null;
        Quiz = QuizFile is null ? null : Quiz.Load(QuizFile);
        Deliverables = [.. (notebook.Metadata.At("course", "deliverables") as JsonArray ?? []).Select(node => node.AsText()).OfType<string>()];
        var sum = SHA256.HashData(Encoding.UTF8.GetBytes(notebook.ToJson() + (QuizFile is null ? "" : File.ReadAllText(QuizFile))));
        Sum = Convert.ToHexStringLower(sum);
    }

    /// <summary>Name of the notebook, without extension.</summary>
    public string Name { get; }

    /// <summary>Its file.</summary>
    public string Path { get; }

    internal NotebookDocument Notebook { get; }

    internal IReadOnlyList<ExerciseCells> Exercises { get; }

    internal Quiz? Quiz { get; }

    internal string? QuizFile { get; }

    /// <summary>Files to be handed in beside the notebook (<c>"course": {"deliverables": [...]}</c> in its metadata).</summary>
    internal IReadOnlyList<string> Deliverables { get; }

    /// <summary>Checksum of notebook and quiz.</summary>
    internal string Sum { get; }

    internal string Title => Notebook.Title ?? Name;

    /// <summary>Reads a chapter.</summary>
    /// <param name="path">The course's own notebook.</param>
    /// <exception cref="NotebookFormatException">It is no notebook.</exception>
    /// <exception cref="IOException">It or its quiz cannot be read.</exception>
    public static GradedChapter Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new GradedChapter(System.IO.Path.GetFullPath(path), NotebookDocument.Load(path));
    }

    /// <summary>Points that can be had: one an exercise, one for the quiz.</summary>
    internal int MostPoints => Exercises.Count + (Quiz is null ? 0 : 1);

    private static string? QuizOf(NotebookDocument notebook) => notebook.CodeCells
        .Where(cell => cell.Source.Contains("Quiz.Load", StringComparison.Ordinal))
        .SelectMany(cell => ExerciseCells.Parse(cell.Source).DescendantNodes().OfType<InvocationExpressionSyntax>())
        .Where(call => call.Expression.ToString() == "Quiz.Load")
        .Select(call => (call.ArgumentList.Arguments.FirstOrDefault()?.Expression as LiteralExpressionSyntax)?.Token.ValueText)
        .FirstOrDefault();
}
