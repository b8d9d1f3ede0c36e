using System.Net;
using System.Net.Sockets;

namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>
/// A bound ZMTP socket: accepts peers on one TCP port, one reader thread each, and hands what they send to the kind of
/// socket that derives from it.
/// </summary>
internal abstract class ZmtpListener : IDisposable
{
    private readonly Lock _sync = new();
    private readonly List<ZmtpConnection> _connections = [];
    private readonly Socket _listener;
    private readonly Thread _acceptor;
    private long _refused;
    private long _droppedByClosed;
    private volatile bool _disposed;

    /// <summary>Binds the port; <see cref="Start"/> accepts.</summary>
    /// <exception cref="IOException">The port is taken or the address is not one of this machine.</exception>
    protected ZmtpListener(IPEndPoint endpoint, ZmtpLimits limits)
    {
        Limits = limits;
        _listener = new Socket(endpoint.AddressFamily, System.Net.Sockets.SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(endpoint);
            _listener.Listen(limits.MaxConnections);
        }
        catch (SocketException e)
        {
            _listener.Dispose();
            throw new IOException($"Cannot listen on {endpoint}: {e.Message}", e);
        }

        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _acceptor = new Thread(AcceptAll, 256 << 10) { IsBackground = true };
    }

    /// <summary>Where the socket listens; the port is the real one when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Peers that were refused: a broken handshake, a broken limit, or no room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Messages that were dropped because a peer did not read.</summary>
    public long Dropped => Interlocked.Read(ref _droppedByClosed) + Snapshot().Sum(c => c.Outbound.Dropped);

    /// <summary>Open connections, those in their handshake included.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_sync)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>The bounds of this socket.</summary>
    protected ZmtpLimits Limits { get; }

    /// <summary>Our type, as in the RFC.</summary>
    protected abstract string SocketType { get; }

    /// <summary>The types of peers that may connect.</summary>
    protected abstract IReadOnlyCollection<string> PeerTypes { get; }

    /// <summary>Starts to accept peers.</summary>
    public void Start()
    {
        _acceptor.Name = $"ZMTP {SocketType} acceptor";
        _acceptor.Start();
    }

    /// <summary>
    /// Waits until every byte that has arrived was made into messages, at most for <paramref name="patience"/>.
    /// </summary>
    public void WaitForReaders(TimeSpan patience)
    {
        var turns = (int)patience.TotalMilliseconds;
        while (turns-- > 0 && Snapshot().Any(c => c.IsReady && c.HasUnreadInput))
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>Stops accepting, and gives the peers at most <paramref name="linger"/> to receive what waits.</summary>
    public void Drain(TimeSpan linger)
    {
        _disposed = true;
        _listener.Dispose();
        var until = DateTime.UtcNow + linger;
        foreach (var connection in Snapshot())
        {
            var left = until - DateTime.UtcNow;
            connection.Drain(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _listener.Dispose();
        foreach (var connection in Snapshot())
        {
            connection.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A peer finished its handshake.</summary>
    protected virtual void OnReady(ZmtpConnection connection)
    {
    }

    /// <summary>A ready peer left.</summary>
    protected virtual void OnClosed(ZmtpConnection connection)
    {
    }

    /// <summary>A peer sent a command other than PING.</summary>
    protected virtual void OnCommand(ZmtpConnection connection, string name, byte[] data)
    {
    }

    /// <summary>A peer sent a message.</summary>
    protected abstract void OnMessage(ZmtpConnection connection, IReadOnlyList<byte[]> frames);

    private void AcceptAll()
    {
        while (!_disposed)
        {
            try
            {
                var connection = new ZmtpConnection(_listener.Accept(), Limits);
                if (!Admit(connection))
                {
                    Interlocked.Increment(ref _refused);
                    connection.Dispose();
                    continue;
                }

                new Thread(() => Serve(connection), 512 << 10) { IsBackground = true, Name = $"ZMTP {SocketType} reader" }
                    .Start();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (!_disposed)
                {
                    // Out of file descriptors, or a peer that gave up before it was accepted.
                    Thread.Sleep(20);
                }
            }
        }
    }

    private bool Admit(ZmtpConnection connection)
    {
        lock (_sync)
        {
            if (_connections.Count >= Limits.MaxConnections)
            {
                // A flood of half-open connections must not lock out a client, which needs a millisecond to get ready.
                if (_connections.Find(c => !c.IsReady) is not { } halfOpen)
                {
                    return false;
                }

                _connections.Remove(halfOpen);
                halfOpen.Dispose();
            }

            _connections.Add(connection);
            return true;
        }
    }

    private void Serve(ZmtpConnection connection)
    {
        try
        {
            connection.Handshake(SocketType, PeerTypes);
            OnReady(connection);
            while (true)
            {
                var frames = connection.ReadMessage((name, data) => OnCommand(connection, name, data));
                OnMessage(connection, frames);
            }
        }
        catch (IOException e)
        {
            if (e is ZmtpException || !connection.IsReady)
            {
                Interlocked.Increment(ref _refused);
            }
        }
        finally
        {
            connection.Dispose();
            lock (_sync)
            {
                _connections.Remove(connection);
            }

            Interlocked.Add(ref _droppedByClosed, connection.Outbound.Dropped);
            if (connection.IsReady)
            {
                OnClosed(connection);
            }
        }
    }

    private ZmtpConnection[] Snapshot()
    {
        lock (_sync)
        {
            return [.. _connections];
        }
    }
}
