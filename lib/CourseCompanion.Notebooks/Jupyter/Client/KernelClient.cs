using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Notebooks.Jupyter.Zmtp;

namespace CourseCompanion.Notebooks.Jupyter.Client;

/// <summary>A front end in a few lines: what the second host, the benchmark and the tests talk to a kernel with.</summary>
internal sealed class KernelClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly MessageCodec _codec;
    private readonly CancellationToken _gone;
    private readonly List<ZmtpConnection> _connections = [];
    private readonly ZmtpConnection _shell;
    private readonly ZmtpConnection _control;
    private readonly ZmtpConnection _stdin;
    private readonly ZmtpConnection _heartbeat;
    private readonly BlockingCollection<ClientMessage> _shellMessages = [];
    private readonly BlockingCollection<ClientMessage> _controlMessages = [];
    private readonly BlockingCollection<ClientMessage> _stdinMessages = [];
    private readonly BlockingCollection<ClientMessage> _published = [];
    private readonly BlockingCollection<IReadOnlyList<byte[]>> _beats = [];

    /// <summary>Connects to a kernel, and waits until its ports are open.</summary>
    /// <param name="connection">Where it listens.</param>
    /// <param name="gone">Cancelled when there is no kernel any more: nothing is waited for then.</param>
    /// <exception cref="TimeoutException">The kernel did not come up.</exception>
    public KernelClient(ConnectionFile connection, CancellationToken gone = default)
    {
        _gone = gone;
        _codec = new MessageCodec(connection.Key);
        var identity = Guid.NewGuid().ToString("N");
        var ioPub = Connect(connection, connection.IOPubPort, "SUB", "PUB", Read(_published), "");
        ioPub.Outbound.Enqueue(ZmtpCodec.Encode([new byte[] { 1 }]), CancellationToken.None);
        _shell = Connect(connection, connection.ShellPort, "DEALER", "ROUTER", Read(_shellMessages), identity);
        _control = Connect(connection, connection.ControlPort, "DEALER", "ROUTER", Read(_controlMessages), identity);
        _stdin = Connect(connection, connection.StdinPort, "DEALER", "ROUTER", Read(_stdinMessages), identity);
        _heartbeat = Connect(connection, connection.HeartbeatPort, "REQ", "REP", _beats.Add, "");

        Action<IReadOnlyList<byte[]>> Read(BlockingCollection<ClientMessage> messages) => frames =>
        {
            if (_codec.Decode([], frames) is { } message)
            {
                messages.Add(new ClientMessage(message.Type, message.ParentId, message.Content));
            }
        };
    }

    /// <summary>Sends a request on the shell channel, and gives its id.</summary>
    public string Send(string type, JsonObject content) => Send(_shell, type, content);

    /// <summary>Sends a request on the control channel, and gives its id.</summary>
    public string SendControl(string type, JsonObject content) => Send(_control, type, content);

    /// <summary>Answers a question of the kernel.</summary>
    public void SendInput(string value) => Send(_stdin, "input_reply", new JsonObject { ["value"] = value });

    /// <summary>Sends frames as they are on the shell channel.</summary>
    public void SendRaw(IReadOnlyList<ReadOnlyMemory<byte>> frames) => _shell.Outbound.Enqueue(ZmtpCodec.Encode(frames));

    /// <summary>Sends a cell, and gives the request's id.</summary>
    public string SendExecute(string code, bool allowStdin = false, bool stopOnError = true, bool silent = false) =>
        Send("execute_request", new JsonObject
        {
            ["code"] = code,
            ["silent"] = silent,
            ["store_history"] = !silent,
            ["user_expressions"] = new JsonObject(),
            ["allow_stdin"] = allowStdin,
            ["stop_on_error"] = stopOnError,
        });

    /// <summary>Runs a cell, and gives its outputs (all that is published between busy and idle) and its reply.</summary>
    public (IReadOnlyList<ClientMessage> Outputs, ClientMessage Reply) Execute(string code)
    {
        var id = SendExecute(code);
        var outputs = PublishedUntilIdle(id);
        return (outputs, Reply(id));
    }

    /// <summary>Asks for something on the shell channel, and gives the answer's content.</summary>
    public JsonElement Ask(string type, JsonObject content) => Reply(Send(type, content)).Content;

    /// <summary>The next answer on the shell channel; others than that to the request are left out.</summary>
    public ClientMessage Reply(string id) => Next(_shellMessages, message => message.ParentId == id);

    /// <summary>The next answer on the shell channel, whatever it answers.</summary>
    public ClientMessage NextReply() => Next(_shellMessages, _ => true);

    /// <summary>The answer on the control channel.</summary>
    public ClientMessage ControlReply(string id) => Next(_controlMessages, message => message.ParentId == id);

    /// <summary>The next question of the kernel.</summary>
    public ClientMessage NextQuestion() => Next(_stdinMessages, _ => true);

    /// <summary>The next published message that fits.</summary>
    public ClientMessage NextPublished(Func<ClientMessage, bool> condition) => Next(_published, condition);

    /// <summary>The next published message, whatever it belongs to; null where none comes in time.</summary>
    public ClientMessage? NextPublished(TimeSpan patience) => _published.TryTake(out var message, patience) ? message : null;

    /// <summary>Everything published for a request, up to and without the state idle.</summary>
    public IReadOnlyList<ClientMessage> PublishedUntilIdle(string id)
    {
        var messages = new List<ClientMessage>();
        while (true)
        {
            var message = Next(_published, m => m.ParentId == id);
            if (message.IsIdle)
            {
                return messages;
            }

            messages.Add(message);
        }
    }

    /// <summary>Sends a heartbeat and waits for the echo.</summary>
    public void Beat()
    {
        _heartbeat.Outbound.Enqueue(ZmtpCodec.Encode([ReadOnlyMemory<byte>.Empty, "ping"u8.ToArray()]));
        if (!_beats.TryTake(out _, Patience))
        {
            throw new TimeoutException("The heartbeat stopped.");
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Drain(TimeSpan.FromSeconds(1));
            connection.Dispose();
        }
    }

    private string Send(ZmtpConnection connection, string type, JsonObject content)
    {
        var frames = _codec.Encode([], type, null, content);
        connection.Outbound.Enqueue(ZmtpCodec.Encode(frames));
        return JsonElement.Parse(frames[2].Span).GetProperty("msg_id").GetString()!;
    }

    private ZmtpConnection Connect(
        ConnectionFile file, int port, string type, string peerType, Action<IReadOnlyList<byte[]>> handle, string identity)
    {
        var connection = new ZmtpConnection(OpenSocket(new IPEndPoint(file.Address, port)), new ZmtpLimits());
        _connections.Add(connection);
        connection.Handshake(type, [peerType], identity);
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    handle(connection.ReadMessage());
                }
            }
            catch (IOException)
            {
                // The kernel ended, or we did.
            }
        })
        {
            IsBackground = true,
        }.Start();
        return connection;
    }

    private Socket OpenSocket(IPEndPoint endpoint)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(endpoint);
                return socket;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(started) < Patience && !_gone.IsCancellationRequested)
            {
                socket.Dispose();
                Thread.Sleep(5);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                throw new TimeoutException($"Nothing listens on {endpoint}.", e);
            }
        }
    }

    private ClientMessage Next(BlockingCollection<ClientMessage> messages, Func<ClientMessage, bool> condition)
    {
        try
        {
            while (messages.TryTake(out var message, (int)Patience.TotalMilliseconds, _gone))
            {
                if (condition(message))
                {
                    return message;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("The kernel's process has ended.");
        }

        throw new TimeoutException("The kernel did not answer.");
    }
}

/// <summary>A message of the kernel.</summary>
/// <param name="Type">Its type.</param>
/// <param name="ParentId">The id of the request that it belongs to.</param>
/// <param name="Content">Its content.</param>
internal sealed record ClientMessage(string Type, string ParentId, JsonElement Content)
{
    /// <summary>Whether it says that the kernel is done with its request.</summary>
    public bool IsIdle => Type == "status" && Text("execution_state") == "idle";

    /// <summary>A text of the content.</summary>
    public string? Text(string name) => Content.TryGetProperty(name, out var value) ? value.GetString() : null;
}
