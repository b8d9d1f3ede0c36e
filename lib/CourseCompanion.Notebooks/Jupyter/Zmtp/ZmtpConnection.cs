using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>
/// One TCP connection of a ZMTP peer. Reading and writing block on two threads of their own: a cell can keep the whole
/// thread pool busy, and an interrupt must get through all the same.
/// </summary>
internal sealed class ZmtpConnection : IDisposable
{
    private const int BufferSize = 16 << 10;

    private readonly Socket _socket;
    private readonly ZmtpLimits _limits;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _bufferStart;
    private int _bufferEnd;
    private Thread? _writer;
    private volatile bool _disposed;

    public ZmtpConnection(Socket socket, ZmtpLimits limits)
    {
        _socket = socket;
        _limits = limits;
        _socket.NoDelay = true;
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        Outbound = new OutboundQueue(limits);
    }

    /// <summary>The messages waiting for this peer.</summary>
    public OutboundQueue Outbound { get; }

    /// <summary>True once the peer has shown what it is.</summary>
    public bool IsReady { get; private set; }

    /// <summary>The identity that the peer announced; empty when it announced none.</summary>
    public byte[] AnnouncedIdentity { get; private set; } = [];

    /// <summary>True while bytes of the peer have arrived that no message was made of yet.</summary>
    public bool HasUnreadInput => !_disposed && (_bufferStart < _bufferEnd || SocketHasInput());

    /// <summary>Exchanges greetings and READY commands, then starts the writer.</summary>
    /// <param name="socketType">Our socket type, as in the RFC: <c>ROUTER</c>.</param>
    /// <param name="peerTypes">The types that may talk to it.</param>
    /// <param name="identity">The name that we want to be known by; a server has none.</param>
    public void Handshake(string socketType, IReadOnlyCollection<string> peerTypes, string identity = "")
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(_limits.HandshakeTimeout.TotalSeconds * Stopwatch.Frequency);
        _socket.SendTimeout = (int)_limits.HandshakeTimeout.TotalMilliseconds;
        SendAll(ZmtpCodec.Greeting());
        Span<byte> greeting = stackalloc byte[ZmtpCodec.GreetingLength];
        // Told apart from a peer that waits to send the rest of a greeting: garbage is refused at its first byte.
        ReadExactly(greeting[..1], deadline);
        if (greeting[0] != 0xFF)
        {
            throw new ZmtpException("The peer does not speak ZMTP.");
        }

        ReadExactly(greeting[1..], deadline);
        ZmtpCodec.CheckGreeting(greeting);
        SendAll(ZmtpCodec.Ready(socketType, identity));

        var flags = ReadFrame(out var body, ZmtpLimits.Small.MaxMessageBytes, deadline);
        if ((flags & ZmtpCodec.CommandFlag) == 0
            || ZmtpCodec.ParseCommand(body, out var data) is var name && name != "READY")
        {
            throw new ZmtpException("The peer sent something else than READY.");
        }

        var properties = ZmtpCodec.ParseProperties(data);
        var peerType = properties.TryGetValue("Socket-Type", out var type) ? System.Text.Encoding.ASCII.GetString(type) : "";
        if (!peerTypes.Contains(peerType))
        {
            SendAll(ZmtpCodec.Error("Incompatible socket type"));
            throw new ZmtpException($"A {socketType} cannot talk to the peer's socket type.");
        }

        if (properties.TryGetValue("Identity", out var announced))
        {
            // A leading zero is kept for the identities that we make up.
            if (announced.Length > byte.MaxValue || announced is [0, ..])
            {
                SendAll(ZmtpCodec.Error("Invalid identity"));
                throw new ZmtpException("The peer announced an invalid identity.");
            }

            AnnouncedIdentity = announced;
        }

