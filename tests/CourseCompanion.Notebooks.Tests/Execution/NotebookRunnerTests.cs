using System.Text.Json.Nodes;
using System.Xml.Linq;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Session;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Notebooks.Tests.Execution;

public sealed class NotebookRunnerTests : IDisposable
{
    private static readonly WorkerCommand Worker = new("dotnet", ["exec", typeof(NotebookRunnerTests).Assembly.Location]);

    private readonly string _folder = Directory.CreateTempSubdirectory("notebook-runner").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, params NotebookCell[] cells)
    {
        var notebook = NotebookDocument.Create();
        foreach (var cell in cells)
        {
            notebook.Add(cell);
        }
        var path = Path.Combine(_folder, name);
        notebook.Save(path);
        return path;
    }

    private RunRequest Request(params string[] notebooks) =>
        new() { Notebooks = notebooks, OutDirectory = Out, Worker = Worker, InterruptGrace = TimeSpan.FromSeconds(60) };

    private NotebookDocument Executed(string name) => NotebookDocument.Load(Path.Combine(Out, name));

    private static JsonNode Report(RunSummary summary) => JsonNode.Parse(File.ReadAllText(summary.ReportFile))!;

    [Fact]
    public async Task RunAsync_executes_the_cells_and_writes_notebook_page_and_reports()
    {
        var path = Write("a.ipynb",
            NotebookCell.Markdown("# Titre"),
            NotebookCell.Code("var x = 20;"),
            NotebookCell.Code(""),
            NotebookCell.Code("Console.WriteLine(\"bonjour\"); var shown = display(\"0 %\"); shown.Update(\"100 %\"); 2 * x + 2"),
            NotebookCell.Code("display(\"{\\\"title\\\": \\\"T\\\", \\\"figures\\\": {\\\"auc\\\": 0.88}}\".Length); new RawContent(\"application/vnd.coursecompanion.results+json\", \"{\\\"title\\\": \\\"T\\\", \\\"figures\\\": {\\\"auc\\\": 0.88}}\")"));
        var source = File.ReadAllText(path);

        var summary = await NotebookRunner.RunAsync(Request(path));

        Assert.True(summary.ExitCode == 0, summary.Notebooks[0].FailedCell?.Traceback);
        Assert.Equal(source, File.ReadAllText(path));
        var cells = Executed("a.ipynb").Cells;
        Assert.Equal([1, null, 2, 3], cells.Skip(1).Select(cell => cell.ExecutionCount));
        Assert.Equal("bonjour\n", cells[3].Outputs[0].Text);
        Assert.Equal("100 %", cells[3].Outputs[1].TextData("text/plain"));
        Assert.Equal("42", cells[3].Outputs[2].TextData("text/plain"));
        Assert.Equal("ok", cells[3].Metadata["course"]!["status"]!.GetValue<string>());
        Assert.Contains("<h1 id=\"titre\">Titre</h1>", File.ReadAllText(Path.Combine(Out, "a.html")), StringComparison.Ordinal);
        var report = Report(summary)["notebooks"]![0]!;
        Assert.Equal("ok", report["status"]!.GetValue<string>());
        Assert.Equal(3, report["cells"]!.AsArray().Count);
        Assert.Equal(0.88, report["results"]![0]!["figures"]!["auc"]!.GetValue<double>());
        Assert.Equal("3", XDocument.Load(summary.JUnitFile).Root!.Attribute("tests")!.Value);
    }

    [Fact]
    public async Task RunAsync_with_a_failing_cell_writes_everything_and_marks_the_rest_as_not_run()
    {
        var stale = NotebookCell.Code("Console.WriteLine(\"jamais\");");
        stale.ExecutionCount = 9;
        stale.AddOutput(NotebookOutput.Stream("stdout", "périmé"));
        var path = Write("b.ipynb", NotebookCell.Code("var x = 0;"), NotebookCell.Code("// calcul\n1 / x"), stale);

        var summary = await NotebookRunner.RunAsync(Request(path));

        Assert.Equal(1, summary.ExitCode);
        var cells = Executed("b.ipynb").Cells;
        Assert.Equal("DivideByZeroException", cells[1].Outputs[0].ErrorName);
        Assert.Empty(cells[2].Outputs);
        Assert.Null(cells[2].ExecutionCount);
        Assert.Equal("not-run", cells[2].Metadata["course"]!["status"]!.GetValue<string>());
        var failed = summary.Notebooks[0].FailedCell!;
        Assert.Equal(2, failed.Number);
        Assert.StartsWith("DivideByZeroException: ", failed.Error, StringComparison.Ordinal);
        Assert.Contains("cellule 2, ligne 2", failed.Traceback, StringComparison.Ordinal);
        var suite = XDocument.Load(summary.JUnitFile).Root!.Element("testsuite")!;
        Assert.Equal("1", suite.Attribute("failures")!.Value);
        Assert.Equal("1", suite.Attribute("skipped")!.Value);
        Assert.StartsWith("cell 2: DivideByZeroException", suite.Descendants("failure").Single().Attribute("message")!.Value, StringComparison.Ordinal);
        Assert.Contains("Cellule non exécutée", File.ReadAllText(summary.Notebooks[0].Page!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_goes_on_with_the_next_notebook_after_a_failure()
    {
        var summary = await NotebookRunner.RunAsync(Request(
            Write("a.ipynb", NotebookCell.Code("oups")),
            Write("b.ipynb", NotebookCell.Code("1"))));

        Assert.Equal(1, summary.ExitCode);
        Assert.Equal([RunStatus.Failed, RunStatus.Ok], summary.Notebooks.Select(notebook => notebook.Status));
        Assert.StartsWith("CompilationError: (1, 1) CS0103", summary.Notebooks[0].FailedCell!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_interrupts_a_cell_that_exceeds_its_time()
    {
        var path = Write("slow.ipynb", NotebookCell.Code("while (true) { }"), NotebookCell.Code("1"));

        var summary = await NotebookRunner.RunAsync(Request(path) with { CellTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal(1, summary.ExitCode);
        Assert.Equal([RunStatus.TimedOut, RunStatus.NotRun], summary.Notebooks[0].Cells.Select(cell => cell.Status));
        Assert.Equal("TimeoutException", Executed("slow.ipynb").Cells[0].Outputs[0].ErrorName);
    }

    [Fact]
    public async Task RunAsync_kills_a_process_that_does_not_heed_the_interrupt()
    {
        // Native code that waits for ever.
        var path = Write("deaf.ipynb",
            NotebookCell.Code("""
                using System.Runtime.InteropServices;
                class C
                {
                    [DllImport("libc")] public static extern int pipe(int[] ends);
                    [DllImport("libc")] public static extern nint read(int end, byte[] buffer, nint count);
                }
                var ends = new int[2];
                C.pipe(ends);
                Console.WriteLine(1);
                C.read(ends[0], new byte[1], 1);
                """),
            NotebookCell.Code("1"));
        using var cancellation = new CancellationTokenSource();
        var observer = new Observer { OnOutput = output => { if (output is StreamOutput) { cancellation.Cancel(); } } };

        var summary = await NotebookRunner.RunAsync(Request(path) with { Observer = observer, InterruptGrace = TimeSpan.FromSeconds(2) }, cancellation.Token);

        Assert.Equal([RunStatus.Interrupted, RunStatus.NotRun], summary.Notebooks[0].Cells.Select(cell => cell.Status));
        Assert.Contains("ne réagissait plus", Executed("deaf.ipynb").Cells[0].Outputs[^1].ErrorValue, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unsafe { *(int*)0x7fff_0000_0001 = 1; }", "SIGSEGV|SIGABRT")]
    [InlineData("Environment.FailFast(\"boum\");", "SIGABRT")]
    [InlineData("Environment.Exit(3);", "code de sortie 3")]
    public async Task RunAsync_survives_the_death_of_the_process_and_says_why(string code, string cause)
    {
        var path = Write("crash.ipynb", NotebookCell.Code("Console.WriteLine(\"avant\"); System.Threading.Thread.Sleep(200);"), NotebookCell.Code(code), NotebookCell.Code("1"));

        var summary = await NotebookRunner.RunAsync(Request(path));

        Assert.Equal(1, summary.ExitCode);
        Assert.Equal([RunStatus.Ok, RunStatus.Failed, RunStatus.NotRun], summary.Notebooks[0].Cells.Select(cell => cell.Status));
        var error = Executed("crash.ipynb").Cells[1].Outputs[^1];
        Assert.Contains(cause.Split('|'), part => error.ErrorValue!.Contains(part, StringComparison.Ordinal));
        Assert.Equal("avant\n", Executed("crash.ipynb").Cells[0].Outputs[0].Text);
    }

    /// <summary>TensorBoard, for example: it holds the pipes of the notebook's process open.</summary>
    [LinuxTheory]
    [InlineData("1", 0)]
    [InlineData("Environment.Exit(3);", 1)]
    public async Task RunAsync_does_not_wait_for_what_a_cell_leaves_running(string then, int exitCode)
    {
        var path = Write("left.ipynb", NotebookCell.Code("var left = System.Diagnostics.Process.Start(\"sleep\", \"300\"); left.Id"), NotebookCell.Code(then));

        var summary = await NotebookRunner.RunAsync(Request(path)).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(exitCode, summary.ExitCode);
        var id = int.Parse(Executed("left.ipynb").Cells[0].Outputs[^1].TextData("text/plain")!, System.Globalization.CultureInfo.InvariantCulture);
        System.Diagnostics.Process.GetProcessById(id).Kill();
    }

    [Fact]
    public async Task RunAsync_keeps_head_and_tail_of_what_a_dying_process_said()
    {
        var path = Write("crash.ipynb", NotebookCell.Code("""
            int Down(int n) { if (n == 0) Environment.FailFast("boum, dit le chien"); return Up(n - 1) + 1; }
            int Up(int n) => Down(n) + Math.Abs(n);
            Down(300)
            """));

        var summary = await NotebookRunner.RunAsync(Request(path));

        var error = Executed("crash.ipynb").Cells[0].Outputs[^1];
        var report = string.Join('\n', error.Traceback!);
        Assert.Contains("boum, dit le chien", report, StringComparison.Ordinal);
        Assert.Contains("CellThread.RunWork", report, StringComparison.Ordinal);
        Assert.Contains("lignes omises", report, StringComparison.Ordinal);
        Assert.InRange(report.Length, 1000, 10_000);
        Assert.Equal(report, summary.Notebooks[0].FailedCell!.Traceback);
    }

    [Fact]
    public async Task RunAsync_cancelled_writes_what_was_done_and_exits_with_130()
    {
        var first = Write("a.ipynb", NotebookCell.Code("\"fait\""), NotebookCell.Code("Console.WriteLine(\"debut\"); await Task.Delay(-1);"), NotebookCell.Code("1"));
        var second = Write("b.ipynb", NotebookCell.Code("1"));
        using var cancellation = new CancellationTokenSource();
        var observer = new Observer { OnOutput = output => { if (output is StreamOutput) { cancellation.Cancel(); } } };

        var summary = await NotebookRunner.RunAsync(Request(first, second) with { Observer = observer }, cancellation.Token);

        Assert.Equal(130, summary.ExitCode);
        Assert.Equal([RunStatus.Ok, RunStatus.Interrupted, RunStatus.NotRun], summary.Notebooks[0].Cells.Select(cell => cell.Status));
        Assert.Equal(RunStatus.NotRun, summary.Notebooks[1].Status);
        Assert.Equal("fait", Executed("a.ipynb").Cells[0].Outputs[0].TextData("text/plain"));
        Assert.False(File.Exists(Path.Combine(Out, "b.ipynb")));
        Assert.Equal("not-run", Report(summary)["notebooks"]![1]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task RunAsync_reads_a_cell_s_language_from_its_metadata()
    {
        var path = Write("l.ipynb", In("csharp", "1"), In("html", "<b>gras</b>"), In("markdown", "# Titre"), In("fsharp", "let x = 1"));

        var summary = await NotebookRunner.RunAsync(Request(path));

        var cells = Executed("l.ipynb").Cells;
        Assert.Equal("<b>gras</b>", cells[1].Outputs[0].TextData("text/html"));
        Assert.Equal("# Titre", cells[2].Outputs[0].TextData("text/markdown"));
        Assert.Equal("<b>gras</b>", cells[1].Source);
        Assert.Contains("Ce noyau n’exécute que du C#", summary.Notebooks[0].FailedCell!.Error, StringComparison.Ordinal);

        static NotebookCell In(string language, string source)
        {
            var cell = NotebookCell.Code(source);
            cell.Metadata["polyglot_notebook"] = new JsonObject { ["kernelName"] = language };
            return cell;
        }
    }

    [Fact]
    public async Task RunAsync_injects_typed_parameters_after_their_declaration()
    {
        var path = Write("p.ipynb",
            NotebookCell.Code("int epochs = 5; double threshold = 0.9; var name = \"derma\"; bool fast = true; int[] seeds = { 1 }; var day = DayOfWeek.Monday;", "parameters"),
            NotebookCell.Code("$\"{epochs} {threshold} {name} {fast} {string.Join('/', seeds)} {day}\""));
        var parameters = new Dictionary<string, string>
        {
            ["epochs"] = "7",
            ["threshold"] = "0.95",
            ["name"] = "blood \"28\"",
            ["fast"] = "false",
            ["seeds"] = "4, 2",
            ["day"] = "Friday",
        };

        var summary = await NotebookRunner.RunAsync(Request(path) with { Parameters = parameters });

        Assert.True(summary.ExitCode == 0, summary.Notebooks[0].FailedCell?.Traceback);
        var cells = Executed("p.ipynb").Cells;
        Assert.True(cells[1].HasTag("injected-parameters"));
        Assert.Equal("7 0,95 blood \"28\" False 4/2 Friday", cells[2].Outputs[0].TextData("text/plain"));
    }

    [Theory]
    [InlineData("epoch", "7", "Unknown parameter 'epoch' (known: epochs, threshold). Did you mean 'epochs'?")]
    [InlineData("epochs", "seven", "'epochs' is of type int; 'seven' is not a value of that type")]
    [InlineData("threshold", "NaN", "'threshold' is of type double")]
    public async Task RunAsync_with_a_bad_parameter_says_so_before_anything_runs(string name, string value, string message)
    {
        var path = Write("p.ipynb", NotebookCell.Code("int epochs = 5; double threshold = 0.9;", "parameters"));
        var request = Request(path) with { Parameters = new Dictionary<string, string> { [name] = value } };

        var error = await Assert.ThrowsAsync<NotebookParameterException>(() => NotebookRunner.RunAsync(request));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public async Task RunAsync_with_an_absent_notebook_says_so()
    {
        var absent = await Assert.ThrowsAsync<NotebookRunException>(() => NotebookRunner.RunAsync(Request(Path.Combine(_folder, "absent.ipynb"))));
        Assert.Contains("absent.ipynb: there is no such notebook", absent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_with_a_notebook_that_cannot_be_read_runs_the_others_and_reports_it()
    {
        var foreign = Path.Combine(_folder, "foreign.ipynb");
        File.WriteAllText(foreign, "PK");
        var latin = Path.Combine(_folder, "latin.ipynb");
        File.WriteAllBytes(latin, System.Text.Encoding.Latin1.GetBytes(NotebookDocument.Create().ToJson().Replace(".NET", "é", StringComparison.Ordinal)));
        var good = Write("good.ipynb", NotebookCell.Code("1 + 1"));

        var summary = await NotebookRunner.RunAsync(Request(foreign, good, latin));

        Assert.Equal(1, summary.ExitCode);
        Assert.Equal([RunStatus.Failed, RunStatus.Ok, RunStatus.Failed], summary.Notebooks.Select(notebook => notebook.Status));
        var report = JsonNode.Parse(File.ReadAllText(summary.ReportFile))!["notebooks"]!;
        Assert.Contains("foreign.ipynb: not a notebook", report[0]!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("latin.ipynb: not a notebook: the file is not UTF-8", report[2]!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        var junit = System.Xml.Linq.XDocument.Load(summary.JUnitFile).Root!;
        Assert.Equal(("3", "2"), (junit.Attribute("tests")!.Value, junit.Attribute("errors")!.Value));
        Assert.Equal(2, junit.Descendants("error").Count());
    }

    [Fact]
    public async Task RunAsync_with_metadata_and_charts_of_a_strange_form_runs_to_the_end_and_shows_what_can_be_shown()
    {
        var odd = NotebookCell.Code("1 + 1");
        odd.Metadata["jupyter"] = "x";
        odd.Metadata["rehearsal"] = new JsonArray(1);
        var charts = ((string[])["[1]", "null", "7", "{\"layout\": 1}", "{\"data\": {}, \"layout\": [1]}", "{\"a\": \"\\ud800\"}", new string('[', 64) + new string(']', 64)])
            .Select(json => NotebookCell.Code($"new RawContent(\"application/vnd.plotly.v1+json\", {Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(json, true)})"));
        var path = Write("odd.ipynb", [odd, .. charts]);
        var document = NotebookDocument.Load(path);
        document.Metadata["course"] = "x";
        document.Save(path);

        var summary = await NotebookRunner.RunAsync(Request(path));

        Assert.True(summary.ExitCode == 0, summary.Notebooks[0].Problem ?? summary.Notebooks[0].FailedCell?.Traceback);
        Assert.All(summary.Notebooks[0].Cells, cell => Assert.Equal(RunStatus.Ok, cell.Status));
        Assert.All(Executed("odd.ipynb").CodeCells, cell => Assert.NotEmpty(cell.Outputs));
        var page = File.ReadAllText(Path.Combine(Out, "odd.html"));
        Assert.Contains("<pre class=\"result\">[1]</pre>", page, StringComparison.Ordinal);
        Assert.Contains("<pre class=\"result\">7</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_with_a_fault_of_this_program_in_one_notebook_runs_the_others_and_reports_it()
    {
        var bad = Write("bad.ipynb", NotebookCell.Code("1"));
        var root = JsonNode.Parse(File.ReadAllText(bad))!;
        root["cells"]![0]!.AsObject().Remove("id");
        root["cells"]![0]!["source"] = new JsonArray((JsonNode?)null);
        File.WriteAllText(bad, root.ToJsonString());
        // What nobody foresees cannot be in a file of ours: an observer that throws stands for it.
        var faulty = Write("faulty.ipynb", NotebookCell.Code("1"), NotebookCell.Code("2"));
        var good = Write("good.ipynb", NotebookCell.Code("1 + 1"));
        var observer = new Observer { OnCell = notebook => { if (notebook == faulty) { throw new InvalidOperationException("imprévu"); } } };

        var summary = await NotebookRunner.RunAsync(Request(bad, faulty, good) with { Observer = observer });

        Assert.Equal(1, summary.ExitCode);
        Assert.Equal([RunStatus.Failed, RunStatus.Failed, RunStatus.Ok], summary.Notebooks.Select(notebook => notebook.Status));
        var report = Report(summary)["notebooks"]!;
        Assert.Contains("bad.ipynb: not a valid notebook: cell 1: 'source'", report[0]!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("faulty.ipynb: a fault of this program", report[1]!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: imprévu", report[1]!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Single(report[1]!["cells"]!.AsArray());
        Assert.Equal(2, XDocument.Load(summary.JUnitFile).Descendants("error").Count());
        Assert.True(File.Exists(Path.Combine(Out, "good.html")));
    }

    [Fact]
    public async Task RunAsync_with_a_notebook_in_another_language_says_so_in_one_line_and_runs_the_others()
    {
        string Of(string name, string metadata, string code = "import numpy as np", string? cellLanguage = null)
        {
            var cell = NotebookCell.Code(code);
            if (cellLanguage is not null)
            {
                cell.Metadata["polyglot_notebook"] = new JsonObject { ["kernelName"] = cellLanguage };
            }
            var document = NotebookDocument.Load(Write(name, cell));
            document.Root["metadata"] = JsonNode.Parse(metadata);
            document.Save(Path.Combine(_folder, name));
            return Path.Combine(_folder, name);
        }
        string[] foreign =
        [
            Of("spec.ipynb", """{"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}"""),
            Of("info.ipynb", """{"language_info": {"name": "python", "version": "3.12"}}"""),
            Of("name.ipynb", """{"kernelspec": {"display_name": "Python 3", "name": "python3"}}"""),
            Of("r.ipynb", """{"kernelspec": {"display_name": "R", "language": "R", "name": "ir"}}"""),
        ];
        string[] own =
        [
            Of("none.ipynb", "{}", "1"),
            Of("odd.ipynb", """{"kernelspec": "x", "language_info": [1]}""", "1"),
            Of("polyglot.ipynb", """{"kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"}, "language_info": {"name": "polyglot-notebook"}}""", "1"),
            Of("mixed.ipynb", """{"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}""", "1", "csharp"),
            Of("other.ipynb", """{"kernelspec": {"display_name": "Cours", "name": "cours"}}""", "1"),
            Of("text.ipynb", """{"language_info": {"name": "python"}}""", " "),
        ];

        var summary = await NotebookRunner.RunAsync(Request([.. foreign, .. own]) with { Parallel = 2 });

        Assert.Equal(1, summary.ExitCode);
        Assert.All(summary.Notebooks.Take(foreign.Length), notebook => Assert.Contains(
            $"{notebook.Notebook}: by its metadata the notebook is in {(notebook.Notebook == foreign[^1] ? "R" : "Python")}, and the cells that run here are C#. Execute it with its own kernel",
            notebook.Problem, StringComparison.Ordinal));
        Assert.All(summary.Notebooks.Skip(foreign.Length), notebook => Assert.True(notebook.Status == RunStatus.Ok, notebook.Notebook + notebook.Problem));
        Assert.DoesNotContain('\n', summary.Notebooks[0].Problem!);
    }

    [Fact]
    public async Task RunAsync_with_an_output_folder_that_cannot_be_written_says_so_before_anything_runs()
    {
        var path = Write("a.ipynb", NotebookCell.Code("1"));
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var observer = new Observer();

        var error = await Assert.ThrowsAsync<NotebookRunException>(
            () => NotebookRunner.RunAsync(Request(path) with { OutDirectory = Path.Combine(file, "out"), Observer = observer }));

        Assert.Contains("--out", error.Message, StringComparison.Ordinal);
        Assert.Empty(observer.Events);
    }

    [Fact]
    public async Task RunAsync_never_overwrites_the_notebook_itself()
    {
        var path = Write("a.ipynb", NotebookCell.Code("1"));

        var error = await Assert.ThrowsAsync<NotebookRunException>(() => NotebookRunner.RunAsync(Request(path) with { OutDirectory = _folder }));

        Assert.Contains("overwrite", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_gives_the_notebook_its_environment_and_folder_and_tells_the_observer()
    {
        var path = Write("env.ipynb",
            NotebookCell.Code("Environment.GetEnvironmentVariable(\"COURSE_PROFILE\") + \" \" + Environment.GetEnvironmentVariable(\"COURSE_DATA\") + \" \" + Environment.GetEnvironmentVariable(\"COURSE_OUT\") + \" \" + Environment.CurrentDirectory"),
            NotebookCell.Code("throw new Exception(\"attendue\");", "raises-exception"),
            NotebookCell.Code("throw new Exception(\"jamais\");", "skip-execution"));
        var observer = new Observer();

        var summary = await NotebookRunner.RunAsync(Request(path) with { Profile = "complet", DataDirectory = _folder, Observer = observer });

        Assert.Equal(0, summary.ExitCode);
        Assert.Equal($"complet {_folder} {Out} {_folder}", Executed("env.ipynb").Cells[0].Outputs[0].TextData("text/plain"));
        Assert.Equal("attendue", Executed("env.ipynb").Cells[1].Outputs[0].ErrorValue);
        Assert.Equal(["start 3", "cell 1", "done 1 Ok", "cell 2", "done 2 Ok", "end Ok"], observer.Events);
    }

    [Fact]
    public async Task Notebooks_run_side_by_side_and_those_that_read_another_s_files_wait_for_it()
    {
        // The first two end only if they meet; the third, named before the first, reads what the first leaves.
        static string Meets(string mine, string other) => $$"""
            var folder = Environment.GetEnvironmentVariable("COURSE_OUT")!;
            File.WriteAllText(Path.Combine(folder, "{{mine}}"), "");
            var watch = System.Diagnostics.Stopwatch.StartNew();
            while (!File.Exists(Path.Combine(folder, "{{other}}")) && watch.Elapsed.TotalSeconds < 60) System.Threading.Thread.Sleep(20);
            File.Exists(Path.Combine(folder, "{{other}}")) + " " + Environment.GetEnvironmentVariable("OMP_NUM_THREADS")
            """;
        var reader = Write("lit.ipynb", NotebookCell.Code("File.ReadAllText(Path.Combine(Environment.GetEnvironmentVariable(\"COURSE_OUT\")!, \"reste.txt\"))"));
        var document = NotebookDocument.Load(reader);
        document.Metadata["course"] = new JsonObject { ["after"] = new JsonArray("un", "absent") };
        document.Save(reader);
        var first = Write("un.ipynb", NotebookCell.Code(Meets("a", "b")),
            NotebookCell.Code("System.Threading.Thread.Sleep(500); File.WriteAllText(Path.Combine(folder, \"reste.txt\"), \"laissé\");"));
        var second = Write("deux.ipynb", NotebookCell.Code(Meets("b", "a")));
        var observer = new Observer();

        var summary = await NotebookRunner.RunAsync(Request(reader, first, second) with { Parallel = 2, Observer = observer });

        Assert.True(summary.ExitCode == 0, string.Join('\n', summary.Notebooks.Select(one => one.FailedCell?.Traceback)));
        Assert.Equal([reader, first, second], summary.Notebooks.Select(one => one.Notebook));
        Assert.Equal("laissé", Executed("lit.ipynb").Cells[0].Outputs[0].TextData("text/plain"));
        Assert.Equal($"True {Math.Max(1, Environment.ProcessorCount / 2)}", Executed("deux.ipynb").Cells[0].Outputs[0].TextData("text/plain"));
        Assert.Equal(3, observer.Events.Count(name => name == "end Ok"));
    }

    [Fact]
    public async Task Notebooks_that_wait_for_each_other_run_all_the_same()
    {
        string[] paths = [.. ((string[])["un", "deux"]).Select(name => Write(name + ".ipynb", NotebookCell.Code("1")))];
        foreach (var (path, other) in paths.Zip(["deux", "un"]))
        {
            var document = NotebookDocument.Load(path);
            document.Metadata["course"] = new JsonObject { ["after"] = new JsonArray(other) };
            document.Save(path);
        }

        Assert.Equal(0, (await NotebookRunner.RunAsync(Request(paths) with { Parallel = 2 })).ExitCode);
    }

    [Fact]
    public async Task Native_output_and_protocol_do_not_mix()
    {
        // Written past Console, straight to the process's own standard output.
        var path = Write("native.ipynb", NotebookCell.Code("""
            using (var raw = new System.IO.FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle((nint)1, false), System.IO.FileAccess.Write))
                raw.Write("{\"type\":\"done\"}\nnatif\n"u8);
            System.Threading.Thread.Sleep(300);
            1
            """));

        var summary = await NotebookRunner.RunAsync(Request(path));

        Assert.True(summary.ExitCode == 0, summary.Notebooks[0].FailedCell?.Traceback);
        Assert.Contains(Executed("native.ipynb").Cells[0].Outputs, output => output.Text.Contains("natif\n", StringComparison.Ordinal));
    }

    private sealed class Observer : IRunObserver
    {
        public List<string> Events { get; } = [];

        public Action<SessionOutput>? OnOutput { get; init; }

        public Action<string>? OnCell { get; init; }

        public void NotebookStarted(string notebook, int cellCount) => Events.Add($"start {cellCount}");

        public void CellStarted(string notebook, int number, string title) => Events.Add($"cell {number}");

        public void CellOutput(string notebook, int number, SessionOutput output) => OnOutput?.Invoke(output);

        public void CellFinished(string notebook, CellRunResult cell)
        {
            Events.Add($"done {cell.Number} {cell.Status}");
            OnCell?.Invoke(notebook);
        }

        public void NotebookFinished(NotebookRunResult result) => Events.Add($"end {result.Status}");
    }
}
