using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;
using RoslynDocument = Microsoft.CodeAnalysis.Document;

namespace CourseCompanion.Notebooks.Jupyter.Language;

/// <summary>
/// The session as the compiler's language services see it: one submission project per executed cell, each built on the
/// one before. It is brought up to date only when it is asked, from the session's own compilations, whose references
/// are shared.
/// </summary>
internal sealed class ScriptWorkspace : IDisposable
{
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private readonly AdhocWorkspace _workspace = new(MefHostServices.DefaultHost);
    private Solution _solution;
    private Script? _lastScript;
    private ProjectId? _lastProject;

    public ScriptWorkspace() => _solution = _workspace.CurrentSolution;

    /// <summary>A cell's text as a document that sees everything that the session has declared.</summary>
    /// <param name="last">The session's last script; null when nothing ran yet.</param>
    /// <param name="text">The cell's text.</param>
    public RoslynDocument Open(Script? last, string text)
    {
        CatchUp(last);
        var options = (CSharpCompilationOptions?)last?.GetCompilation().Options
            ?? new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary);
        var references = last?.GetCompilation().References ?? [];
        var (solution, document) = Add(text, options, references);
        return solution.GetDocument(document)!;
    }

    public void Dispose() => _workspace.Dispose();

    private void CatchUp(Script? last)
    {
        var missing = new Stack<Script>();
        var known = last;
        while (known is not null && known != _lastScript)
        {
            missing.Push(known);
            known = known.Previous;
        }

        if (known is null)
        {
            // Nothing of the session is known yet.
            _solution = _workspace.CurrentSolution;
            _lastProject = null;
        }

        while (missing.TryPop(out var script))
        {
            var compilation = (CSharpCompilation)script.GetCompilation();
            (_solution, var document) = Add(script.Code, compilation.Options, compilation.References);
            _lastProject = document.ProjectId;
        }

        _lastScript = last;
    }

    private (Solution Solution, DocumentId Document) Add(
        string text, CSharpCompilationOptions options, IEnumerable<MetadataReference> references)
    {
        var project = ProjectId.CreateNewId();
        var document = DocumentId.CreateNewId(project);
        var name = "cell" + project.Id.ToString("N");
        var solution = _solution
            .AddProject(ProjectInfo.Create(
                project,
                VersionStamp.Default,
                name,
                name,
                LanguageNames.CSharp,
                compilationOptions: options,
                parseOptions: ParseOptions,
                projectReferences: _lastProject is null ? [] : [new ProjectReference(_lastProject)],
                metadataReferences: references,
                isSubmission: true))
            .AddDocument(document, "cell.csx", SourceText.From(text));
        return (solution, document);
    }
}
