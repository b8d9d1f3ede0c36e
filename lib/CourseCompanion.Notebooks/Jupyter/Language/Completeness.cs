using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CourseCompanion.Notebooks.Jupyter.Language;

/// <summary>Whether a console should run a text at the Enter key, or wait for another line.</summary>
/// <param name="Status"><c>complete</c>, <c>incomplete</c> or <c>invalid</c>.</param>
/// <param name="Indent">With which the next line should start, when incomplete.</param>
internal sealed record Completeness(string Status, string Indent)
{
    private const int IndentSize = 4;

    /// <summary>Judges a cell's text.</summary>
    public static Completeness Of(string code)
    {
        CellSource source;
        try
        {
            source = CellSource.Parse(code);
        }
        catch (CellDirectiveException)
        {
            return new("invalid", "");
        }

        foreach (var part in source.Parts.Where(part => part.Language == CellLanguage.CSharp))
        {
            var tree = CSharpSyntaxTree.ParseText(part.Text, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script));
            if (!SyntaxFactory.IsCompleteSubmission(tree))
            {
                return new("incomplete", new string(' ', IndentSize * OpenBraces(tree.GetRoot())));
            }

            if (tree.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error))
            {
                return new("invalid", "");
            }
        }

        return new("complete", "");
    }

    /// <summary>The content of an <c>is_complete_reply</c>.</summary>
    public JsonObject ToContent()
    {
        var content = new JsonObject { ["status"] = Status };
        if (Status == "incomplete")
        {
            content["indent"] = Indent;
        }

        return content;
    }

    private static int OpenBraces(SyntaxNode root)
    {
        var open = 0;
        foreach (var token in root.DescendantTokens())
        {
            if (!token.IsMissing)
            {
                open += token.Kind() switch
                {
                    SyntaxKind.OpenBraceToken => 1,
                    SyntaxKind.CloseBraceToken => -1,
                    _ => 0,
                };
            }
        }

        return Math.Max(0, open);
    }
}
