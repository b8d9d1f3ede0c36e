using System.Globalization;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Teaching;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>
/// A chapter as a student hands it in: what each solution declares stands in place of the exercise's own declaration of that name,
/// and the quiz is answered.
/// </summary>
internal static partial class SolvedNotebook
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>Makes the solved copy of a chapter.</summary>
    /// <param name="notebook">The committed notebook.</param>
    /// <param name="solutions">Markdown: a heading and one fenced piece of code for each exercise.</param>
    /// <param name="quiz">The quiz of the chapter.</param>
    public static NotebookDocument Create(NotebookDocument notebook, string solutions, Quiz quiz)
    {
        var solved = notebook.Clone();
        foreach (Match solution in Solution().Matches(solutions.ReplaceLineEndings("\n")))
        {
            Solve(solved, int.Parse(solution.Groups["number"].Value, CultureInfo.InvariantCulture), solution.Groups["code"].Value);
        }

        var answers = solved.CodeCells.Single(cell => Answers().IsMatch(cell.Source));
        answers.Source = Answers().Replace(
            answers.Source, $"quiz.Answer({string.Join(", ", quiz.Questions.Select(question => $"\"{question.Correct}\""))})");
        return solved;
    }

    /// <summary>Puts a solution in the cell of its exercise that declares the placeholder, wherever the check stands.</summary>
    private static void Solve(NotebookDocument notebook, int number, string solution)
    {
        var declaration = Parse(solution).Members.Single();
        var cell = notebook.CodeCells
            .SkipWhile(code => !code.Source.Contains($"new Exercice({number},", StringComparison.Ordinal))
            .First(code => Parse(code.Source).Members.Any(IsPlaceholder));
        var root = Parse(cell.Source);
        var placeholder = root.Members.Single(IsPlaceholder);
        cell.Source = root.ReplaceNode(placeholder, declaration.WithTriviaFrom(placeholder)).ToFullString();

        bool IsPlaceholder(MemberDeclarationSyntax member) => NameOf(member) is { } name && name == NameOf(declaration);
    }

    private static CompilationUnitSyntax Parse(string code) => CSharpSyntaxTree.ParseText(code, Script).GetCompilationUnitRoot();

    private static string? NameOf(MemberDeclarationSyntax member) => member switch
    {
        FieldDeclarationSyntax { Declaration.Variables: [var variable] } => variable.Identifier.Text,
        MethodDeclarationSyntax method => method.Identifier.Text,
        _ => null,
    };

    [GeneratedRegex("^## Exercice (?<number>[0-9]+).*?^```csharp\n(?<code>.+?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Solution();

    [GeneratedRegex("""quiz\.Answer\((""(, )?)+\)""")]
    private static partial Regex Answers();
}
