using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>How an execution in a worker ended.</summary>
/// <param name="Status">How the cell ended; <see cref="ExecutionStatus.Error"/> when the process died.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Death">Why there is no process any more, in French, or null.</param>
internal sealed record WorkerResult(ExecutionStatus Status, TimeSpan Duration, string? Death);

/// <summary>What a grader holds ready for a worker that runs a stranger's code.</summary>
/// <param name="LongestMessage">The longest line that the worker may write; one that writes a longer one, or nonsense, is ended.</param>
/// <param name="OnMessage">
/// Told of messages that are neither outputs nor the end of a cell (<see cref="Grading.AnswerExchange"/>), with the length of their line. When it
/// throws, the worker is ended.
/// </param>
/// <param name="HidesEnvironment">Whether the worker is started with the variables it is given only, and none of the grader's.</param>
internal sealed record WorkerDistrust(int LongestMessage, Action<JsonObject, int> OnMessage, bool HidesEnvironment = false);

/// <summary>The runner's end of one worker process.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const int ErrorHeadLength = 3000;
    private const int ErrorTailLength = 3000;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    // Pipes are inherited by whatever is started while they are open: one process at a time. And always by the same thread, which never
    // ends: a child that asked to die with its parent (bubblewrap) dies with the thread that started it.
    private static readonly Lazy<BlockingCollection<Action>> Starting = new(() =>
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "starts notebook processes" }.Start();
        return starts;
    });

    private readonly Process _process;
    private readonly AnonymousPipeServerStream _commandPipe;
    private readonly AnonymousPipeServerStream _replyPipe;
    private readonly StreamWriter _commands;
    private readonly TimeSpan _grace;
    private readonly WorkerDistrust? _distrust;
    private readonly Lock _gate = new();
    private readonly HeadAndTail _errors = new(ErrorHeadLength, ErrorTailLength);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly Task _ended;
    private TaskCompletionSource<WorkerResult>? _done;
    private Action<SessionOutput>? _onOutput;
    private readonly char[] _buffer = new char[64 << 10];
    private int _next;
    private int _read;
    private bool _killed;
    private Exception? _fault;

    private WorkerProcess(
        Process process, AnonymousPipeServerStream commandPipe, AnonymousPipeServerStream replyPipe, TimeSpan grace, WorkerDistrust? distrust)
    {
        _distrust = distrust;
        _process = process;
        _commandPipe = commandPipe;
        _replyPipe = replyPipe;
        _grace = grace;
        _commands = new StreamWriter(commandPipe, new UTF8Encoding(false)) { AutoFlush = true };
        _reading = Task.WhenAll(
            ReadRepliesAsync(),
            ReadConsoleAsync(process.StandardOutput, "stdout"),
            ReadConsoleAsync(process.StandardError, "stderr"));
        _ended = EndAsync();
    }

    /// <summary>Starts a worker.</summary>
    /// <exception cref="NotebookRunException">The program cannot be started.</exception>
    internal static WorkerProcess Start(
        WorkerCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, TimeSpan grace,
        WorkerDistrust? distrust = null)
    {
        var started = new TaskCompletionSource<WorkerProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starting.Value.Add(() =>
        {
            try
            {
                started.SetResult(StartAlone(command, workingDirectory, environment, grace, distrust));
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static WorkerProcess StartAlone(
        WorkerCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, TimeSpan grace,
        WorkerDistrust? distrust)
    {
        var commandPipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        var replyPipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        var start = new ProcessStartInfo(command.FileName)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in command.Arguments)
        {
            start.ArgumentList.Add(argument);
        }
        start.ArgumentList.Add(commandPipe.GetClientHandleAsString());
        start.ArgumentList.Add(replyPipe.GetClientHandleAsString());
        if (distrust is { HidesEnvironment: true })
        {
            start.Environment.Clear();
        }
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            commandPipe.DisposeLocalCopyOfClientHandle();
            replyPipe.DisposeLocalCopyOfClientHandle();
            return new WorkerProcess(process, commandPipe, replyPipe, grace, distrust);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            commandPipe.Dispose();
            replyPipe.Dispose();
            throw new NotebookRunException($"Cannot start the notebook process '{command.FileName}': {error.Message}", error);
        }
    }

    /// <summary>
    /// Executes one cell. An interrupt is passed on; a cell that does not end within the grace period after an
    /// interrupt or a timeout loses its process.
    /// </summary>
    internal async Task<WorkerResult> ExecuteAsync(
        string code, TimeSpan? timeout, Action<SessionOutput> onOutput, CancellationToken interrupt)
    {
        var watch = Stopwatch.StartNew();
        var done = new TaskCompletionSource<WorkerResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _done = done;
            _onOutput = onOutput;
        }
        try
        {
            // The first compilation is the worker's own affair: the cell's time starts when it is ready.
            await Task.WhenAny(_ready.Task, _ended).ConfigureAwait(false);
            if (_ready.Task.IsCompletedSuccessfully && !interrupt.IsCancellationRequested)
            {
                Send(WorkerProtocol.Execute(code, timeout));
            }
            using var interruption = interrupt.Register(() => Send(new JsonObject { ["type"] = "interrupt" }));
            await WaitAsync(done.Task, timeout, interrupt).ConfigureAwait(false);
            if (done.Task.IsCompletedSuccessfully)
            {
                lock (_gate)
                {
                    // What this cell said on the error stream does not explain the end of a later one.
                    _errors.Clear();
                }
                return await done.Task.ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_gate)
            {
                _done = null;
                _onOutput = null;
            }
        }
        if (_fault is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
        var death = await DescribeDeathAsync().ConfigureAwait(false);
        var status = interrupt.IsCancellationRequested ? ExecutionStatus.Interrupted
            : _killed ? ExecutionStatus.TimedOut
            : ExecutionStatus.Error;
        return new WorkerResult(status, watch.Elapsed, death);
    }

    /// <summary>Waits for the cell or the end of the process, whichever comes first; kills what does not heed an interrupt.</summary>
    private async Task WaitAsync(Task done, TimeSpan? timeout, CancellationToken interrupt)
    {
        using var over = new CancellationTokenSource();
        var deadline = timeout is { } limit ? Task.Delay(limit + _grace, over.Token) : Task.Delay(Timeout.Infinite, over.Token);
        var interrupted = Task.Delay(Timeout.Infinite, interrupt)
            .ContinueWith(_ => Task.Delay(_grace, over.Token), over.Token, TaskContinuationOptions.None, TaskScheduler.Default)
            .Unwrap();
        var first = await Task.WhenAny(done, _ended, deadline, interrupted).ConfigureAwait(false);
        if (first == deadline || first == interrupted)
        {
            Kill();
            await _ended.ConfigureAwait(false);
        }
        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>The end of the process and its last words. What a cell has started may outlive it, and holds its pipes open.</summary>
    private async Task EndAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await Task.WhenAny(_reading, Task.Delay(LastWords)).ConfigureAwait(false);
    }

    /// <summary>Asks the running cell to end.</summary>
    internal void Interrupt() => Send(new JsonObject { ["type"] = "interrupt" });

    /// <summary>Ends the process, and everything it has started.</summary>
    internal void Kill()
    {
        _killed = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has just ended, or a process that it had started has.
        }
    }

    /// <summary>Sends a message to the worker.</summary>
    internal void Send(JsonObject message)
    {
        try
        {
            lock (_commands)
            {
                _commands.WriteLine(message.ToJsonString());
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The process is gone; waiting for its end says why.
        }
    }

    private async Task ReadRepliesAsync()
    {
        using var replies = new StreamReader(_replyPipe, Encoding.UTF8);
        while (await ReadLineAsync(replies).ConfigureAwait(false) is { } line)
        {
            try
            {
                Take(JsonNode.Parse(line, documentOptions: WorkerProtocol.Reading)!.AsObject(), line.Length);
            }
            catch (System.Text.Json.JsonException) when (_distrust is null)
            {
                // A process that died in the middle of a line.
            }
            catch (Exception error)
            {
                // Whatever a forged line provokes is the worker's own affair; from one that is trusted, the run has to hear of it.
                _fault = _distrust is null ? error : null;
                Kill();
                return;
            }
        }
    }

    private void Take(JsonObject message, int length)
    {
        switch (WorkerProtocol.Text(message, "type"))
        {
            case "ready":
                _ready.TrySetResult();
                break;
            case "done":
                var result = WorkerProtocol.ReadDone(message);
                lock (_gate)
                {
                    _done?.TrySetResult(result);
                }
                break;
            case "output":
                Deliver(WorkerProtocol.ReadOutput(message));
                break;
            default:
                _distrust?.OnMessage(message, length);
                break;
        }
    }

    /// <summary>A line; null at the end, and from a worker that is not trusted when it is longer than agreed: then that is ended.</summary>
    private async Task<string?> ReadLineAsync(StreamReader replies)
    {
        if (_distrust is null)
        {
            return await replies.ReadLineAsync().ConfigureAwait(false);
        }
        var line = new StringBuilder();
        while (true)
        {
            var end = Array.IndexOf(_buffer, '\n', _next, _read - _next);
            line.Append(_buffer, _next, (end < 0 ? _read : end) - _next);
            if (line.Length > _distrust.LongestMessage)
            {
                Kill();
                return null;
            }
            if (end >= 0)
            {
                _next = end + 1;
                return line.ToString();
            }
            (_next, _read) = (0, await replies.ReadAsync(_buffer).ConfigureAwait(false));
            if (_read == 0)
            {
                return null;
            }
        }
    }

    /// <summary>What native code prints past the session belongs to the cell, too.</summary>
    private async Task ReadConsoleAsync(StreamReader console, string name)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await console.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            var text = new string(buffer, 0, count);
            if (name == "stderr")
            {
                lock (_gate)
                {
                    _errors.Append(text);
                }
            }
            Deliver(new StreamOutput(name, text.ReplaceLineEndings("\n")));
        }
    }

    private void Deliver(SessionOutput output)
    {
        lock (_gate)
        {
            _onOutput?.Invoke(output);
        }
    }

    private async Task<string> DescribeDeathAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        var cause = _killed
            ? "il ne réagissait plus à l’interruption et a été arrêté"
            : _process.ExitCode switch
            {
                134 => "arrêt d’urgence (SIGABRT)",
                136 => "erreur arithmétique dans du code natif (SIGFPE)",
                137 => "tué par le système (SIGKILL), le plus souvent faute de mémoire",
                139 => "accès mémoire interdit dans du code natif (SIGSEGV)",
                143 => "arrêté de l’extérieur (SIGTERM)",
                var code => $"code de sortie {code}",
            };
        string said;
        lock (_gate)
        {
            said = _errors.ToString().ReplaceLineEndings("\n").Trim();
        }
        var message = $"Le processus du notebook s’est arrêté pendant cette cellule\u00A0: {cause}.";
        return said.Length == 0 || _killed ? message : $"{message}\n{said}";
    }

    public async ValueTask DisposeAsync()
    {
        // Closing the pipe asks the worker to leave; it is not waited for long.
        try
        {
            await _commands.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The process has gone before it had read everything.
        }
        await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(_grace)).ConfigureAwait(false);
        if (!_process.HasExited)
        {
            Kill();
        }
        await _ended.ConfigureAwait(false);
        _process.Dispose();
        await _commandPipe.DisposeAsync().ConfigureAwait(false);
        await _replyPipe.DisposeAsync().ConfigureAwait(false);
    }
}
