using CourseCompanion.Notebooks.Jupyter.Language;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Language;

/// <summary>
/// Folding cells into groups changes no meaning. The oracle is the compiler itself, which takes the cells one by one: an
/// expression has the same type, or is the same kind of error, for both.
/// </summary>
public class ScriptWorkspaceTests
{
    private const int CellsPerSession = 40;

    // Cells that stand in each other's way: names come back as other things, and what depends on them stays.
    private static readonly string[] Cells =
    [
        "var a = 1;",
        "var a = \"texte\";",
        "var a = new { Nom = 1 };",
        "var b = a;",
        "var b = new[] { a };\nb[0]",
        "var c = F(1); // fin",
        "int F(int n) => n;",
        "string F(string s) => s;",
        "List<int> F(int n) => [n];",
        "T F<T>(T value, int n) => value;",
        "record P(int X);",
        "record P(string Y) { public int Z; }",
        "class P<T> { public T Value; }",
        "var p = new P(default);",
        "var q = new P<int>().Value; q",
        "static string Shout(this string s) => s;",
        "var c = \"a\".Shout()",
        "using System.Text; var d = new StringBuilder();",
        "var d = new StringBuilder();",
        "using C = System.Collections.Generic.List<string>;",
        "var e = new C();",
        "int.TryParse(\"1\", out var e);",
        "var (a, b) = (1, \"deux\");",
        "if (true) { var a = 2; }",
        "#nullable enable\nstring? e = null;",
        "/* fin */ a",
        "enum E { U, V } var c = E.U;",
        "delegate int P2(int n); P2 c = n => n;",
    ];

    private static readonly string[] Questions =
        ["a", "b", "b[0]", "c", "d", "e", "p", "q", "F(1)", "F(\"\")", "F('c', 1)", "new P(default)", "new P<int>()", "\"\".Shout()", "new C()", "new StringBuilder()", "E.U"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Folded_cells_mean_what_the_cells_mean(int seed)
    {
        var random = new Random(seed);
        using var workspace = new ScriptWorkspace();
        var options = ScriptOptions.Default
            .WithLanguageVersion(LanguageVersion.Latest)
            .WithReferences(typeof(object).Assembly, typeof(Enumerable).Assembly, typeof(List<int>).Assembly)
            .WithImports("System", "System.Linq", "System.Collections.Generic");
        Script last = CSharpScript.Create("", options);
        var accepted = 0;
        for (var i = 0; i < CellsPerSession; i++)
        {
            var next = last.ContinueWith(Cells[random.Next(Cells.Length)], options.WithReferences(Array.Empty<MetadataReference>()).WithImports(Array.Empty<string>()));
            if (next.GetCompilation().GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error))
            {
                // As in a session: what does not compile never was.
                continue;
            }

            last = next;
            accepted++;
            if (random.Next(3) > 0)
            {
                // Requests come at any time, and not after each cell.
                continue;
            }

            foreach (var question in Questions)
            {
                var expected = Meaning(last.ContinueWith(question).GetCompilation());
                var found = Meaning((await workspace.Open(last, question).Project.GetCompilationAsync())!);
                Assert.True(expected == found, $"After {i + 1} cells, {question} is {found} and not {expected}:\n{Story(last)}");
            }
        }

        Assert.True(accepted > CellsPerSession / 3, $"{accepted} cells");
    }

    private static string Meaning(Compilation compilation)
    {
        var tree = compilation.SyntaxTrees.Single();
        var expression = tree.GetRoot().DescendantNodes().OfType<ExpressionStatementSyntax>().First().Expression;
        var model = compilation.GetSemanticModel(tree);
        var type = model.GetTypeInfo(expression).Type;
        // The whole of a type, since several may have one name.
        var members = type is null or IErrorTypeSymbol ? [] : type.GetMembers().Where(m => m is IPropertySymbol or IFieldSymbol).Select(m => m.ToDisplayString());
        return $"{type?.ToDisplayString()} {{ {string.Join("; ", members)} }} {model.GetSymbolInfo(expression).CandidateReason}";
    }

    private static string Story(Script last)
    {
        var cells = new Stack<string>();
        for (Script? script = last; script is not null; script = script.Previous)
        {
            cells.Push(script.Code);
        }

        return string.Join("\n---\n", cells);
    }
}
