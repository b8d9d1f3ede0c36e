using CourseCompanion.Notebooks.Session;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Chapters.Tests;

/// <summary>Every cell of the course compiles with the checks that an interrupt needs; none has to run without.</summary>
public sealed class CheckedChapterTests
{
    public static TheoryData<string> Names => new(Chapter.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Cells_compile_with_checks(string name)
    {
        var options = ScriptEnvironment.CreateOptions(new SessionOptions(), ScriptEnvironment.DefaultAssemblies());
        var next = options.WithReferences(Array.Empty<Microsoft.CodeAnalysis.MetadataReference>()).WithImports(Array.Empty<string>());
        Script<object>? last = null;
        foreach (var cell in Chapter.Load(name).Code)
        {
            // The first line of a chapter imports what prepares another host, and nothing here.
            if (CellSource.Parse(cell.Source) is not { Packages.Count: 0 } parsed
                || parsed.Parts.Where(part => part.Language != CellLanguage.Import).ToList() is not [{ Language: CellLanguage.CSharp, Text: var text }])
            {
                continue;
            }
            var isRewritten = false;
            var compiled = CellScript.Compile(
                last,
                (source, files) =>
                {
                    isRewritten |= source != text;
                    return last is null ? CSharpScript.Create<object>(source, options) : last.ContinueWith<object>(source, next);
                },
                text,
                options.SourceResolver,
                keepsCulture: true,
                CancellationToken.None);
            Assert.True(compiled.Script is not null, string.Join('\n', compiled.Diagnostics));
            Assert.True(!isRewritten || compiled.Script.Code != text, $"It runs without checks:\n{text}");
            last = compiled.Script;
        }
    }
}
