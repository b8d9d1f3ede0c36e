using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// The cells executed so far, as error reports need them: their texts, and what they were compiled to. Thread-safe.
/// </summary>
internal sealed class CellIndex
{
    private readonly ConcurrentDictionary<string, string> _texts = new();
    private volatile Script? _last;

    /// <summary>A cell was compiled and is about to run.</summary>
    /// <param name="file">The file name under which it was compiled.</param>
    /// <param name="text">Its text, as the student wrote it.</param>
    /// <param name="script">What was compiled, from which the cells before it can be reached.</param>
    internal void Add(string file, string text, Script script)
    {
        _texts[file] = text;
        _last = script;
    }

    /// <summary>The text of a cell.</summary>
    internal bool TryGetText(string file, [NotNullWhen(true)] out string? text) => _texts.TryGetValue(file, out text);

    /// <summary>The script that an assembly was compiled from; null when it is no cell's.</summary>
    internal Script? ScriptOf(Assembly assembly)
    {
        var name = assembly.GetName().Name;
        var script = _last;
        while (script is not null && script.GetCompilation().AssemblyName != name)
        {
            script = script.Previous;
        }
        return script;
    }
}
