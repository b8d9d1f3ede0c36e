using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Tests.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.Chapters.Tests;

/// <summary>A committed notebook of the course, as its author left it.</summary>
internal sealed partial class Chapter
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private Chapter(string path)
    {
        Path = path;
        Json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        Notebook = NotebookDocument.Load(path);
    }

    /// <summary>The names of all chapters, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Repository.Notebooks, "*.ipynb").Select(path => System.IO.Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public string Path { get; }

    /// <summary>The file as it stands, before the reader brings it up to date.</summary>
    public JsonObject Json { get; }

    public NotebookDocument Notebook { get; }

    public IReadOnlyList<NotebookCell> Code => [.. Notebook.CodeCells];

    public IReadOnlyList<NotebookCell> Prose => [.. Notebook.Cells.Where(cell => cell.Kind == NotebookCellKind.Markdown)];

    /// <summary>Number and title of each exercise, in order.</summary>
    public IReadOnlyList<(int Number, string Title)> Exercises =>
    [
        .. from cell in Code
           from creation in Parse(cell).DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
           where creation.Type.ToString() == "Exercice"
           let arguments = creation.ArgumentList!.Arguments
           select ((int)Literal(arguments[0]), (string)Literal(arguments[1])),
    ];

    /// <summary>Paths of the quiz files, as the code names them.</summary>
    public IReadOnlyList<string> QuizFiles =>
    [
        .. from cell in Code
           from call in Parse(cell).DescendantNodes().OfType<InvocationExpressionSyntax>()
           where call.Expression.ToString() == "Quiz.Load"
           select (string)Literal(call.ArgumentList.Arguments[0]),
    ];

    public static Chapter Load(string name) => new(System.IO.Path.Combine(Repository.Notebooks, name + ".ipynb"));

    /// <summary>The part of the prose under a heading of the second level, or null when there is no such heading.</summary>
    public string? Section(string heading)
    {
        var parts = SectionStart().Split(string.Join("\n\n", Prose.Select(cell => cell.Source)));
        return parts.Select(part => part.Split('\n', 2)).FirstOrDefault(part => part[0] == heading)?.ElementAtOrDefault(1);
    }

    /// <summary>Whether running a cell shows something: it displays, it prints, or it ends in an expression.</summary>
    public static bool Shows(NotebookCell cell)
    {
        var root = Parse(cell);
        return LastExpression(cell) is not null
            || root.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call => ShowingCall().IsMatch(call.Expression.ToString()));
    }

    /// <summary>The expression whose value the cell shows, or null.</summary>
    public static string? LastExpression(NotebookCell cell) =>
        Parse(cell).Members.LastOrDefault() is GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last }
            ? last.Expression.ToString()
            : null;

    private static CompilationUnitSyntax Parse(NotebookCell cell) => CSharpSyntaxTree.ParseText(cell.Source, Script).GetCompilationUnitRoot();

    private static object Literal(ArgumentSyntax argument) => ((LiteralExpressionSyntax)argument.Expression).Token.Value!;

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex SectionStart();

    [GeneratedRegex(@"^(display|HTML|Console\.Write\w*)$|\.(Display|DisplayAs)$")]
    private static partial Regex ShowingCall();
}
