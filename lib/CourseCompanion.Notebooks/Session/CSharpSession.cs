using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Charts;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Notebooks.Interactive;
using CourseCompanion.Work;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// A C# session: cells run one after the other and see what the cells before them declared. The headless runner and
/// the Jupyter server are two front ends of this one class.
/// </summary>
/// <remarks>
/// <para>A process holds one session at a time, since the console, the displayed values and the training loops'
/// cancellation belong to the process.</para>
/// <para>Cells run under a French culture (<see cref="CourseCompanion.French.FrenchNumbers.Culture"/>): <c>$"{0.5}"</c> is <c>0,5</c> on every machine. A
/// culture that a cell sets lasts for the cells that follow, and for their tasks and threads.</para>
/// </remarks>
/// <example>
/// <code>
/// using (var session = new CSharpSession(new SessionOptions()))
/// {
///     session.Output += output => Console.WriteLine(output);
///     var result = await session.ExecuteAsync("1 + 1");
/// }
/// </code>
/// </example>
public sealed class CSharpSession : ICellExecutor
{
    private static CSharpSession? _current;

    private readonly CellThread _thread;
    private readonly OutputChannel _output;
    private readonly SessionConsole _console;
    private readonly string _baseDirectory;
    private readonly ScriptOptions _firstOptions;
    private readonly ScriptOptions _nextOptions;
    private readonly InteractiveAssemblyLoader _loader = new();
    private readonly PackageRestore _packages = new();
    private readonly CellIndex _cells = new();
    private readonly Lock _gate = new();
    private readonly List<CellExecution> _pending = [];
    private readonly Dictionary<string, string> _texts = [];
    private readonly IProgressDisplay _previousProgress;
    private ScriptState<object>? _state;
    private MimeBundle? _value;
    private bool _setsCulture;
    private bool _disposed;

