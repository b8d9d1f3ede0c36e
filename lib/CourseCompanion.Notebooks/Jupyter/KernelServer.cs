using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Language;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Notebooks.Jupyter.Zmtp;
using CourseCompanion.Notebooks.Session;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>
/// The Jupyter kernel: one C# session behind the five sockets of the Jupyter protocol, version 5.4.
/// </summary>
/// <remarks>
/// <para>The sockets are bound first and answer at once; the compiler starts in parallel, and only a cell waits for it.</para>
/// <para>Every thread is the kernel's own - acceptor, readers and writers of the sockets, shell, control - and none comes
/// from the thread pool: whatever a cell does to the pool, an interrupt and the heartbeat get through.</para>
/// </remarks>
public sealed class KernelServer : IDisposable
{
    // Requests read ahead on one channel; with more, the clients' connections wait.
    private const int MaxPendingRequests = 4096;

    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly MessageCodec _codec;
    private readonly RouterSocket _shell;
    private readonly RouterSocket _control;
    private readonly RouterSocket _stdin;
    private readonly PublisherSocket _ioPub;
    private readonly EchoSocket _heartbeat;
    private readonly OutputPublisher _output;
    private readonly StdinReader _input;
    private readonly BlockingCollection<JupyterMessage> _shellRequests = new(MaxPendingRequests);
    private readonly BlockingCollection<JupyterMessage> _controlRequests = new(MaxPendingRequests);
    private readonly KernelSession _session = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CrashMarker _crashMarker;
    private volatile CancellationTokenSource? _executing;

    /// <summary>Binds the sockets.</summary>
    /// <param name="connection">Where to listen, and the key of the signatures.</param>
    /// <param name="markerPath">
    /// A file that says which cell is running, so that a kernel restarted after a crash can tell; null for none.
    /// </param>
    /// <exception cref="IOException">A port is taken.</exception>
    public KernelServer(ConnectionFile connection, string? markerPath = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _codec = new MessageCodec(connection.Key);
        _crashMarker = new CrashMarker(markerPath);
        _input = new StdinReader(_codec);
        _ioPub = new PublisherSocket(At(connection.IOPubPort), ZmtpLimits.Small with
        {
            OutboundMessages = new ZmtpLimits().OutboundMessages,
        });
        _heartbeat = new EchoSocket(At(connection.HeartbeatPort), ZmtpLimits.Small);
        _stdin = new RouterSocket(At(connection.StdinPort), Receive(_input.OnMessage), new ZmtpLimits());
        _control = new RouterSocket(At(connection.ControlPort), Receive(_controlRequests.Add), new ZmtpLimits());
        _shell = new RouterSocket(At(connection.ShellPort), Receive(_shellRequests.Add), new ZmtpLimits());
        _input.Socket = _stdin;
        _output = new OutputPublisher(_ioPub, _codec);

        IPEndPoint At(int port) => new(connection.Address, port);

        Action<byte[], IReadOnlyList<byte[]>> Receive(Action<JupyterMessage> handle) => (identity, frames) =>
        {
            if (_codec.Decode(identity, frames) is { } message)
            {
                handle(message);
            }
        };
    }

    /// <summary>Ends when the kernel was asked to shut down and everyone has been told.</summary>
    public Task Completion => _ended.Task;

    /// <summary>Starts to serve.</summary>
    public void Start()
    {
        foreach (var socket in Sockets())
        {
            socket.Start();
        }

        _output.Status("starting", null);
        StartThread("control", () => ServeRequests(_controlRequests, _control));
        StartThread("shell", () => ServeRequests(_shellRequests, _shell));
        StartThread("session start", () => _session.Start(_input, _output.Publish));
    }

    /// <summary>Ends the running cell; does nothing when none is running.</summary>
    public void Interrupt()
    {
        _output.Hurry();
        // Also a request whose cell has not begun yet: it waits for the session, or is on its way to it.
        _executing?.Cancel();
        _session.Interrupt();
    }

