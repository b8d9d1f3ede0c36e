using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Processes;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Cli.Tests;

/// <summary>The command as a process of its own, with worker processes and signals.</summary>
public sealed class CommandProcessTests : IDisposable
{
    private readonly TestCourse _course = new();

    private string Out => Path.Combine(_course.Root, "out");

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task Run_notebook_that_succeeds_and_one_that_fails_exits_with_1_and_writes_both()
    {
        string good = Write("good", "var n = 1;\nConsole.WriteLine(n + 1);");
        string bad = Write("bad", "throw new InvalidOperationException(\"the reason\");", "var later = 2;");

        ChildResult result = await RunAsync("run", good, bad, "--out", Out);

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains("[1/2]", result.Output, StringComparison.Ordinal);
        Assert.Contains("FAILED  throw new InvalidOperationException", result.Output, StringComparison.Ordinal);
        Assert.Contains("the reason", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 notebooks ran to their end", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["bad.html", "bad.ipynb", "good.html", "good.ipynb", "junit.xml", "run.json"],
            Directory.GetFiles(Out).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [LinuxFact]
    public async Task Run_interrupted_in_a_cell_exits_with_130_and_writes_what_there_is()
    {
        string notebook = Write("endless", "Console.WriteLine(\"before\");", "while (true) { }");
        using Process process = Start("run", notebook, "--out", Out);
        using EndedWithTheTest end = new(process);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync();
        }
        while (line is not null && !line.Contains("[1/2]", StringComparison.Ordinal));

        await Interrupt.ProcessAsync(process.Id);
        string rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal((ExitCode.Interrupted, ""), (process.ExitCode, await error));
        Assert.Contains("INTERRUPTED", rest, StringComparison.Ordinal);
        // Read as JSON: whole, not half-written.
        JsonNode executed = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "endless.ipynb")))!;
        Assert.Contains("before", executed["cells"]![0]!["outputs"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Out, "*.tmp"));
    }

    [LinuxFact]
    public async Task Doctor_engine_that_does_not_load_exits_with_1_and_says_what_to_do()
    {
        using Process process = Start(["doctor", "--json"], ("LIBTORCH", Path.Combine(_course.Root, "nowhere")));
        using JsonDocument json = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.Equal(ExitCode.Failure, process.ExitCode);
        JsonElement engine = Assert.Single(json.RootElement.GetProperty("checks").EnumerateArray(), check => check.GetProperty("name").GetString() == "engine");
        Assert.Equal("missing", engine.GetProperty("status").GetString());
        Assert.Contains("LIBTORCH", engine.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<ChildResult> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ChildResult(process.ExitCode, await output, error);
    }

    private static Process Start(params string[] arguments) => Start(arguments, []);

    private static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        // What runs in a shell's background ignores interrupts, and so would everything that it starts.
        string[] line = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        ProcessStartInfo start = new(line[0], [.. line[1..], Path.Combine(AppContext.BaseDirectory, "course.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private string Write(string name, params string[] cells)
    {
        JsonArray code = [.. cells.Select((source, index) => new JsonObject
        {
            ["cell_type"] = "code",
            ["id"] = $"cell-{index}",
            ["metadata"] = new JsonObject(),
            ["execution_count"] = null,
            ["outputs"] = new JsonArray(),
            ["source"] = source,
        })];
        JsonObject notebook = new()
        {
            ["cells"] = code,
            ["metadata"] = new JsonObject(),
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };
        return _course.Write($"mine/{name}.ipynb", notebook.ToJsonString());
    }

    /// <summary>A test that fails must not leave a cell behind that never ends.</summary>
    private sealed class EndedWithTheTest(Process process) : IDisposable
    {
        public void Dispose() => process.Kill(entireProcessTree: true);
    }
}