    /// <summary>Starts a session and takes over the process's console.</summary>
    /// <param name="options">How to set it up.</param>
    /// <exception cref="InvalidOperationException">The process has a session already.</exception>
    public CSharpSession(SessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Interlocked.CompareExchange(ref _current, this, null) is not null)
        {
            throw new InvalidOperationException("This process already has a notebook session; dispose of it first.");
        }
        UncaughtExceptions.Install();
        _thread = new CellThread();
        var assemblies = options.Assemblies ?? ScriptEnvironment.DefaultAssemblies();
        foreach (var assembly in assemblies)
        {
            // Cells must use these very assemblies, not a second copy with statics of its own.
            _loader.RegisterDependency(assembly);
        }
        _baseDirectory = Path.GetFullPath(options.BaseDirectory ?? Environment.CurrentDirectory);
        _firstOptions = ScriptEnvironment.CreateOptions(options, assemblies);
        // References and imports are inherited from submission to submission; repeating them would bind them again.
        _nextOptions = _firstOptions.WithReferences(Array.Empty<MetadataReference>()).WithImports(Array.Empty<string>());
        _output = new OutputChannel(output => Output?.Invoke(output), _thread);
        _console = new SessionConsole(_output, options.Input);
        _previousProgress = WorkContext.Progress;
        WorkContext.Progress = new SessionProgress(Emit, TimeProvider.System);
    }

    /// <summary>
    /// Raised for everything that cells put out, one event at a time, on a thread of its own. A handler that blocks
    /// slows a talkative cell down, which bounds what is in flight; it must not call back into the session.
    /// </summary>
    public event Action<SessionOutput>? Output;

    /// <summary>The number of cells executed so far.</summary>
    public int ExecutionCount { get; private set; }

    /// <summary>The last script that ran, from which the ones before it can be reached; null when none did.</summary>
    internal Script? LastScript => _state?.Script;

    /// <summary>The session of this process.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal static CSharpSession Current =>
        _current ?? throw new InvalidOperationException("No notebook session is running in this process.");

    /// <summary>The session of this process; null when there is none.</summary>
    internal static CSharpSession? CurrentOrNull => _current;

    /// <summary>
    /// Compiles and runs a cell. Calls are executed in the order in which they were made; the task ends after the
    /// cell's last output.
    /// </summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="options">How to run it.</param>
    /// <returns>How the cell ended; an error in the cell is a result, not an exception.</returns>
    /// <exception cref="ObjectDisposedException">The session was disposed of.</exception>
    public Task<ExecutionResult> ExecuteAsync(string code, ExecuteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        ObjectDisposedException.ThrowIf(_disposed, this);
        options ??= new ExecuteOptions();
        var execution = new CellExecution(options.Internal, TellUnstoppable);
        var interrupt = options.Interrupt.UnsafeRegister(
            static request => ((CellExecution)request!).Request(ExecutionStatus.Interrupted), execution);
        lock (_gate)
        {
            // From now on it can be interrupted, also before it begins.
            _pending.Add(execution);
            return _thread.Enqueue(() =>
            {
                try
                {
                    return Execute(code, options, execution);
                }
                finally
                {
                    interrupt.Dispose();
                    lock (_gate)
                    {
                        _pending.Remove(execution);
                    }
                }
            });
        }
    }

    /// <summary>
    /// Evaluates an expression after the cells executed so far. It is not a cell: it has no number, its result and its error
    /// are not put out, and what it declares is forgotten.
    /// </summary>
    /// <param name="expression">A C# expression.</param>
    /// <returns>Its value, formatted as a cell's result is, or its error.</returns>
    /// <exception cref="ObjectDisposedException">The session was disposed of.</exception>
    public Task<ExecutionResult> EvaluateAsync(string expression) => ExecuteAsync(expression, new ExecuteOptions { Evaluate = true });

    /// <summary>Compiles and runs an empty cell, so that the first one of the user is quick.</summary>
    public Task WarmUpAsync() => ExecuteAsync("", new ExecuteOptions { Silent = true, Internal = true });

    /// <summary>Evaluates an expression, so that what it uses is quick afterwards.</summary>
    /// <param name="expression">A C# expression.</param>
    internal Task WarmUpAsync(string expression) => ExecuteAsync(expression, new ExecuteOptions { Evaluate = true, Internal = true });

    /// <summary>
    /// Interrupts the cell that is running, or the next one when none runs and one was asked for; does nothing when there is
    /// none. Training loops end at their next step, what waits is woken, and other code of the cell ends itself at its next
    /// loop, call or <c>await</c>: no <c>catch</c> keeps it. What earlier cells left running ends likewise. Only native code, reads
    /// and long operations of the framework run on until they return; after five seconds, the cell says so.
    /// </summary>
    public void Interrupt()
    {
        lock (_gate)
        {
            if (_pending.TrueForAll(execution => execution.IsInternal))
            {
                return;
            }
            foreach (var execution in _pending)
            {
                execution.Request(ExecutionStatus.Interrupted);
                if (!execution.IsInternal)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Displays a value, as <c>display(value)</c> does in a cell.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <param name="mimeTypes">The MIME types to put out; none: all that suit the value.</param>
    /// <returns>A handle to change the display later.</returns>
    public DisplayedValue Display(object? value, params string[] mimeTypes)
    {
        var shown = new DisplayedValue(this, Guid.NewGuid().ToString("N"), mimeTypes);
        Emit(new DisplayOutput(BundleBuilder.Build(value, mimeTypes), shown.DisplayId));
        return shown;
    }

    /// <summary>Gives the console back and ends the cells' thread when the running cell has ended.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        Interrupt();
        _thread.Dispose();
        _console.Dispose();
        WorkContext.Progress = _previousProgress;
        _output.Dispose();
        _loader.Dispose();
        Interlocked.CompareExchange(ref _current, null, this);
    }

    /// <summary>Says on standard error that an exception was thrown on another thread than the cells', and nothing caught it.</summary>
    internal void Report(Exception uncaught) => Emit(new StreamOutput(
        "stderr",
        "\nUne exception que rien n’a interceptée, dans un autre fil d’exécution que celui de la cellule :\n"
        + string.Join('\n', ErrorReports.Runtime(uncaught, _cells).Traceback) + "\n"));

    internal void Emit(SessionOutput output) => _output.Emit(output);

    private void TellUnstoppable() => _output.Write("stderr", ErrorReports.Unstoppable);

    private ExecutionResult Execute(string code, ExecuteOptions options, CellExecution execution)
    {
        var watch = Stopwatch.StartNew();
        if (options.IsCounted)
        {
            ExecutionCount++;
        }
        _value = null;
        WorkContext.Cancellation = execution.Cooperative;
        using var timer = options.Timeout is { } limit
            ? new Timer(_ => execution.Request(ExecutionStatus.TimedOut), null, limit, Timeout.InfiniteTimeSpan)
            : null;
        ErrorOutput? error;
        try
        {
            error = Run(code, options, execution, watch);
        }
        finally
        {
            execution.End();
            WorkContext.Cancellation = CancellationToken.None;
        }
        if (error is not null && !options.Evaluate)
        {
            Emit(error);
        }
        _output.Drain();
        var status = error is null ? ExecutionStatus.Ok : execution.Reason ?? ExecutionStatus.Error;
        return new ExecutionResult(status, ExecutionCount, watch.Elapsed, error) { Value = _value };
    }

    /// <summary>Runs a cell and gives the error that ended it, or null.</summary>
    private ErrorOutput? Run(string code, ExecuteOptions options, CellExecution execution, Stopwatch watch)
    {
        try
        {
            execution.Begin();
            var source = CellSource.Parse(code);
            IReadOnlyList<string> packages = source.Packages.Count == 0 ? [] : Restore(source.Packages, execution.Cooperative);
            // References come with a submission: a cell that only asks for packages has an empty one.
            IReadOnlyList<CellPart> parts = packages.Count > 0 && source.Parts.All(part => part.Language != CellLanguage.CSharp)
                ? [new CellPart(CellLanguage.CSharp, ""), .. source.Parts]
                : source.Parts;
            foreach (var part in parts)
            {
                var failure = RunPart(part, code, packages, options, execution);
                if (failure is not null || execution.IsForced)
                {
                    // What broke after an interrupt broke because of it. And some code ends well when what it waits for is stopped.
                    return execution.Reason is null ? failure : Ended(execution, options);
                }
            }
            if (source.ShowTime)
            {
                var seconds = watch.Elapsed.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture).Replace('.', ',');
                Display($"Durée : {seconds} s");
            }
            return null;
        }
        catch (CellDirectiveException error)
        {
            return ErrorReports.Directive(error);
        }
        catch (ImportException error)
        {
            return new ErrorOutput("ImportException", error.Message, [error.Message]);
        }
        catch (MermaidException error)
        {
            return new ErrorOutput("MermaidException", error.Message, [error.Message]);
        }
        catch (PackageRestoreException error)
        {
            return new ErrorOutput("PackageRestoreException", error.Message, error.Message.Split('\n'));
        }
        catch (Exception error) when (execution.Reason is not null && error is OperationCanceledException or ThreadInterruptedException)
        {
            return Ended(execution, options);
        }
        catch (Exception error)
        {
            // Not the cell's code, but what runs it (a compiler bug, a reference that cannot be loaded): the session goes on.
            return ErrorReports.Runtime(error, _cells);
        }
    }

    private static ErrorOutput Ended(CellExecution execution, ExecuteOptions options) =>
        execution.Reason == ExecutionStatus.TimedOut
            ? ErrorReports.TimedOut(options.Timeout!.Value)
            : ErrorReports.Interrupted();

    /// <summary>Restores packages, and says so in the cell while it lasts.</summary>
    private IReadOnlyList<string> Restore(IReadOnlyList<PackageRequest> packages, CancellationToken cancellation)
    {
        var names = string.Join(", ", packages.Select(package => package.Version == "*" ? package.Name : $"{package.Name} {package.Version}"));
        var shown = Display($"Recherche et téléchargement de {names}…");
        try
        {
            var assemblies = _packages.Restore(packages, cancellation);
            shown.Update($"Chargé : {names}.");
            return assemblies;
        }
        catch
        {
            shown.Update($"Non chargé : {names}.");
            throw;
        }
    }

    // importing: the file whose cell it is; null for a cell of the notebook.
    private ErrorOutput? RunPart(
        CellPart part, string cell, IReadOnlyList<string> packages, ExecuteOptions options, CellExecution execution, ImportedFile? importing = null) =>
        part.Language switch
        {
            CellLanguage.CSharp => RunCSharp(part.Text, cell, packages, options, execution, importing?.Path),
            CellLanguage.Share => RunCSharp(Declaration(part), cell, packages, options, execution, importing?.Path),
            CellLanguage.Value => Keep(part),
            CellLanguage.Variables => ShowVariables(withValues: part.Text == "values"),
            CellLanguage.Import => Import(ImportedFile.Read(part.Text, importing, _baseDirectory), options, execution),
            _ => Show(part),
        };

    /// <summary>Runs the cells of a file as if they stood here: what they declare, and their <c>using</c> lines, last.</summary>
    private ErrorOutput? Import(ImportedFile file, ExecuteOptions options, CellExecution execution)
    {
        foreach (var text in file.Cells)
        {
            var source = CellSource.Parse(text);
            IReadOnlyList<string> packages = source.Packages.Count == 0 ? [] : Restore(source.Packages, execution.Cooperative);
            foreach (var part in source.Parts)
            {
                var failure = RunPart(part, text, packages, options with { Silent = true }, execution, file);
                if (failure is not null || execution.IsForced)
                {
                    return failure;
                }
            }
        }
        return null;
    }

    private ErrorOutput? Keep(CellPart part)
    {
        _texts[part.Name!] = part.Text.Trim('\n');
        return null;
    }

    /// <summary>The C# that makes a variable of a kept text, in the line that asks for it.</summary>
    private string Declaration(CellPart part) => _texts.TryGetValue(part.Text, out var text)
        ? new string('\n', part.Line - 1) + VariableCommands.Declare(part.Name!, text)
        : throw new CellDirectiveException(part.Line, $"#!share --from {VariableCommands.Values} {part.Text}",
            $"Aucun texte ne s’appelle « {part.Text} ». Une cellule « #!value --name {part.Text} » le donne.");

    private ErrorOutput? ShowVariables(bool withValues)
    {
        // The last of those that have the same name: it hides the others.
        var variables = (_state?.Variables ?? []).GroupBy(variable => variable.Name).Select(sameName => sameName.Last()).ToList();
        return Format(() => Display(variables.Count == 0 ? new RawContent("text/plain", "Aucune variable.")
            : withValues ? variables.Select(variable => new VariableRow(variable.Name, TypeNames.Of(variable.Type), variable.Value)).ToList()
            : new RawContent("text/plain", string.Join(", ", variables.Select(variable => variable.Name)))));
    }

    private sealed record VariableRow(string Variable, string Type, object? Valeur);

    private ErrorOutput? Show(CellPart part)
    {
        var text = part.Text.Trim('\n');
        Display(part.Language switch
        {
            CellLanguage.Html => new RawContent("text/html", text),
            CellLanguage.JavaScript => DisplayFunctions.Script(text),
            CellLanguage.Mermaid => new MermaidDiagram(text),
            _ => new RawContent("text/markdown", text),
        });
        return null;
    }

    private ErrorOutput? RunCSharp(
        string text, string cell, IReadOnlyList<string> packages, ExecuteOptions options, CellExecution execution, string? imported = null)
    {
        ScriptEnvironment.Prepare(text);
        // From then on: a later cell may call a function of this one.
        _setsCulture |= text.Contains("Culture", StringComparison.Ordinal) || text.Contains("#load", StringComparison.Ordinal);
        // Where nothing is counted, the number is the one that the next cell will have.
        var number = options.IsCounted ? ExecutionCount : ExecutionCount + 1;
        var file = imported ?? ErrorReports.CellFile(options.Silent || options.Evaluate ? 0 : number);
        if (References(text).Select(LoadedAssemblies.Conflict).FirstOrDefault(conflict => conflict is not null) is { } said)
        {
            return new ErrorOutput("FileLoadException", said, [said]);
        }
        var compiled = CellScript.Compile(
            packages.Count == 0 ? _state?.Script : null,
            (source, resolver) => _state is null
                ? CSharpScript.Create<object>(source, Options(_firstOptions, resolver), assemblyLoader: _loader)
                : _state.Script.ContinueWith<object>(source, Options(_nextOptions, resolver)),
            text,
            _firstOptions.SourceResolver,
            _setsCulture,
            execution.Cooperative);
        if (compiled.Script is not { } script)
        {
            return ErrorReports.Compilation(compiled.Diagnostics, cell);
        }
        _cells.Add(file, cell, script);
        var previous = SynchronizationContext.Current;
        using var context = new CellSynchronizationContext(execution);
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            var task = _state is null
                ? script.RunAsync(globals: null, catchException: static _ => true, execution.Cooperative)
                : script.RunFromAsync(_state, static _ => true, execution.Cooperative);
            var failure = context.RunUntilCompleted(task);
            if (execution.Culture is var (culture, uiCulture) && !options.Evaluate)
            {
                CultureInfo.CurrentCulture = culture;
                CultureInfo.CurrentUICulture = uiCulture;
            }
            if (task.IsCompletedSuccessfully && !options.Evaluate)
            {
                // Also after an exception: what the cell had declared before it stays. Only here, on the cells' thread: a cell
                // that was cut off may end long after others have begun.
                _state = task.Result;
            }
            if (failure is not null)
            {
                return ErrorReports.Runtime(failure, _cells);
            }
            if (!task.IsCompleted)
            {
                return execution.Reason is null ? null : Ended(execution, options);
            }
            var state = task.GetAwaiter().GetResult();
            if (state.Exception is { } exception)
            {
                return ErrorReports.Runtime(exception, _cells);
            }
            if (options.Evaluate)
            {
                return Format(() => _value = BundleBuilder.Build((object?)state.ReturnValue, []));
            }
            return !options.Silent && state.ReturnValue is { } value and not DisplayedValue
                ? Format(() => Emit(new ResultOutput(BundleBuilder.Build(value, []), number)))
                : null;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }

        ScriptOptions Options(ScriptOptions options, SourceReferenceResolver resolver) =>
            options.AddReferences(packages).WithFilePath(file).WithSourceResolver(resolver);
    }

    /// <summary>The files of a cell's <c>#r</c> lines.</summary>
    private IEnumerable<string> References(string text) => !text.Contains("#r", StringComparison.Ordinal)
        ? []
        : CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(kind: SourceCodeKind.Script)).GetCompilationUnitRoot().GetReferenceDirectives()
            .SelectMany(line => _firstOptions.MetadataResolver.ResolveReference(line.File.ValueText, null, MetadataReferenceProperties.Assembly))
            .Select(reference => reference.FilePath)
            .OfType<string>();

    /// <summary>Formatting runs the user's code (properties, lazy sequences): it can fail and be interrupted like the cell.</summary>
    private ErrorOutput? Format(Action format)
    {
        try
        {
            format();
            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return ErrorReports.Runtime(error, _cells);
        }
    }
}
