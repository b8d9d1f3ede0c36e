using System.Diagnostics;
using System.Text.Json.Nodes;
using CourseCompanion.Files;
using CourseCompanion.French;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>Executes notebooks headlessly, each in a process of its own, and writes what came out.</summary>
/// <remarks>
/// <para>For each notebook, <c>NAME.ipynb</c> and <c>NAME.html</c> go to the output folder; for the run, <c>run.json</c>
/// and <c>junit.xml</c>. Every file is written whole or not at all.</para>
/// <para>A cell that fails ends its notebook, which is written all the same: the later cells have no outputs, no number
/// and <c>metadata.course.status</c> = <c>not-run</c>. A cell tagged <c>raises-exception</c> may fail; a cell tagged
/// <c>skip-execution</c> is not run.</para>
/// </remarks>
public static class NotebookRunner
{
    private const string ResultsMimeType = "application/vnd.coursecompanion.results+json";
    private const string MayFailTag = "raises-exception";
    private const string SkipTag = "skip-execution";
    private const long NeededSpace = 64L << 20;
    private const int InterruptedExitCode = 130;

    /// <summary>Executes the notebooks of a request, one after the other or several at a time.</summary>
    /// <param name="request">What to execute, and how.</param>
    /// <param name="cancellation">Interrupts the running cell; what was executed until then is written, and the exit code is 130.</param>
    /// <returns>What became of each notebook; failing cells are results, not exceptions.</returns>
    /// <exception cref="NotebookRunException">
    /// There is no such notebook, a parameter is unknown or does not fit, or the output folder cannot be written; checked
    /// before anything is executed. A notebook that cannot be read, is of another language or meets a fault of this program is a result
    /// like one that fails: the others run.
    /// </exception>
    public static async Task<RunSummary> RunAsync(RunRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var plans = Plan(request);
        PrepareOutDirectory(request.OutDirectory);
        var started = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        var results = await ExecuteAllAsync(request with { Observer = request.Observer is { } told ? new OneCallAtATime(told) : null }, plans, cancellation).ConfigureAwait(false);
        var exitCode = results.Exists(result => result.Status is RunStatus.Interrupted or RunStatus.NotRun) ? InterruptedExitCode
            : results.TrueForAll(result => result.Status == RunStatus.Ok) ? 0
            : 1;
        var report = Path.Combine(request.OutDirectory, "run.json");
        var junit = Path.Combine(request.OutDirectory, "junit.xml");
        Write(report, RunReports.Json(request, started, watch.Elapsed, exitCode, results));
        Write(junit, RunReports.JUnit(watch.Elapsed, results));
        return new RunSummary(exitCode, watch.Elapsed, results, report, junit);
    }

    // With a problem, the reason not to run it, the document is an empty one.
    private sealed record NotebookPlan(string Source, string Name, NotebookDocument Document, string? Problem = null)
    {
        /// <summary>The notebooks whose files this one reads, if they are run too.</summary>
        public IReadOnlyList<string> After { get; } =
        [
            .. (Document.Metadata["course"] as JsonObject)?["after"] is JsonArray names ? names.OfType<JsonValue>().Select(name => name.ToString()) : [],
        ];
    }

    private static async Task<List<NotebookRunResult>> ExecuteAllAsync(RunRequest request, List<NotebookPlan> plans, CancellationToken cancellation)
    {
        var results = new Dictionary<NotebookPlan, NotebookRunResult>();
        var waiting = new List<NotebookPlan>(plans);
        var running = new Dictionary<Task<NotebookRunResult>, NotebookPlan>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (waiting.Count + running.Count > 0)
            {
                while (running.Count < request.Parallel && Next() is { } next)
                {
                    waiting.Remove(next);
                    running.Add(ExecuteAsync(next), next);
                }
                var ended = await Task.WhenAny(running.Keys).ConfigureAwait(false);
                results.Add(running[ended], await ended.ConfigureAwait(false));
                running.Remove(ended);
            }
        }
        finally
        {
            // Only after an error, that of a disk that is full, is there anything left.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running.Keys).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
        return [.. plans.Select(plan => results[plan])];

        // The first that waits for nobody; notebooks that wait for each other do not hold up a run.
        NotebookPlan? Next() =>
            waiting.Find(plan => !plan.After.Any(name => waiting.Exists(other => other.Name == name && other != plan) || running.Values.Any(other => other.Name == name)))
            ?? (running.Count == 0 ? waiting.FirstOrDefault() : null);

        async Task<NotebookRunResult> ExecuteAsync(NotebookPlan plan) =>
            plan.Problem is { } problem ? WithProblem(plan, problem, request.Observer)
            : stop.IsCancellationRequested ? NotReached(plan)
            : await new NotebookRun(request, plan).ExecuteAsync(stop.Token).ConfigureAwait(false);
    }

