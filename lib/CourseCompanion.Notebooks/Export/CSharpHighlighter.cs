using System.Text;
using CourseCompanion.Notebooks.Formatting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.Notebooks.Export;

/// <summary>C# as HTML: the compiler's own lexer and parser say what is a keyword, a type or a text.</summary>
internal static class CSharpHighlighter
{
    internal static string Highlight(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script));
        var html = new StringBuilder(code.Length * 2);
        foreach (var token in tree.GetRoot().DescendantTokens(descendIntoTrivia: false))
        {
            foreach (var trivia in token.LeadingTrivia)
            {
                Append(html, trivia);
            }
            Append(html, Classify(token), token.ToString());
            foreach (var trivia in token.TrailingTrivia)
            {
                Append(html, trivia);
            }
        }
        return html.ToString();
    }

    private static void Append(StringBuilder html, SyntaxTrivia trivia)
    {
        var kind = trivia.Kind();
        var style = kind switch
        {
            SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
                or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia => "c",
            _ when trivia.IsDirective => "d",
            _ => null,
        };
        Append(html, style, trivia.ToFullString());
    }

    private static void Append(StringBuilder html, string? style, string text)
    {
        if (text.Length == 0)
        {
            return;
        }
        if (style is null)
        {
            html.Append(HtmlText.Encode(text));
        }
        else
        {
            html.Append("<span class=\"").Append(style).Append("\">").Append(HtmlText.Encode(text)).Append("</span>");
        }
    }

    private static string? Classify(SyntaxToken token)
    {
        var kind = token.Kind();
        if (token.IsKeyword() || SyntaxFacts.IsContextualKeyword(kind) || kind == SyntaxKind.IdentifierToken && IsContextual(token))
        {
            return "k";
        }
        return kind switch
        {
            SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.Utf8StringLiteralToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
                or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedVerbatimStringStartToken
                or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringEndToken
                or SyntaxKind.InterpolatedSingleLineRawStringStartToken or SyntaxKind.InterpolatedMultiLineRawStringStartToken
                or SyntaxKind.InterpolatedRawStringEndToken => "s",
            SyntaxKind.NumericLiteralToken => "n",
            SyntaxKind.IdentifierToken => IsMethod(token) ? "f" : IsType(token) ? "t" : null,
            _ => null,
        };
    }

    // "var" and "await" are identifiers to the lexer, keywords to a reader.
    private static bool IsContextual(SyntaxToken token) =>
        token.Parent is IdentifierNameSyntax { IsVar: true } or IdentifierNameSyntax { Identifier.Text: "nameof" };

    private static bool IsMethod(SyntaxToken token) => token.Parent switch
    {
        MethodDeclarationSyntax method => method.Identifier == token,
        LocalFunctionStatementSyntax function => function.Identifier == token,
        SimpleNameSyntax { Parent: InvocationExpressionSyntax call } name => call.Expression == name,
        SimpleNameSyntax { Parent: MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } access } name =>
            access.Name == name && call.Expression == access,
        _ => false,
    };

    private static bool IsType(SyntaxToken token) => token.Parent switch
    {
        BaseTypeDeclarationSyntax declaration => declaration.Identifier == token,
        TypeParameterSyntax => true,
        SimpleNameSyntax { Parent: ObjectCreationExpressionSyntax creation } name => creation.Type == name,
        SimpleNameSyntax { Parent: VariableDeclarationSyntax declaration } name => declaration.Type == name,
        SimpleNameSyntax { Parent: ParameterSyntax parameter } name => parameter.Type == name,
        SimpleNameSyntax
        {
            Parent: TypeArgumentListSyntax or ArrayTypeSyntax or NullableTypeSyntax or CastExpressionSyntax
            or TypeOfExpressionSyntax or BaseTypeSyntax or DeclarationPatternSyntax or AttributeSyntax
        } => true,
        SimpleNameSyntax { Parent: MethodDeclarationSyntax method } name => method.ReturnType == name,
        // By .NET's naming, what has members and a capital letter is most often a type.
        IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax access } name => access.Expression == name && char.IsUpper(token.Text[0]),
        _ => false,
    };
}
