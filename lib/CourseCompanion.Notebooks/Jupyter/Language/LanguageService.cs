using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Tags;
using RoslynDocument = Microsoft.CodeAnalysis.Document;

namespace CourseCompanion.Notebooks.Jupyter.Language;

/// <summary>Completion and documentation at a place of a cell, from what the session knows.</summary>
internal sealed class LanguageService(CSharpSession session) : IDisposable
{
    private static readonly string[] Directives = ["#!csharp", "#!html", "#!markdown", "#!mermaid", "#!time"];

    private readonly Lock _sync = new();
    private ScriptWorkspace? _workspace;

    /// <summary>What can stand at a place of a cell.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="position">The place, in UTF-16 units.</param>
    public CompletionReply Complete(string code, int position)
    {
        if (DirectiveAt(code, position) is { } typed)
        {
            return new(code, position - typed.Length, position,
                [.. Directives.Where(d => d.StartsWith(typed, StringComparison.Ordinal)).Select(d => new Candidate(d, "keyword"))]);
        }

        var document = Open(code);
        var service = CompletionService.GetService(document)!;
        var list = service.GetCompletionsAsync(document, position).GetAwaiter().GetResult();
        if (list.ItemsList.Count == 0)
        {
            return new(code, position, position, []);
        }

        var prefix = code[list.Span.Start..position];
        var candidates = list.ItemsList
            // What needs more than an insertion (an override's body, a cast) cannot be said in the protocol.
            .Where(item => !item.IsComplexTextEdit && item.FilterText.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(item => new Candidate(
                item.Properties.TryGetValue("InsertionText", out var text) ? text : item.DisplayText, TypeOf(item)))
            .DistinctBy(candidate => candidate.Text)
            .ToList();
        return new(code, list.Span.Start, list.Span.End, candidates);
    }

    /// <summary>The declaration and the documentation of what stands at a place of a cell.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="position">The place, in UTF-16 units; also right behind a name, or between a call's parentheses.</param>
    public InspectionReply Inspect(string code, int position)
    {
        var document = Open(code);
        var model = document.GetSemanticModelAsync().GetAwaiter().GetResult()!;
        var root = model.SyntaxTree.GetRoot();
        return SymbolAt(root, model, position) is { } symbol
            ? new(Documentation.Describe(symbol, model, position))
            : new InspectionReply(null);
    }

    /// <summary>Starts the language services, which takes seconds the first time.</summary>
    public void WarmUp()
    {
        const string Sample = "System.Console.";
        Complete(Sample, Sample.Length);
        Complete("", 0);
    }

    public void Dispose() => _workspace?.Dispose();

    private RoslynDocument Open(string code)
    {
        lock (_sync)
        {
            _workspace ??= new ScriptWorkspace();
            return _workspace.Open(session.LastScript, HideDirectives(code));
        }
    }

    /// <summary>Turns lines that the compiler does not know into comments of the same length.</summary>
    private static string HideDirectives(string code)
    {
        if (!code.Contains("#!", StringComparison.Ordinal))
        {
            return code;
        }

        var text = code.ToCharArray();
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '#' && text[i + 1] == '!' && (i == 0 || text[i - 1] is '\n' or '\r'))
            {
                text[i] = text[i + 1] = '/';
            }
        }