    private static List<NotebookPlan> Plan(RunRequest request)
    {
        if (request.Notebooks.Count == 0)
        {
            throw new NotebookRunException("No notebook to run.");
        }
        var plans = new List<NotebookPlan>();
        var declared = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var source in request.Notebooks)
        {
            var (document, problem) = Load(source, request.Parameters);
            declared.UnionWith(ParameterCell.Declared(document));
            var name = Path.GetFileNameWithoutExtension(source);
            if (plans.Exists(plan => plan.Name == name))
            {
                // Two notebooks of the same name come from different folders.
                name = $"{Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(source)))}-{name}";
            }
            if (plans.Exists(plan => plan.Name == name))
            {
                throw new NotebookRunException($"{source}: the notebook is named twice, or two notebooks have the same name.");
            }
            if (Path.GetFullPath(Path.Combine(request.OutDirectory, name + ".ipynb")) == Path.GetFullPath(source))
            {
                throw new NotebookRunException($"{source}: the run would overwrite the notebook itself; choose another output folder with --out.");
            }
            plans.Add(new NotebookPlan(source, name, document, problem));
        }
        var unknown = request.Parameters.Keys.Where(name => !declared.Contains(name)).ToList();
        if (unknown.Count > 0 && plans.TrueForAll(plan => plan.Problem is null))
        {
            var known = declared.Count > 0 ? $"known: {string.Join(", ", declared)}" : "these notebooks declare none";
            throw new NotebookParameterException($"Unknown parameter '{unknown[0]}' ({known}).{NearestNames.Suggest(unknown[0], declared)}");
        }
        return plans;
    }

    private static (NotebookDocument Document, string? Problem) Load(string source, IReadOnlyDictionary<string, string> parameters)
    {
        try
        {
            var document = NotebookDocument.Load(source);
            if (NotebookLanguage.OtherThanCSharp(document) is { } language)
            {
                return (NotebookDocument.Create(), NotebookLanguage.Problem(source, language));
            }
            ParameterCell.Inject(document, parameters, source);
            return (document, null);
        }
        catch (NotebookFormatException error)
        {
            return (NotebookDocument.Create(), error.Message);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NotebookRunException($"{source}: there is no such notebook.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (NotebookDocument.Create(), $"{source}: the notebook cannot be read: {error.Message}");
        }
        catch (Exception error) when (error is not NotebookRunException)
        {
            return (NotebookDocument.Create(), Fault(source, error));
        }
    }

    /// <summary>What nobody foresaw in a notebook costs that one alone, and is said with what its mending needs.</summary>
    private static string Fault(string source, Exception error)
    {
        var place = error.StackTrace?.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains("CourseCompanion.", StringComparison.Ordinal));
        return $"{source}: a fault of this program, which its makers should hear of: {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}{(place is null ? "" : $" ({place})")}";
    }

    /// <summary>Fails before minutes of work, not after them.</summary>
    private static void PrepareOutDirectory(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.WriteAllText(Path.Combine(folder, ".writable"), "");
            File.Delete(Path.Combine(folder, ".writable"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookRunException($"The output folder '{folder}' cannot be written: {error.Message} Choose another one with --out.", error);
        }
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (free < NeededSpace)
        {
            throw new NotebookRunException(
                $"The disk of the output folder '{folder}' has only {free >> 20} MiB left; {NeededSpace >> 20} MiB are needed. Free some space or choose another folder with --out.");
        }
    }

    private static void Write(string path, string contents)
    {
        try
        {
            AtomicFile.WriteAllText(path, contents);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookRunException(
                $"'{path}' cannot be written: {error.Message}. Free some space or choose another folder with --out.", error);
        }
    }

    private static NotebookRunResult WithProblem(NotebookPlan plan, string problem, IRunObserver? observer)
    {
        var result = new NotebookRunResult(plan.Source, RunStatus.Failed, TimeSpan.Zero, [], null, null, []) { Problem = problem };
        observer?.NotebookFinished(result);
        return result;
    }

    private static NotebookRunResult NotReached(NotebookPlan plan)
    {
        var cells = ExecutedCells(plan.Document)
            .Select((cell, i) => new CellRunResult(i + 1, cell.Id, Title(cell), RunStatus.NotRun, TimeSpan.Zero))
            .ToList();
        return new NotebookRunResult(plan.Source, RunStatus.NotRun, TimeSpan.Zero, cells, null, null, []);
    }

    /// <summary>Whether a cell's own failure is no failure of its notebook.</summary>
    internal static bool MayFail(NotebookCell cell) => cell.HasTag(MayFailTag) || cell.HasTag(SkipTag);

    // Front ends do not number empty cells either.
    private static IEnumerable<NotebookCell> ExecutedCells(NotebookDocument document) =>
        document.CodeCells.Where(cell => cell.Source.Trim().Length > 0);

    /// <summary>The cell's text, headed by its language where that stands in its metadata alone, as VS Code's .NET extension writes it.</summary>
    private static string WithLanguage(NotebookCell cell)
    {
        var language = (cell.Metadata["polyglot_notebook"] as JsonObject)?["kernelName"] ?? (cell.Metadata["dotnet_interactive"] as JsonObject)?["language"];
        return language is JsonValue value && value.TryGetValue(out string? name) && name is not ("csharp" or "c#" or "") && !cell.Source.TrimStart().StartsWith("#!", StringComparison.Ordinal)
            ? $"#!{name}\n{cell.Source}"
            : cell.Source;
    }

    private static string Title(NotebookCell cell) =>
        cell.Source.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0 && !line.StartsWith("#!import", StringComparison.Ordinal)) ?? "";

    /// <summary>Keeps what <see cref="IRunObserver"/> promises when notebooks run side by side.</summary>
    private sealed class OneCallAtATime(IRunObserver inner) : IRunObserver
    {
        private readonly Lock _lock = new();

        public void NotebookStarted(string notebook, int cellCount)
        {
            lock (_lock)
            {
                inner.NotebookStarted(notebook, cellCount);
            }
        }

        public void CellStarted(string notebook, int number, string title)
        {
            lock (_lock)
            {
                inner.CellStarted(notebook, number, title);
            }
        }

        public void CellOutput(string notebook, int number, SessionOutput output)
        {
            lock (_lock)
            {
                inner.CellOutput(notebook, number, output);
            }
        }

        public void CellFinished(string notebook, CellRunResult cell)
        {
            lock (_lock)
            {
                inner.CellFinished(notebook, cell);
            }
        }

        public void NotebookFinished(NotebookRunResult result)
        {
            lock (_lock)
            {
                inner.NotebookFinished(result);
            }
        }
    }

    /// <summary>The execution of one notebook.</summary>
    private sealed class NotebookRun(RunRequest request, NotebookPlan plan)
    {
        private readonly OutputRecorder _recorder = new();
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly List<CellRunResult> _results = [];
        private RunStatus _status = RunStatus.Ok;

        internal async Task<NotebookRunResult> ExecuteAsync(CancellationToken cancellation)
        {
            try
            {
                return await ExecuteCellsAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not NotebookRunException && !(error is OperationCanceledException && cancellation.IsCancellationRequested))
            {
                var result = new NotebookRunResult(plan.Source, RunStatus.Failed, _watch.Elapsed, _results, null, null, [])
                {
                    Problem = Fault(plan.Source, error),
                    Repairs = plan.Document.Repairs,
                };
                request.Observer?.NotebookFinished(result);
                return result;
            }
        }

        private async Task<NotebookRunResult> ExecuteCellsAsync(CancellationToken cancellation)
        {
            var document = plan.Document;
            foreach (var cell in document.CodeCells)
            {
                cell.ClearOutputs();
                cell.Metadata.Remove("course");
            }
            var cells = ExecutedCells(document).ToList();
            request.Observer?.NotebookStarted(plan.Source, cells.Count);
            var folder = Path.GetDirectoryName(Path.GetFullPath(plan.Source))!;
            var worker = WorkerProcess.Start(request.Worker ?? WorkerCommand.Default, folder, Environment(), request.InterruptGrace);
            await using (worker.ConfigureAwait(false))
            {
                foreach (var cell in cells)
                {
                    await ExecuteCellAsync(worker, cell, cancellation).ConfigureAwait(false);
                }
            }
            return Finish(document, cells);
        }

        private async Task ExecuteCellAsync(WorkerProcess worker, NotebookCell cell, CancellationToken cancellation)
        {
            var number = _results.Count + 1;
            var title = Title(cell);
            if (_status != RunStatus.Ok || cell.HasTag(SkipTag))
            {
                Record(cell, new CellRunResult(number, cell.Id, title, RunStatus.NotRun, TimeSpan.Zero));
                return;
            }
            request.Observer?.CellStarted(plan.Source, number, title);
            cell.ExecutionCount = number;
            ErrorOutput? error = null;
            _recorder.Begin(cell);
            var result = await worker.ExecuteAsync(
                WithLanguage(cell),
                request.CellTimeout,
                output =>
                {
                    error = output as ErrorOutput ?? error;
                    _recorder.Record(output);
                    request.Observer?.CellOutput(plan.Source, number, output);
                },
                cancellation).ConfigureAwait(false);
            if (result.Death is { } death)
            {
                error = new ErrorOutput("ProcessusArrêté", death.Split('\n')[0], [.. death.Split('\n')]);
                _recorder.Record(error);
            }
            _recorder.End();
            var status = result.Status switch
            {
                ExecutionStatus.Ok => RunStatus.Ok,
                ExecutionStatus.Interrupted => RunStatus.Interrupted,
                ExecutionStatus.TimedOut => RunStatus.TimedOut,
                _ => RunStatus.Failed,
            };
            // A cell that may fail shows its error in the notebook and is a success for the run.
            if (status == RunStatus.Failed && result.Death is null && cell.HasTag(MayFailTag))
            {
                status = RunStatus.Ok;
                error = null;
            }
            _status = status;
            var traceback = error is null ? null : OutputRecorder.WithoutColours(string.Join('\n', error.Traceback));
            Record(cell, new CellRunResult(number, cell.Id, title, status, result.Duration, FirstLine(error), traceback));
        }

        private void Record(NotebookCell cell, CellRunResult result)
        {
            cell.Metadata["course"] = new JsonObject
            {
                ["status"] = RunReports.Name(result.Status),
                ["seconds"] = Math.Round(result.Duration.TotalSeconds, 3),
            };
            _results.Add(result);
            if (result.Status != RunStatus.NotRun)
            {
                request.Observer?.CellFinished(plan.Source, result);
            }
        }

        private NotebookRunResult Finish(NotebookDocument document, List<NotebookCell> cells)
        {
            var notebook = Path.Combine(request.OutDirectory, plan.Name + ".ipynb");
            var page = Path.Combine(request.OutDirectory, plan.Name + ".html");
            Write(notebook, document.ToJson());
            Write(page, HtmlExporter.Export(document, new HtmlExportOptions { Title = document.Title ?? plan.Name, Folder = Path.GetDirectoryName(Path.GetFullPath(plan.Source)) }));
            var published = cells
                .SelectMany(cell => cell.Outputs)
                .Select(output => output.JsonData(ResultsMimeType))
                .OfType<JsonNode>()
                .Select(node => node.DeepClone())
                .ToList();
            var result = new NotebookRunResult(plan.Source, _status, _watch.Elapsed, _results, notebook, page, published) { Repairs = document.Repairs };
            request.Observer?.NotebookFinished(result);
            return result;
        }

        private Dictionary<string, string> Environment()
        {
            var environment = new Dictionary<string, string>
            {
                ["COURSE_PROFILE"] = request.Profile,
                ["COURSE_OUT"] = Path.GetFullPath(request.OutDirectory),
            };
            if (request.DataDirectory is { } data)
            {
                environment["COURSE_DATA"] = Path.GetFullPath(data);
            }
            if (request.Parallel > 1)
            {
                environment["OMP_NUM_THREADS"] = $"{Math.Max(1, System.Environment.ProcessorCount / request.Parallel)}";
            }
            return environment;
        }

        private static string? FirstLine(ErrorOutput? error) =>
            error is null ? null : $"{error.Name}: {error.Value.Split('\n')[0]}";
    }
}