    /// <summary>Ends the kernel: the running cell is interrupted, and front ends get a moment to receive what waits.</summary>
    public void Shutdown()
    {
        Interrupt();
        _crashMarker.Clear();
        var drains = Sockets().Select(socket =>
        {
            var thread = new Thread(() => socket.Drain(Linger)) { IsBackground = true };
            thread.Start();
            return thread;
        }).ToList();
        drains.ForEach(thread => thread.Join());
        _ended.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in Sockets())
        {
            socket.Dispose();
        }

        _session.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    /// <summary>Publishes a text on standard error of the last cell: for what happens outside of cells.</summary>
    internal void Warn(string text) => _output.Publish(new StreamOutput("stderr", text + "\n"));

    /// <summary>Where the exercises of a student are recorded; null: nowhere.</summary>
    internal StudentRecord? Record { get; init; }

    /// <summary>Writes a line for each kind of message that was refused or lost; nothing when all went well.</summary>
    internal void Report(TextWriter log)
    {
        Line(_codec.BadSignatures, "messages with a bad signature");
        Line(_codec.Malformed, "malformed messages");
        Line(_codec.Replayed, "repeated messages");
        Line(Sockets().Sum(socket => socket.Refused), "connections that broke the protocol or a limit");
        Line(Sockets().Sum(socket => socket.Dropped), "messages not sent to front ends that did not read");

        void Line(long count, string what)
        {
            if (count > 0)
            {
                log.WriteLine($"course kernel: {count} {what}.");
            }
        }
    }

    private ZmtpListener[] Sockets() => [_heartbeat, _ioPub, _stdin, _control, _shell];

    private static void StartThread(string name, Action body) =>
        new Thread(() => body()) { IsBackground = true, Name = "Jupyter " + name }.Start();

    private void ServeRequests(BlockingCollection<JupyterMessage> requests, RouterSocket socket)
    {
        foreach (var request in requests.GetConsumingEnumerable())
        {
            Serve(request, socket);
        }
    }

    private void Serve(JupyterMessage request, RouterSocket socket)
    {
        // Before anyone is told that the kernel is busy: who then interrupts means this request.
        var executing = request.Type == "execute_request" ? new CancellationTokenSource() : null;
        if (executing is not null)
        {
            _executing = executing;
        }
        _output.Status("busy", request);
        List<JupyterMessage> stopped = [];
        try
        {
            if (executing is not null)
            {
                stopped = Execute(request, socket, executing.Token);
            }
            else if (Answer(request) is { } content)
            {
                Reply(request, socket, content);
            }
        }
        catch (Exception e)
        {
            // Whatever goes wrong with one request, it gets an answer and the kernel goes on to the next.
            var name = e is InvalidMessageException ? "InvalidRequest" : e.GetType().Name;
            Reply(request, socket, ReplyContent.Error(new ErrorOutput(name, e.Message, [e.Message])));
        }

        if (executing is not null)
        {
            _executing = null;
        }
        _output.Status("idle", request);
        foreach (var pending in stopped)
        {
            if (pending.Type == "execute_request")
            {
                Abort(pending, socket);
            }
            else
            {
                Serve(pending, socket);
            }
        }

        if (request.Type == "shutdown_request")
        {
            Shutdown();
        }
    }

    private void Reply(JupyterMessage request, RouterSocket socket, JsonObject content)
    {
        const string Suffix = "_request";
        var type = request.Type.EndsWith(Suffix, StringComparison.Ordinal) ? request.Type[..^Suffix.Length] : request.Type;
        // The first frame of the route is the peer's identity, which is not sent.
        var frames = _codec.Encode([.. request.Route.Skip(1)], type + "_reply", request.Header, content);
        socket.Send(request.Route[0], frames);
    }