        return new string(text);
    }

    /// <summary>The beginning of a directive that is being typed; null when it is none.</summary>
    private static string? DirectiveAt(string code, int position)
    {
        var start = code.AsSpan(0, position).LastIndexOfAny('\n', '\r') + 1;
        var line = code[start..position];
        return line.StartsWith("#!", StringComparison.Ordinal) && !line.Contains(' ', StringComparison.Ordinal) ? line : null;
    }

    private static string TypeOf(CompletionItem item)
    {
        foreach (var tag in item.Tags)
        {
            switch (tag)
            {
                case WellKnownTags.Class or WellKnownTags.Delegate:
                    return "class";
                case WellKnownTags.Structure:
                    return "struct";
                case WellKnownTags.Interface:
                    return "interface";
                case WellKnownTags.Enum:
                    return "enum";
                case WellKnownTags.EnumMember:
                    return "enumMember";
                case WellKnownTags.Namespace:
                    return "module";
                case WellKnownTags.Method or WellKnownTags.ExtensionMethod or WellKnownTags.Operator:
                    return "function";
                case WellKnownTags.Property:
                    return "property";
                case WellKnownTags.Event:
                    return "event";
                case WellKnownTags.Constant:
                    return "constant";
                case WellKnownTags.Field:
                    // A variable of a cell is a field of its submission.
                    return item.Tags.Contains(WellKnownTags.Private) ? "variable" : "field";
                case WellKnownTags.Local or WellKnownTags.Parameter or WellKnownTags.RangeVariable:
                    return "variable";
                case WellKnownTags.TypeParameter:
                    return "typeParameter";
                case WellKnownTags.Keyword:
                    return "keyword";
                case WellKnownTags.Snippet:
                    return "snippet";
            }
        }

        return "text";
    }

    private static ISymbol? SymbolAt(SyntaxNode root, SemanticModel model, int position)
    {
        var token = root.FindToken(position);
        if (!IsName(token) && position > 0)
        {
            var before = root.FindToken(position - 1);
            token = IsName(before) && before.Span.End == position ? before : token;
        }

        if (IsName(token) && token.Parent is { } named)
        {
            return SymbolOf(model, named);
        }

        // Between the parentheses of a call, the second of which may be missing still: what is called.
        if (token.IsKind(SyntaxKind.EndOfFileToken) && token.GetPreviousToken() is var last && !last.IsKind(SyntaxKind.CloseParenToken))
        {
            token = last;
        }

        for (var node = token.Parent; node is not null; node = node.Parent)
        {
            switch (node)
            {
                case InvocationExpressionSyntax call:
                    return SymbolOf(model, call);
                case BaseObjectCreationExpressionSyntax creation:
                    return SymbolOf(model, creation);
                case StatementSyntax:
                    return null;
            }
        }

        return null;
    }

    private static bool IsName(SyntaxToken token) =>
        token.IsKind(SyntaxKind.IdentifierToken) || token.Parent is PredefinedTypeSyntax;

    private static ISymbol? SymbolOf(SemanticModel model, SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        var symbol = info.Symbol
            ?? info.CandidateSymbols.FirstOrDefault()
            ?? model.GetDeclaredSymbol(node)
            ?? model.GetTypeInfo(node).Type as INamedTypeSymbol;
        return symbol is IErrorTypeSymbol ? null : symbol;
    }
}

/// <summary>One thing that can stand at the cursor.</summary>
/// <param name="Text">What is inserted.</param>
/// <param name="Type">What it is, in the words that front ends have icons for.</param>
internal sealed record Candidate(string Text, string Type);

/// <summary>What can stand at the cursor.</summary>
/// <param name="Code">The cell's text.</param>
/// <param name="Start">Where the text begins that a candidate replaces, in UTF-16 units.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Candidates">In the order of display.</param>
internal sealed record CompletionReply(string Code, int Start, int End, IReadOnlyList<Candidate> Candidates)
{
    /// <summary>The content of a <c>complete_reply</c>.</summary>
    public JsonObject ToContent()
    {
        var start = CodePoints.FromUtf16(Code, Start);
        var end = CodePoints.FromUtf16(Code, End);
        return new()
        {
            ["status"] = "ok",
            ["matches"] = new JsonArray([.. Candidates.Select(c => (JsonNode)c.Text)]),
            ["cursor_start"] = start,
            ["cursor_end"] = end,
            ["metadata"] = new JsonObject
            {
                ["_jupyter_types_experimental"] = new JsonArray([.. Candidates.Select(c => (JsonNode)new JsonObject
                {
                    ["start"] = start, ["end"] = end, ["text"] = c.Text, ["type"] = c.Type,
                })]),
            },
        };
    }
}

/// <summary>What is known of the thing at the cursor.</summary>
/// <param name="Markdown">Its declaration and documentation; null when there is nothing.</param>
internal sealed record InspectionReply(string? Markdown)
{
    /// <summary>The content of an <c>inspect_reply</c>.</summary>
    public JsonObject ToContent() => new()
    {
        ["status"] = "ok",
        ["found"] = Markdown is not null,
        ["data"] = Markdown is null ? [] : new JsonObject { ["text/markdown"] = Markdown, ["text/plain"] = Markdown },
        ["metadata"] = new JsonObject(),
    };
}
