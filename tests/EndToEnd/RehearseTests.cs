using System.Text.Json.Nodes;
using CourseCompanion.EndToEnd.Browser;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.EndToEnd;

/// <summary>The command <c>rehearse</c> as an instructor types it.</summary>
public sealed class RehearseTests : IDisposable
{
    private readonly TinyCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task Rehearsal_of_a_notebook_in_order_leaves_its_files_and_ends_well()
    {
        var result = await RehearseAsync("Console.WriteLine(6 * 7);", "var next = 1;\nnext + 1");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("Ready to be recorded.", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["enregistrement.code-workspace", "essai.enregistrement.html", "essai.prise-1.ipynb", "essai.prise-2.ipynb", "essai.prises.html"], _course.OutFiles);
        Assert.Contains("Prêt à enregistrer", await File.ReadAllTextAsync(Path.Combine(_course.Out, "essai.prises.html")), StringComparison.Ordinal);
        Assert.Equal("42\n", _course.Executed("essai.prise-2").CodeCells.First().Outputs[0].Text);
    }

    [Fact]
    public async Task Rehearsal_that_finds_something_says_what_and_ends_with_1()
    {
        // Tabs are four columns to those who write, eight to a browser.
        var tabs = "var a = 1;\n" + new string('\t', 13) + "var b = \"" + new string('x', 35) + "\";";

        var result = await RehearseAsync("Console.WriteLine(Environment.ProcessId);", "var wide = \"" + new string('x', 120) + "\";", tabs);

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("cell 1, take 2: output 1, text: '", result.Output, StringComparison.Ordinal);
        Assert.Contains("cell 2: line 1 has 134 columns", result.Output, StringComparison.Ordinal);
        Assert.Equal(BrowserFactAttribute.Chromium is not null, result.Output.Contains("cell 3: its code scrolls sideways in a browser", StringComparison.Ordinal));
        Assert.Contains($"To be put right: {(BrowserFactAttribute.Chromium is null ? 2 : 3)}.", result.Output, StringComparison.Ordinal);
        Assert.Equal(5, _course.OutFiles.Count());
    }

    private Task<CourseResult> RehearseAsync(params IEnumerable<string> cells)
    {
        var path = _course.Write("essai", cells);
        var notebook = NotebookDocument.Load(path);
        foreach (var cell in notebook.CodeCells)
        {
            // A busy machine is no finding.
            cell.Metadata["rehearsal"] = new JsonObject { ["seconds"] = 600 };
        }

        notebook.Save(path);
        var folder = Path.GetDirectoryName(path)!;
        return CourseProcess.RunAsync(folder, "rehearse", path, "--takes", "2", "--profile", "essai", "--out", _course.Out, "--from", folder);
    }
}