    /// <summary>The answer to a request other than to execute; null when we do not know the request.</summary>
    private JsonObject? Answer(JupyterMessage request)
    {
        switch (request.Type)
        {
            case "kernel_info_request":
                return KernelInfo.Reply();
            case "interrupt_request":
                Interrupt();
                return new() { ["status"] = "ok" };
            case "shutdown_request":
                return new() { ["status"] = "ok", ["restart"] = request.GetBoolean("restart", missing: false) };
            case "complete_request":
                var completion = _session.Language().Complete(Code(request), Cursor(request));
                return completion.ToContent();
            case "inspect_request":
                return _session.Language().Inspect(Code(request), Cursor(request)).ToContent();
            case "is_complete_request":
                return Completeness.Of(Code(request)).ToContent();
            case "history_request":
                return new() { ["status"] = "ok", ["history"] = new JsonArray() };
            case "comm_info_request":
                return new() { ["status"] = "ok", ["comms"] = new JsonObject() };
            case "comm_open":
                // There are no widgets here: as the protocol asks, the front end is told at once.
                _output.CommClose(request.GetString("comm_id"), request);
                return null;
            default:
                return null;
        }
    }

    private static string Code(JupyterMessage request) => request.GetString("code");

    private static int Cursor(JupyterMessage request) =>
        CodePoints.ToUtf16(Code(request), request.GetInt32("cursor_pos", int.MaxValue));

    /// <summary>Executes a cell, and gives the requests that its error stops.</summary>
    private List<JupyterMessage> Execute(JupyterMessage request, RouterSocket socket, CancellationToken interrupt)
    {
        var code = Code(request);
        var silent = request.GetBoolean("silent", missing: false);
        var stopOnError = request.GetBoolean("stop_on_error", missing: true);
        _output.BeginCell(request);
        // Who can be asked for a line sits there; a client that only executes notebooks says that nobody does.
        StudentRecord.Current = request.GetBoolean("allow_stdin", missing: false) ? Record : null;
        _input.BeginCell(request.GetBoolean("allow_stdin", missing: true) ? request : null);

        JsonObject content;
        if (_session.Wait(interrupt) is not { } session)
        {
            var interrupted = new ErrorOutput("KeyboardInterrupt", "Exécution interrompue.", ["Exécution interrompue."]);
            _output.Publish(interrupted);
            content = ReplyContent.Error(interrupted);
            content["execution_count"] = 0;
        }
        else
        {
            if (!silent)
            {
                _output.ExecuteInput(code, session.ExecutionCount + 1);
            }

            if (_crashMarker.TakeReport() is { } report)
            {
                Warn(report);
            }

            _crashMarker.Set(session.ExecutionCount + 1, code);
            var options = new ExecuteOptions { Silent = silent, StoreHistory = request.GetBoolean("store_history", missing: true), Interrupt = interrupt };
            var result = session.ExecuteAsync(code, options).GetAwaiter().GetResult();
            content = result.Error is null
                ? new() { ["status"] = "ok", ["payload"] = new JsonArray(), ["user_expressions"] = ReplyContent.UserExpressions(session, request) }
                : ReplyContent.Error(result.Error);
            _crashMarker.Clear();
            StudentRecord.Current = null;
            content["execution_count"] = result.ExecutionCount;
        }

        // Stopped is what was sent before the front end can know of the error, also what still lies unread in a
        // connection; what it sends in answer to the error is executed.
        var stopped = new List<JupyterMessage>();
        if (stopOnError && content["status"]!.GetValue<string>() == "error")
        {
            socket.WaitForReaders(TimeSpan.FromMilliseconds(20));
            while (_shellRequests.TryTake(out var pending))
            {
                stopped.Add(pending);
            }
        }

        Reply(request, socket, content);
        return stopped;
    }

    private void Abort(JupyterMessage request, RouterSocket socket)
    {
        _output.Status("busy", request);
        var count = _session.Current?.ExecutionCount ?? 0;
        Reply(request, socket, new() { ["status"] = "aborted", ["execution_count"] = count });
        _output.Status("idle", request);
    }
}
