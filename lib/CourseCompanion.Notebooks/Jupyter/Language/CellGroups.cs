using System.Text;
using CourseCompanion.Notebooks.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Notebooks.Jupyter.Language;

/// <summary>
/// The executed cells, folded into few groups that declare the same names with the same meaning. The compiler looks for a
/// name through every submission that came before: what it takes must not grow with each cell that a student runs.
/// </summary>
/// <remarks>
/// <para>Cells are put together as one text where that changes no meaning: the later one declares no name that the earlier
/// ones mention, and brings no <c>using</c>, reference or other directive, which would hold for the whole text.</para>
/// <para>A group is forgotten when everything it declares was declared again, and nothing in between speaks of it: what
/// remains of cells that are run again and again is their last run.</para>
/// </remarks>
internal sealed class CellGroups
{
    // A group is compiled again for each cell that joins it.
    private const int MaxCells = 50;

    private readonly List<CellGroup> _groups = [];

    /// <summary>The groups, in the order of execution.</summary>
    public IReadOnlyList<CellGroup> Groups => _groups;

    /// <summary>Adds a cell that was executed after the others.</summary>
    /// <returns>The place of the first group that is not as it was.</returns>
    public int Add(Script script)
    {
        var cell = new CellGroup(script);
        if (cell.IsEmpty)
        {
            return _groups.Count;
        }

        var changed = _groups.Count;
        if (_groups.LastOrDefault() is { } last && last.CanTake(cell, MaxCells))
        {
            last.Take(cell);
            changed--;
        }
        else
        {
            _groups.Add(cell);
        }

        for (var i = _groups.Count - 2; i >= 0; i--)
        {
            if (IsForgotten(i))
            {
                _groups.RemoveAt(i);
                changed = Math.Min(changed, i);
            }
        }

        return changed;
    }

    public void Clear() => _groups.Clear();

    private bool IsForgotten(int index)
    {
        var group = _groups[index];
        return !group.IsFixed && group.Declared.All(declared =>
        {
            for (var i = index + 1; i < _groups.Count; i++)
            {
                if (_groups[i].Declared.Contains(declared))
                {
                    return true;
                }

                if (_groups[i].Mentioned.Contains(declared.Name))
                {
                    return false;
                }
            }

            return false;
        });
    }
}

/// <summary>One or more executed cells as one text.</summary>
internal sealed class CellGroup
{
    private readonly StringBuilder _text = new();
    private int _cells = 1;

    /// <summary>A group of one cell.</summary>
    public CellGroup(Script script)
    {
        var compilation = (CSharpCompilation)script.GetCompilation();
        // As the student wrote it, without the checks that it runs with.
        var root = (CompilationUnitSyntax)CellScript.TreeOf(script).GetRoot();
        Options = CellScript.OptionsOf(script);
        References = [.. compilation.References];
        IsFixed = References.Count > 0 || root.ContainsDirectives || root.Usings.Count > 0 || root.Externs.Count > 0;
        Declared = [.. compilation.ScriptClass!.GetMembers()
            .Where(member => member.CanBeReferencedByName)
            .Select(member => new Declaration(member.Name, Overload(member)))];
        Mentioned = [.. root.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText)];
        _text.Append(CellScript.TextOf(script));
        if (root.Members.LastOrDefault() is GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } })
        {
            // A cell may end with a value; in the middle of a text it is a statement.
            _text.Append("\n;");
        }
    }

    /// <summary>The cells' text.</summary>
    public string Text => _text.ToString();

    /// <summary>The compiler options of the first cell.</summary>
    public CSharpCompilationOptions Options { get; }

    /// <summary>What the first cell refers to beyond what the cells before it do.</summary>
    public IReadOnlyList<MetadataReference> References { get; }

    /// <summary>Whether it brings more than declarations, so that nothing joins it and it is never forgotten.</summary>
    public bool IsFixed { get; }

    /// <summary>The variables, functions and types that later cells see.</summary>
    public HashSet<Declaration> Declared { get; }

    /// <summary>Every identifier in the text: more than the names it needs, never less.</summary>
    public HashSet<string> Mentioned { get; }

    /// <summary>Whether later cells see nothing of it.</summary>
    public bool IsEmpty => !IsFixed && Declared.Count == 0;

    /// <summary>Whether a cell can be appended without a change of meaning.</summary>
    public bool CanTake(CellGroup cell, int maxCells) =>
        !IsFixed && !cell.IsFixed && _cells < maxCells && !cell.Declared.Any(declared => Mentioned.Contains(declared.Name));

    /// <summary>Appends a cell.</summary>
    public void Take(CellGroup cell)
    {
        _text.Append('\n').Append(cell._text);
        _cells++;
        Declared.UnionWith(cell.Declared);
        Mentioned.UnionWith(cell.Mentioned);
    }

    // Functions of one name stand side by side, also when they come from different cells; so do generic types.
    private static string Overload(ISymbol member) => member switch
    {
        IMethodSymbol method => $"`{method.Arity}({string.Join(", ", method.Parameters.Select(p => p.Type.ToDisplayString()))})",
        INamedTypeSymbol type => $"`{type.Arity}",
        _ => "",
    };
}

/// <summary>Something that a cell declares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Overload">What tells it from others of its name that do not replace it.</param>
internal readonly record struct Declaration(string Name, string Overload);
