using CourseCompanion.Notebooks.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;
using RoslynDocument = Microsoft.CodeAnalysis.Document;

namespace CourseCompanion.Notebooks.Jupyter.Language;

/// <summary>
/// The session as the compiler's language services see it: one submission project per group of executed cells
/// (<see cref="CellGroups"/>), each built on the one before, and an open project for the cell that is being written. It
/// is brought up to date only when it is asked, from the session's own compilations, whose references are shared.
/// </summary>
/// <remarks>
/// A solution keeps what it has compiled, and hands it on to the solutions made from it - but not back. So what
/// requests share is compiled before they are made from it: each binds its own text, and not all the cells before it.
/// </remarks>
internal sealed class ScriptWorkspace : IDisposable
{
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private readonly AdhocWorkspace _workspace = new(MefHostServices.DefaultHost);
    private readonly CellGroups _cells = new();

    // For each group, the solution that ends with it, compiled.
    private readonly List<Submission> _submissions = [];
    private Submission? _open;
    private Script? _lastScript;

    /// <summary>A cell's text as a document that sees everything that the session has declared.</summary>
    /// <param name="last">The session's last script; null when nothing ran yet.</param>
    /// <param name="text">The cell's text.</param>
    public RoslynDocument Open(Script? last, string text)
    {
        if (_open is null || last != _lastScript)
        {
            CatchUp(last);
            var options = last is null ? null : CellScript.OptionsOf(last);
            _open = Submit("", options ?? new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary), []);
            _lastScript = last;
        }

        return _open.Solution.WithDocumentText(_open.Document, SourceText.From(text)).GetDocument(_open.Document)!;
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

        var changed = _submissions.Count;
        if (known is null)
        {
            // Nothing of the session is known yet.
            _cells.Clear();
            changed = 0;
        }

        while (missing.TryPop(out var script))
        {
            changed = Math.Min(changed, _cells.Add(script));
        }

        _submissions.RemoveRange(changed, _submissions.Count - changed);
        foreach (var group in _cells.Groups.Skip(changed))
        {
            _submissions.Add(Submit(group.Text, group.Options, group.References));
        }
    }

    /// <summary>Adds a text that sees what all groups so far declare.</summary>
    private Submission Submit(string text, CSharpCompilationOptions options, IEnumerable<MetadataReference> references)
    {
        var previous = _submissions.LastOrDefault();
        var project = ProjectId.CreateNewId();
        var document = DocumentId.CreateNewId(project);
        var name = "cell" + project.Id.ToString("N");
        var solution = (previous?.Solution ?? _workspace.CurrentSolution)
            .AddProject(ProjectInfo.Create(
                project,
                VersionStamp.Default,
                name,
                name,
                LanguageNames.CSharp,
                compilationOptions: options,
                parseOptions: ParseOptions,
                projectReferences: previous is null ? [] : [new ProjectReference(previous.Document.ProjectId)],
                metadataReferences: references,
                isSubmission: true))
            .AddDocument(document, "cell.csx", SourceText.From(text));
        solution.GetProject(project)!.GetCompilationAsync().GetAwaiter().GetResult();
        return new(solution, document);
    }

    private sealed record Submission(Solution Solution, DocumentId Document);
}
