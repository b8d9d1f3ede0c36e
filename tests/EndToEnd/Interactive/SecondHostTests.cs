using CourseCompanion.Display;
using CourseCompanion.EndToEnd.Jupyter;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Jupyter;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Interactive;

/// <summary>Notebooks on Microsoft's .NET Interactive, which the first test that needs it fetches; whole chapters are with the tests of chapters.</summary>
public sealed class SecondHostTests : IDisposable
{
    private const string Import = "#!import cours.csx\n";

    private readonly TinyCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task What_a_cell_shows_is_what_the_course_s_kernel_shows()
    {
        var notebook = WriteHere(
            "shows",
            Import + "var shares = new[] { 0.25, 0.5 };",
            "display(Chart.Line(\"Titre\", \"Époque\", Axis.Percent(\"Exactitude\"), new Series(\"a\", shares)));",
            "display(Plotly.NET.CSharp.Chart.Violin<string, double, string>(Y: new[] { 1.0, 2, 3 }));",
            "display(new Microsoft.Data.Analysis.DataFrame(new Microsoft.Data.Analysis.DoubleDataFrameColumn(\"x\", [1.5])));",
            "#!mermaid\ngraph LR\nA --> B",
            "zeros(2, 3)",
            "using (var work = WorkContext.Progress.Start(\"Travail\", 2)) { work.Report(2); }",
            "Console.WriteLine($\"{1.5}\");");

        var result = await _course.RunAsync(notebook, "--host", SecondHost.Name);

        Assert.True(result.ExitCode == 0, result.ToString());
        var cells = _course.Executed("shows").CodeCells.ToList();
        Assert.Empty(cells[0].Outputs);
        var outputs = cells[1..].ConvertAll(cell => cell.Outputs[^1]);
        Assert.Equal("scatter", outputs[0].JsonData(MimeTypes.Plotly)!["data"]![0]!["type"]!.GetValue<string>());
        Assert.Contains("<div", outputs[1].TextData(MimeTypes.Html), StringComparison.Ordinal);
        Assert.Contains("1,5", outputs[2].TextData(MimeTypes.Html), StringComparison.Ordinal);
        Assert.Contains("<svg", outputs[3].TextData(MimeTypes.Html), StringComparison.Ordinal);
        Assert.StartsWith("Tensor [2, 3], float32, cpu", outputs[4].TextData(MimeTypes.PlainText), StringComparison.Ordinal);
        Assert.StartsWith("Travail : terminé en ", outputs[5].TextData(MimeTypes.PlainText), StringComparison.Ordinal);
        Assert.Equal("1,5", outputs[6].Text.Trim());
    }

    [LinuxFact]
    public async Task Native_libraries_are_found_on_the_runtime_of_a_distribution()
    {
        var notebook = WriteHere("tensor", Import + "zeros(2, 3)");
        // Where nobody has fetched the host yet: the SDK takes the variable for its own platform, and finds no tool for that.
        var fetched = await _course.RunAsync(notebook, "--host", SecondHost.Name);
        Assert.True(fetched.ExitCode == 0, fetched.ToString());

        var result = await _course.RunOnDistributionRuntimeAsync(notebook, "--host", SecondHost.Name);

        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact]
    public async Task Cells_that_fail_hang_end_late_or_end_the_process_are_results()
    {
        var fails = _course.Write("fails", "1", "throw new InvalidOperationException(\"assez\");", "2");
        var hangs = _course.Write("hangs", "1", "while (true) { }");
        var late = _course.Write("late", "1", "System.Threading.Thread.Sleep(18_000);");
        var ends = _course.Write("ends", "1", "Environment.Exit(3);");

        var result = await _course.RunAsync(fails, hangs, late, ends, "--host", SecondHost.Name, "--cell-timeout", "15", "--parallel", "2");

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal(["ok", "failed", "not-run"], _course.Statuses("fails"));
        Assert.Equal(["ok", "timed-out"], _course.Statuses("hangs"));
        Assert.Equal(["ok", "timed-out"], _course.Statuses("late"));
        Assert.Equal(["ok", "failed"], _course.Statuses("ends"));
        Assert.Contains("assez", result.Output, StringComparison.Ordinal);
        Assert.Contains("code de sortie 3", result.Output, StringComparison.Ordinal);
    }

    [PythonFact("nbclient, nbformat")]
    public async Task Installed_for_Jupyter_it_shows_charts_that_front_ends_draw()
    {
        using var kernel = new InstalledKernel();
        var installed = await CourseProcess.RunAsync(kernel.Prefix, "kernel", "install", "--dotnet-interactive", "--prefix", kernel.Prefix);
        Assert.True(installed.ExitCode == 0, installed.ToString());
        var notebook = WriteHere("chart", Import + "Chart.Line(\"Titre\", \"x\", new Axis(\"y\"), new Series(\"a\", new[] { 0.25, 0.5 }))");
        var executed = Path.ChangeExtension(notebook, ".executed.ipynb");

        kernel.RunScript("nbclient_execute.py", environment => environment["COURSE_KERNEL"] = KernelSpecs.InteractiveName, notebook, executed);

        var chart = NotebookDocument.Load(executed).CodeCells.Single().Outputs[^1];
        // Its JSON would come as a text there, which VS Code takes for a broken figure.
        Assert.Equal([MimeTypes.Html, MimeTypes.PlainText], chart.MimeTypes.Order(StringComparer.Ordinal));
        Assert.Contains("Plotly.newPlot", chart.TextData(MimeTypes.Html), StringComparison.Ordinal);

        var removed = await CourseProcess.RunAsync(kernel.Prefix, "kernel", "uninstall", "--prefix", kernel.Prefix);
        Assert.Contains($"{KernelSpecs.InteractiveName} removed.", removed.Output, StringComparison.Ordinal);
    }

    // Beside the course's own chapters lies cours.csx; a notebook from elsewhere brings a copy whose paths lead here.
    private string WriteHere(string name, params IEnumerable<string> cells)
    {
        var notebook = _course.Write(name, cells);
        SecondHost.Prepare(Path.GetDirectoryName(notebook)!);
        return notebook;
    }
}
