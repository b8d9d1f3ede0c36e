using System.Globalization;
using CourseCompanion.Notebooks.Document;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>What a student wrote for one exercise.</summary>
/// <param name="Source">The student's cell; null when there is none.</param>
/// <param name="Helpers">Cells of the student's own that stand right before it.</param>
/// <param name="IsUntouched">Whether the placeholder is still there.</param>
/// <param name="Problem">Why there is no answer to run, in French, or null.</param>
internal sealed record StudentAnswer(string? Source, IReadOnlyList<string> Helpers, bool IsUntouched, string? Problem = null)
{
    /// <summary>Whether there is something to run.</summary>
    internal bool IsAttempt => Source is not null && !IsUntouched && Problem is null;
}

/// <summary>
/// What a marking takes from a submission, and all that it takes: the cells that answer exercises, and the letters of the quiz. Outputs, checks,
/// data and every other cell are the course's own.
/// </summary>
internal sealed class StudentAnswers
{
    private const int LongestCell = 40_000;

    private StudentAnswers(IReadOnlyDictionary<int, StudentAnswer> exercises, IReadOnlyList<string>? quiz)
    {
        Exercises = exercises;
        Quiz = quiz;
    }

    /// <summary>The answer to each exercise, by its number.</summary>
    internal IReadOnlyDictionary<int, StudentAnswer> Exercises { get; }

    /// <summary>Letters for each question of the quiz; null when the notebook has no answer cell any more.</summary>
    internal IReadOnlyList<string>? Quiz { get; }

    /// <summary>Reads a submission.</summary>
    internal static StudentAnswers Read(NotebookDocument submission, GradedChapter chapter)
    {
        var cells = submission.CodeCells.ToList();
        var known = chapter.Notebook.CodeCells.Select(cell => cell.Id).ToHashSet(StringComparer.Ordinal);
        var texts = chapter.Notebook.CodeCells.Select(cell => cell.Source.Trim()).ToHashSet(StringComparer.Ordinal);
        Dictionary<int, StudentAnswer> exercises = [];
        foreach (var exercise in chapter.Exercises)
        {
            exercises[exercise.Number] = Find(exercise, cells, cell => known.Contains(cell.Id) || texts.Contains(cell.Source.Trim()));
        }
        return new StudentAnswers(exercises, chapter.Quiz is null ? null : QuizAnswers(cells));
    }

    /// <summary>An exercise is known by what it declares, not by its number or place: those a student can change by accident.</summary>
    private static StudentAnswer Find(ExerciseCells exercise, List<NotebookCell> cells, Func<NotebookCell, bool> isOfCourse)
    {
        var declaring = cells.Index()
            .Where(entry => entry.Item.Source.Length <= LongestCell)
            .Select(entry => (entry.Index, Cell: entry.Item, Declaration: exercise.FindDeclaration(entry.Item.Source)))
            .Where(entry => entry.Declaration is not null).ToList();
        var ofId = cells.Find(cell => cell.Id == exercise.Answer.Id);
        if (declaring.Count == 0)
        {
            return new StudentAnswer(null, [], false, ofId is null
                ? "la cellule de cet exercice n’est plus dans le notebook."
                : ofId.Source.Length > LongestCell
                    ? string.Create(CultureInfo.InvariantCulture, $"la cellule compte plus de {LongestCell} caractères.")
                    : $"la cellule ne déclare plus « {exercise.Name} ».");
        }
        // The cell of that identity first; else, of cells that declare it, the last one that is no longer the placeholder.
        var best = declaring.Where(entry => entry.Cell.Id == exercise.Answer.Id && !exercise.IsUntouched(entry.Declaration!))
            .Concat(declaring.Where(entry => !exercise.IsUntouched(entry.Declaration!)).Reverse())
            .Append(declaring[0]).First();
        List<string> helpers = [];
        for (var i = best.Index - 1; i >= 0 && !isOfCourse(cells[i]) && cells[i].Source.Length <= LongestCell; i--)
        {
            helpers.Insert(0, cells[i].Source);
        }
        return new StudentAnswer(best.Cell.Source, helpers, exercise.IsUntouched(best.Declaration!));
    }

    /// <summary>The letters, read and never executed: what is no text between quotes is no answer.</summary>
    private static List<string>? QuizAnswers(List<NotebookCell> cells)
    {
        foreach (var cell in cells.Where(cell => cell.Source.Length <= LongestCell && cell.Source.Contains(".Answer(", StringComparison.Ordinal)).Reverse())
        {
            try
            {
                var call = ExerciseCells.Parse(cell.Source).DescendantNodes().OfType<InvocationExpressionSyntax>()
                    .LastOrDefault(node => node.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "Answer", Expression: IdentifierNameSyntax { Identifier.Text: "quiz" } });
                if (call is not null)
                {
                    return [.. call.ArgumentList.Arguments.Take(Teaching.Quiz.QuestionCount).Select(argument =>
                        argument.Expression is LiteralExpressionSyntax literal && literal.IsKind(SyntaxKind.StringLiteralExpression) && literal.Token.ValueText.Length <= 20 ? literal.Token.ValueText : "")];
                }
            }
            catch (InsufficientExecutionStackException)
            {
                // Nested too deeply to be an answer.
            }
        }
        return null;
    }
}
