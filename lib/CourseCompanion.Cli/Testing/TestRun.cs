using System.Diagnostics;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Cli.Testing;

/// <summary>Builds the solution, then runs its test projects, a few at a time.</summary>
internal sealed class TestRun(CommandContext context)
{
    // Drives a browser and whole notebooks: its time limits are not for a machine that runs something else as well.
    private const string RunsAlone = "EndToEnd";

    public string? Filter { get; init; }

    public IReadOnlyList<string> ProjectNames { get; init; } = [];

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(30);

    private string ResultsFolder => Path.Combine(context.Folder.Artifacts, "tests");

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string> projects = FindProjects();
        if (!await BuildAsync(ProjectNames.Count == 0 ? [context.Folder.Solution] : projects.Select(ProjectFolder), cancellation))
        {
            context.Output.WriteLine(TestResults.Broken("build").Summary);
            return ExitCode.Failure;
        }

        TestResults total = TestResults.None;
        object printing = new();
        // Two projects at a time share the cores; each gets its part of them for the engine's own threads. Those with most to read
        // take longest and begin, so that none of them is left to run alone at the end.
        int atATime = Math.Min(2, Environment.ProcessorCount);
        int threads = Math.Max(1, Environment.ProcessorCount / atATime);
        await Parallel.ForEachAsync(
            projects.Where(project => project != RunsAlone).OrderByDescending(SourceLength),
            new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancellation },
            async (project, token) => await RunProjectAsync(project, threads, token));
        if (projects.Contains(RunsAlone))
        {
            await RunProjectAsync(RunsAlone, Environment.ProcessorCount, cancellation);
        }

        if (total.Passed + total.Failed + total.Skipped == 0)
        {
            context.Error.WriteLine("course: no test was found that matches.");
        }

        context.Output.WriteLine(total.Summary);
        return total.Failed == 0 && total.Passed + total.Skipped > 0 ? ExitCode.Success : ExitCode.Failure;

        async Task RunProjectAsync(string project, int threadCount, CancellationToken token)
        {
            Stopwatch watch = Stopwatch.StartNew();
            TestResults results = await TestAsync(project, threadCount, token);
            lock (printing)
            {
                total += results;
                context.Output.WriteLine(FormattableString.Invariant(
                    $"{project,-32} {results.Summary}  ({watch.Elapsed.TotalSeconds:0.0} s)"));
                foreach (TestFailure failure in results.Failures)
                {
                    context.Output.WriteLine($"  FAILED {failure.Name}");
                    context.Output.WriteLine("    " + string.Join("\n    ", failure.Message.Split('\n').Take(12)));
                }

                context.Output.Flush();
            }
        }
    }

    /// <summary>The names of the test projects: folders of tests/ with a project that is one.</summary>
    internal IReadOnlyList<string> FindProjects()
    {
        List<string> all = [.. Directory.GetFiles(context.Folder.Tests, "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Where(path => !File.ReadAllText(path).Contains("<IsTestProject>false</IsTestProject>", StringComparison.Ordinal))
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal)];
        List<string> chosen = [.. all.Where(name =>
            ProjectNames.Count == 0 || ProjectNames.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)))];
        return chosen.Count > 0 ? chosen : throw new UsageException(
            $"There is no test project '{string.Join("' or '", ProjectNames)}'. There are: {string.Join(", ", all)}.");
    }

    private long SourceLength(string project) =>
        new DirectoryInfo(ProjectFolder(project)).EnumerateFiles("*.cs", SearchOption.AllDirectories).Sum(file => file.Length);

    private string ProjectFolder(string project) => Path.Combine(context.Folder.Tests, project);

    private async Task<bool> BuildAsync(IEnumerable<string> targets, CancellationToken cancellation)
    {
        context.Output.WriteLine("Building the tests...");
        context.Output.Flush();
        foreach (string target in targets)
        {
            // Without servers: nothing stays behind when this ends or is interrupted.
            ChildResult build = await ChildProcess.RunAsync(
                "dotnet",
                ["build", target, "-c", "Release", "-v", "quiet", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"],
                environment: null,
                TimeLimit,
                cancellation);
            if (build.ExitCode != 0)
            {
                IEnumerable<string> errors = (build.Output + build.Error).Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase));
                context.Output.WriteLine($"  {string.Join("\n  ", errors.Select(line => line.TrimEnd()).Distinct())}");
                context.Output.WriteLine("The tests do not build.");
                return false;
            }
        }

        return true;
    }

    private async Task<TestResults> TestAsync(string project, int threads, CancellationToken cancellation)
    {
        string assembly = Path.Combine(context.Folder.Artifacts, "bin", project, "release", project + ".dll");
        if (!File.Exists(assembly))
        {
            return TestResults.Broken($"{context.Folder.Shorten(assembly)} was not built: is the project in {Path.GetFileName(context.Folder.Solution)}?");
        }

        Directory.CreateDirectory(ResultsFolder);
        string trx = Path.Combine(ResultsFolder, project + ".trx");
        File.Delete(trx);
        // A test that waits for ever is ended, and named, well before the whole project is.
        string blame = FormattableString.Invariant($"CollectHangDump;TestTimeout={(int)(TimeLimit / 3).TotalSeconds}s;HangDumpType=None");
        List<string> arguments =
            ["test", assembly, "--nologo", "--results-directory", ResultsFolder, "--logger", $"trx;LogFileName={project}.trx", "--blame", blame];
        if (Filter is not null)
        {
            arguments.AddRange(["--filter", Filter]);
        }

        ChildResult run;
        try
        {
            run = await ChildProcess.RunAsync("dotnet", arguments, Variables(threads), TimeLimit, cancellation);
        }
        catch (TimeoutException exception)
        {
            return TestResults.Broken(exception.Message);
        }

        // A crash of the test process, which may leave results of what had run before, must not look like a success.
        TestResults results = File.Exists(trx) ? TestResults.ReadTrx(trx) : TestResults.None;
        if (TestResults.Cut(run.Output + run.Error) is { } cut)
        {
            return results + cut;
        }

        return run.ExitCode == 0 || results.Failed > 0
            ? results
            : results + TestResults.Broken($"The test process ended with exit code {run.ExitCode}.\n{Tail(run)}");
    }

    private Dictionary<string, string?> Variables(int threads) => new()
    {
        ["OMP_NUM_THREADS"] = threads.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        // Tests never reach for the network: where the real data are not there, they are skipped or use the generator.
        ["COURSE_OFFLINE"] = context.Environment("COURSE_OFFLINE") ?? "1",
    };

    private static string Tail(ChildResult run) =>
        string.Join('\n', (run.Output + run.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(10));
}
