using System.Globalization;
using System.Runtime.ExceptionServices;
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
    private const int LongestCell = 20_000;
    private const int DeepestNesting = 60;
    private const int LongestStatement = 600;
    private const int Stack = 64 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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
        // What the check of nesting lets through is parsed in no time; should anything be found that is not, the marking does not wait for it.
        StudentAnswers? answers = null;
        ExceptionDispatchInfo? failure = null;
        var reader = new Thread(
            () =>
            {
                try
                {
                    answers = ReadHere(submission, chapter);
                }
                catch (Exception error)
                {
                    failure = ExceptionDispatchInfo.Capture(error);
                }
            },
            Stack)
        { IsBackground = true };
        reader.Start();
        if (!reader.Join(Patience))
        {
            throw new NotebookFormatException("submission", "its code takes too long to read.");
        }
        failure?.Throw();
        return answers!;
    }

    /// <summary>
    /// Whether a person may have written this: neither brackets in brackets without end nor a statement of thousands of words. The compiler's
    /// parser and its trees are recursive, and slow on such text.
    /// </summary>
    internal static bool IsReadable(string source)
    {
        if (source.Length > LongestCell)
        {
            return false;
        }
        int depth = 0, length = 0;
        foreach (var token in SyntaxFactory.ParseTokens(source))
        {
            depth += token.Kind() switch
            {
                SyntaxKind.OpenParenToken or SyntaxKind.OpenBraceToken or SyntaxKind.OpenBracketToken or SyntaxKind.LessThanToken => 1,
                SyntaxKind.CloseParenToken or SyntaxKind.CloseBraceToken or SyntaxKind.CloseBracketToken or SyntaxKind.GreaterThanToken => depth > 0 ? -1 : 0,
                _ => 0,
            };
            length = token.Kind() is SyntaxKind.SemicolonToken or SyntaxKind.OpenBraceToken or SyntaxKind.CloseBraceToken or SyntaxKind.CommaToken ? 0 : length + 1;
            if (depth > DeepestNesting || length > LongestStatement)
            {
                return false;
            }
        }
        return true;
    }

    private static StudentAnswers ReadHere(NotebookDocument submission, GradedChapter chapter)
    {
        var cells = submission.CodeCells.Where(cell => IsReadable(cell.Source)).ToList();
        var unreadable = submission.CodeCells.Where(cell => !IsReadable(cell.Source)).Select(cell => cell.Id).ToHashSet(StringComparer.Ordinal);
        var known = chapter.Notebook.CodeCells.Select(cell => cell.Id).ToHashSet(StringComparer.Ordinal);
        var texts = chapter.Notebook.CodeCells.Select(cell => cell.Source.Trim()).ToHashSet(StringComparer.Ordinal);
        Dictionary<int, StudentAnswer> exercises = [];
        foreach (var exercise in chapter.Exercises)
        {
            exercises[exercise.Number] = Find(exercise, cells, unreadable, cell => known.Contains(cell.Id) || texts.Contains(cell.Source.Trim()));
        }
        return new StudentAnswers(exercises, chapter.Quiz is null ? null : QuizAnswers(cells));
    }

    /// <summary>An exercise is known by what it declares, not by its number or place: those a student can change by accident.</summary>
    private static StudentAnswer Find(ExerciseCells exercise, List<NotebookCell> cells, HashSet<string> unreadable, Func<NotebookCell, bool> isOfCourse)
    {
        var declaring = cells.Index()
            .Select(entry => (entry.Index, Cell: entry.Item, Declaration: exercise.FindDeclaration(entry.Item.Source)))
            .Where(entry => entry.Declaration is not null).ToList();
        var ofId = cells.Find(cell => cell.Id == exercise.Answer.Id);
        if (declaring.Count == 0)
        {
            return new StudentAnswer(null, [], false,
                unreadable.Contains(exercise.Answer.Id)
                    ? string.Create(CultureInfo.InvariantCulture, $"la cellule n’est pas lue : plus de {LongestCell} caractères, ou un code imbriqué sans fin.")
                    : ofId is null ? "la cellule de cet exercice n’est plus dans le notebook."
                    : $"la cellule ne déclare plus « {exercise.Name} ».");
        }
        // The cell of that identity first; else, of cells that declare it, the last one that is no longer the placeholder.
        var best = declaring.Where(entry => entry.Cell.Id == exercise.Answer.Id && !exercise.IsUntouched(entry.Declaration!))
            .Concat(declaring.Where(entry => !exercise.IsUntouched(entry.Declaration!)).Reverse())
            .Append(declaring[0]).First();
        List<string> helpers = [];
        for (var i = best.Index - 1; i >= 0 && !isOfCourse(cells[i]); i--)
        {
            helpers.Insert(0, cells[i].Source);
        }
        return new StudentAnswer(best.Cell.Source, helpers, exercise.IsUntouched(best.Declaration!));
    }

    /// <summary>The letters, read and never executed: what is no text between quotes is no answer.</summary>
    private static List<string>? QuizAnswers(List<NotebookCell> cells)
    {
        foreach (var cell in cells.Where(cell => cell.Source.Contains(".Answer(", StringComparison.Ordinal)).Reverse())
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
