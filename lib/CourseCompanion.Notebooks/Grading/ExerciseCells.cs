using CourseCompanion.Notebooks.Document;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>
/// An exercise in the course's own copy of a notebook: the cell whose placeholder the student replaces, and the one that checks.
/// </summary>
internal sealed class ExerciseCells
{
    private const string Exchange = "global::CourseCompanion.Notebooks.Grading.AnswerExchange";

    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private readonly MemberDeclarationSyntax _placeholder;
    private readonly CompilationUnitSyntax _root;

    private ExerciseCells(int number, string title, NotebookCell answer, CompilationUnitSyntax root, MemberDeclarationSyntax placeholder, NotebookCell check)
    {
        (Number, Title, Answer, Check) = (number, title, answer, check);
        (_root, _placeholder) = (root, placeholder);
        Name = NameOf(placeholder)!;
    }

    /// <summary>Number in the chapter.</summary>
    internal int Number { get; }

    /// <summary>French title.</summary>
    internal string Title { get; }

    /// <summary>Name of what the student declares: a function or a variable.</summary>
    internal string Name { get; }

    /// <summary>The cell with the placeholder.</summary>
    internal NotebookCell Answer { get; }

    /// <summary>The cell with the check.</summary>
    internal NotebookCell Check { get; }

    /// <summary>What the student declares, without its content.</summary>
    internal string Signature => _placeholder switch
    {
        MethodDeclarationSyntax method => $"{method.ReturnType} {method.Identifier}{method.ParameterList}".ReplaceLineEndings(" "),
        _ => $"{Field.Declaration.Type} {Name}",
    };

    /// <summary>The course's cell with its placeholder asking the student's process.</summary>
    internal string RemoteSource => ReplaceRaw(_placeholder switch
    {
        MethodDeclarationSyntax method =>
            $"{method.ReturnType} {method.Identifier}{method.ParameterList} => {Exchange}.Call<{ResultType(method)}>({string.Join(", ", [$"{Number}", .. method.ParameterList.Parameters.Select(parameter => "(object)" + parameter.Identifier.Text)])});",
        _ => $"{Field.Declaration.Type} {Name} = {Exchange}.Value<{Field.Declaration.Type}>({Number});",
    });

    /// <summary>To be run in the student's process after the student's cell: fails to compile if that does not declare what it should.</summary>
    internal string OfferSource => _placeholder switch
    {
        MethodDeclarationSyntax method =>
            $"{Exchange}.Offer({Number}, {method.ParameterList} => {Name}({string.Join(", ", method.ParameterList.Parameters.Select(parameter => parameter.Identifier.Text))}));",
        _ => $"{Exchange}.Offer({Number}, (System.Func<{Field.Declaration.Type}>)(() => {Name}));",
    };

    /// <summary>The check cell, whose report goes to the grader.</summary>
    internal string PublishingCheck
    {
        get
        {
            var root = Parse(Check.Source);
            return root.ReplaceNodes(Checks(root, Number), (call, _) =>
                SyntaxFactory.ParseExpression($"{Exchange}.Publish({Number}, {call.ToFullString()})", options: Script)).ToFullString();
        }
    }

    /// <summary>What the check cell declares, without the check.</summary>
    internal string CheckWithoutVerdict
    {
        get
        {
            var root = Parse(Check.Source);
            var verdicts = root.Members.Where(member => Checks(member, Number).Any()).ToList();
            return root.RemoveNodes(verdicts, SyntaxRemoveOptions.KeepNoTrivia)!.ToFullString();
        }
    }

    private FieldDeclarationSyntax Field => (FieldDeclarationSyntax)_placeholder;

    /// <summary>The exercises of a notebook, in order.</summary>
    internal static IReadOnlyList<ExerciseCells> Of(NotebookDocument notebook)
    {
        var cells = notebook.CodeCells.ToList();
        List<ExerciseCells> exercises = [];
        foreach (var (index, cell) in cells.Index().Where(entry => entry.Item.Source.Contains("new Exercice(", StringComparison.Ordinal)))
        {
            var root = Parse(cell.Source);
            var creation = root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>().FirstOrDefault(node => node.Type.ToString() == "Exercice");
            if (creation?.ArgumentList?.Arguments is not [{ Expression: LiteralExpressionSyntax { Token.Value: int number } }, { Expression: LiteralExpressionSyntax { Token.Value: string title } }, ..])
            {
                continue;
            }
            var placeholder = root.Members.FirstOrDefault(IsPlaceholder);
            var check = cells.Skip(index).FirstOrDefault(candidate => Checks(Parse(candidate.Source), number).Any());
            if (placeholder is not null && check is not null)
            {
                exercises.Add(new ExerciseCells(number, title, cell, root, placeholder, check));
            }
        }
        return exercises;
    }

    /// <summary>The cell with another declaration in the place of the placeholder.</summary>
    /// <param name="declaration">One C# declaration of the same name.</param>
    internal string Replace(string declaration)
    {
        var member = Parse(declaration).Members.Single();
        return _root.ReplaceNode(_placeholder, member.WithTriviaFrom(_placeholder)).ToFullString();
    }

    /// <summary>The declaration of this exercise's name in a student's cell, or null.</summary>
    internal MemberDeclarationSyntax? FindDeclaration(string source)
    {
        if (!source.Contains(Name, StringComparison.Ordinal))
        {
            return null;
        }
        try
        {
            return Parse(source).Members.LastOrDefault(member => NameOf(member) == Name);
        }
        catch (InsufficientExecutionStackException)
        {
            return null;
        }
    }

    /// <summary>Whether a declaration is still the course's placeholder.</summary>
    internal bool IsUntouched(MemberDeclarationSyntax declaration) => SyntaxFactory.AreEquivalent(declaration, _placeholder);

    internal static CompilationUnitSyntax Parse(string code) => CSharpSyntaxTree.ParseText(code, Script).GetCompilationUnitRoot();

    private static string? NameOf(MemberDeclarationSyntax member) => member switch
    {
        FieldDeclarationSyntax { Declaration.Variables: [var variable] } => variable.Identifier.Text,
        MethodDeclarationSyntax method => method.Identifier.Text,
        _ => null,
    };

    private static bool IsPlaceholder(MemberDeclarationSyntax member) => member switch
    {
        FieldDeclarationSyntax { Declaration.Variables: [{ Initializer.Value: LiteralExpressionSyntax literal }] } => literal.IsKind(SyntaxKind.NullLiteralExpression),
        MethodDeclarationSyntax method => method.DescendantNodes().OfType<ObjectCreationExpressionSyntax>().Any(node => node.Type.ToString() == "NotImplementedException"),
        _ => false,
    };

    private static IEnumerable<InvocationExpressionSyntax> Checks(SyntaxNode node, int number) => node.DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Where(call => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "Check", Expression: IdentifierNameSyntax exercise } && exercise.Identifier.Text == $"exercise{number}");

    // The types of tuples and arrays alike; a function without a result gives nothing to send.
    private static string ResultType(MethodDeclarationSyntax method) => method.ReturnType.ToString() == "void" ? "object" : method.ReturnType.ToString();

    private string ReplaceRaw(string declaration) => Replace(declaration);
}