        // From here on the writer waits as long as the peer keeps the connection open; the queue before it is bounded.
        _socket.SendTimeout = 0;
        IsReady = true;
        _writer = new Thread(WriteAll, 256 << 10) { IsBackground = true, Name = $"ZMTP {socketType} writer" };
        _writer.Start();
    }

    /// <summary>Reads the next message, and handles the commands that come before it.</summary>
    /// <exception cref="IOException">The peer broke the protocol, a limit, or the connection.</exception>
    public IReadOnlyList<byte[]> ReadMessage(Action<string, byte[]>? onCommand = null)
    {
        var frames = new List<byte[]>();
        long total = 0;
        while (true)
        {
            var deadline = frames.Count == 0 ? 0 : StallDeadline();
            var flags = ReadFrame(out var body, _limits.MaxMessageBytes - total, deadline);
            if ((flags & ZmtpCodec.CommandFlag) != 0)
            {
                var name = ZmtpCodec.ParseCommand(body, out var data);
                if (name == "PING")
                {
                    Pong(data);
                }
                else
                {
                    onCommand?.Invoke(name, data.ToArray());
                }

                continue;
            }

            total += body.Length;
            frames.Add(body);
            if (frames.Count > _limits.MaxFrames)
            {
                throw new ZmtpException("A message of the peer has too many frames.");
            }

            if ((flags & ZmtpCodec.MoreFlag) == 0)
            {
                return frames;
            }
        }
    }

    /// <summary>Ends the writer once it has written what waits, or at the latest after <paramref name="linger"/>.</summary>
    public void Drain(TimeSpan linger)
    {
        Outbound.Close();
        _writer?.Join(linger);
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Outbound.Close();
            _socket.Dispose();
        }
    }

    private void Pong(ReadOnlySpan<byte> ping)
    {
        // Two bytes of time to live, then at most 16 bytes of context that the answer repeats.
        if (ping.Length is < 2 or > 18)
        {
            throw new ZmtpException("The peer sent a malformed PING.");
        }

        Outbound.Enqueue(ZmtpCodec.Command("PONG", ping[2..]), new CancellationToken(canceled: true));
    }

    private long StallDeadline() =>
        Stopwatch.GetTimestamp() + (long)(_limits.StallTimeout.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Reads one frame; <paramref name="deadline"/> 0 waits for its first byte for ever.</summary>
    private byte ReadFrame(out byte[] body, long maxLength, long deadline)
    {
        Span<byte> header = stackalloc byte[9];
        ReadExactly(header[..1], deadline);
        var flags = header[0];
        if ((flags & ~(ZmtpCodec.MoreFlag | ZmtpCodec.LongFlag | ZmtpCodec.CommandFlag)) != 0
            || (flags & (ZmtpCodec.MoreFlag | ZmtpCodec.CommandFlag)) == (ZmtpCodec.MoreFlag | ZmtpCodec.CommandFlag))
        {
            throw new ZmtpException("The peer sent a frame with invalid flags.");
        }

        var isLong = (flags & ZmtpCodec.LongFlag) != 0;
        deadline = deadline == 0 ? StallDeadline() : deadline;
        ReadExactly(header.Slice(1, isLong ? 8 : 1), deadline);
        var length = isLong ? BinaryPrimitives.ReadInt64BigEndian(header[1..]) : header[1];
        if (length < 0 || length > maxLength)
        {
            throw new ZmtpException("A message of the peer is too long.");
        }

        body = ReadBody(length);
        return flags;
    }

    /// <summary>Reads a body whose announced length is only believed as its bytes arrive.</summary>
    private byte[] ReadBody(long length)
    {
        var body = new byte[Math.Min(length, 1 << 20)];
        var filled = 0;
        while (true)
        {
            // The deadline is one of silence: a long message may take its time as long as it advances.
            var step = Math.Min(body.Length - filled, 256 << 10);
            ReadExactly(body.AsSpan(filled, step), StallDeadline());
            filled += step;
            if (filled == length)
            {
                return body;
            }

            if (filled == body.Length)
            {
                Array.Resize(ref body, (int)Math.Min(length, body.Length * 2L));
            }
        }
    }

    private void ReadExactly(Span<byte> target, long deadline)
    {
        while (!target.IsEmpty)
        {
            if (_bufferStart == _bufferEnd)
            {
                Fill(deadline);
            }

            var count = Math.Min(target.Length, _bufferEnd - _bufferStart);
            _buffer.AsSpan(_bufferStart, count).CopyTo(target);
            _bufferStart += count;
            target = target[count..];
        }
    }

    private void Fill(long deadline)
    {
        var timeout = 0;
        if (deadline != 0)
        {
            timeout = (int)((deadline - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency);
            if (timeout <= 0)
            {
                throw new ZmtpException("The peer took too long.");
            }
        }

        try
        {
            _socket.ReceiveTimeout = timeout;
            var received = _socket.Receive(_buffer);
            if (received == 0)
            {
                throw new EndOfStreamException();
            }

            _bufferStart = 0;
            _bufferEnd = received;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection ended.", e);
        }
    }

    private void WriteAll()
    {
        try
        {
            // Messages that wait together are written together, up to the size of the batch.
            var batch = new byte[64 << 10];
            while (Outbound.TryTake(out var message))
            {
                var filled = 0;
                do
                {
                    if (filled + message.Length > batch.Length)
                    {
                        SendAll(batch.AsSpan(0, filled));
                        filled = 0;
                    }

                    if (message.Length > batch.Length)
                    {
                        SendAll(message);
                    }
                    else
                    {
                        message.CopyTo(batch, filled);
                        filled += message.Length;
                    }
                }
                while (Outbound.TryTakeNow(out message));

                SendAll(batch.AsSpan(0, filled));
            }
        }
        catch (IOException)
        {
            // The reader sees the end of the connection too, and removes it.
            Dispose();
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection ended.", e);
        }
    }

    private bool SocketHasInput()
    {
        try
        {
            return _socket.Available > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
