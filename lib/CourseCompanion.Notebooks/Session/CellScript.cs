using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;

namespace CourseCompanion.Notebooks.Session;

/// <summary>A compiled cell.</summary>
/// <param name="Script">What runs; null when it does not compile.</param>
/// <param name="Diagnostics">What the compiler says of the text as it was written.</param>
internal sealed record CompiledCell(Script<object>? Script, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>
/// Cells as they are compiled: with checks (<see cref="CellRewriter"/>), whereas errors, completion and help see the text that
/// was written.
/// </summary>
internal static class CellScript
{
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);
    private static readonly ConditionalWeakTable<Script, string> Originals = [];

    /// <summary>Compiles a cell with checks; one that has nothing to check, or that checks would break, as it is.</summary>
    /// <param name="previous">
    /// The script before it, when the cell has the references of that one and no others; null otherwise, and for the first.
    /// </param>
    /// <param name="create">Makes a script of a text and of what finds the files of <c>#load</c>.</param>
    /// <param name="text">The cell's text.</param>
    /// <param name="files">What finds the files of <c>#load</c>.</param>
    /// <param name="keepsCulture">Whether the cell may set a culture.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    internal static CompiledCell Compile(
        Script? previous,
        Func<string, SourceReferenceResolver, Script<object>> create,
        string text,
        SourceReferenceResolver files,
        bool keepsCulture,
        CancellationToken cancellation)
    {
        var original = create(text, files);
        if (Rewrite(previous, original, files, keepsCulture, cancellation) is var (code, rewrittenFiles))
        {
            var rewritten = create(code, rewrittenFiles);
            if (!HasErrors(rewritten.Compile(cancellation)))
            {
                Originals.Add(rewritten, text);
                return new CompiledCell(rewritten, []);
            }
        }
        var diagnostics = original.Compile(cancellation);
        return new CompiledCell(HasErrors(diagnostics) ? null : original, diagnostics);
    }

    /// <summary>The text that was written, of a script that ran.</summary>
    internal static string TextOf(Script script) => Originals.TryGetValue(script, out var text) ? text : script.Code;

    /// <summary>The tree of a script's own text, as it was written; the files that it loads have trees of their own.</summary>
    internal static SyntaxTree TreeOf(Script script)
    {
        var tree = OwnTree(script.GetCompilation());
        return Originals.TryGetValue(script, out var text)
            ? CSharpSyntaxTree.ParseText(text, (CSharpParseOptions)tree.Options, tree.FilePath)
            : tree;
    }

    /// <summary>The compiler's options for the text that was written.</summary>
    internal static CSharpCompilationOptions OptionsOf(Script script)
    {
        var options = (CSharpCompilationOptions)script.GetCompilation().Options;
        return options.SourceReferenceResolver is RewrittenFiles rewritten ? options.WithSourceReferenceResolver(rewritten.Files) : options;
    }

    // A tree comes after those that it loads.
    private static SyntaxTree OwnTree(Compilation compilation) => compilation.SyntaxTrees.Last();

    private static bool HasErrors(ImmutableArray<Diagnostic> diagnostics) =>
        diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with the checks, the cell runs without them.")]
    private static (string Text, SourceReferenceResolver Files)? Rewrite(
        Script? previous, Script original, SourceReferenceResolver files, bool keepsCulture, CancellationToken cancellation)
    {
        try
        {
            var tree = CSharpSyntaxTree.ParseText(original.Code, ParseOptions, cancellationToken: cancellation);
            if (HasErrors([.. tree.GetDiagnostics(cancellation)]))
            {
                return null;
            }
            var root = tree.GetCompilationUnitRoot(cancellation);
            return root.GetLoadDirectives().Count > 0
                ? RewriteWithFiles(original.GetCompilation(), files, keepsCulture, cancellation)
                : CellRewriter.Rewrite(tree, Model, keepsCulture, cancellation) is { } text ? (text, files) : null;

            // Of a compilation of its own, made of the one before: that of a script takes longer. Most cells need none.
            SemanticModel Model() => (previous is null || root.ContainsDirectives
                ? original.GetCompilation().RemoveAllSyntaxTrees().AddSyntaxTrees(tree)
                : CSharpCompilation.CreateScriptCompilation(
                    "cell",
                    tree,
                    options: OptionsOf(previous).WithUsings(),
                    previousScriptCompilation: (CSharpCompilation)previous.GetCompilation(),
                    returnType: typeof(object))).GetSemanticModel(tree);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return null;
        }
    }

    private static (string Text, SourceReferenceResolver Files)? RewriteWithFiles(
        Compilation compilation, SourceReferenceResolver files, bool keepsCulture, CancellationToken cancellation)
    {
        var texts = new Dictionary<string, string>();
        var own = OwnTree(compilation);
        foreach (var tree in compilation.SyntaxTrees)
        {
            if (CellRewriter.Rewrite(tree, () => compilation.GetSemanticModel(tree), keepsCulture, cancellation) is { } rewritten)
            {
                texts[tree.FilePath] = rewritten;
            }
        }
        return texts.Count == 0
            ? null
            : (texts.GetValueOrDefault(own.FilePath) ?? own.GetText(cancellation).ToString(), new RewrittenFiles(files, texts));
    }

    /// <summary>The files of <c>#load</c>, some of them with checks.</summary>
    private sealed class RewrittenFiles(SourceReferenceResolver files, IReadOnlyDictionary<string, string> texts) : SourceReferenceResolver
    {
        internal SourceReferenceResolver Files => files;

        public override string? NormalizePath(string path, string? baseFilePath) => files.NormalizePath(path, baseFilePath);

        public override string? ResolveReference(string path, string? baseFilePath) => files.ResolveReference(path, baseFilePath);

        public override Stream OpenRead(string resolvedPath) => files.OpenRead(resolvedPath);

        public override SourceText ReadText(string resolvedPath) => texts.TryGetValue(resolvedPath, out var text)
            ? SourceText.From(text, System.Text.Encoding.UTF8)
            : files.ReadText(resolvedPath);

        public override bool Equals(object? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
    }
}
