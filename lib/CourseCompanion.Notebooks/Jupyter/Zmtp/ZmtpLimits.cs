namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>
/// What a peer may cost a socket. Every bound is per socket or per connection, so that neither a hostile peer nor a
/// front end that stopped reading can grow the kernel's memory or hold it up for long.
/// </summary>
internal sealed record ZmtpLimits
{
    /// <summary>Bytes of one incoming message, all its frames together; a longer one closes the connection.</summary>
    public long MaxMessageBytes { get; init; } = 64L << 20;

    /// <summary>Frames of one incoming message; more close the connection.</summary>
    public int MaxFrames { get; init; } = 256;

    /// <summary>Connections open at once. When all are taken, the oldest without a handshake gives way.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>Time for the greeting and the READY command together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest silence in the middle of a message. Between messages a peer may be silent for ever.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Messages waiting to be written to one peer.</summary>
    public int OutboundMessages { get; init; } = 10_000;

    /// <summary>Bytes waiting to be written to one peer. One message alone may be longer.</summary>
    public long OutboundBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How long a sender waits for room in a peer's full queue before the message is dropped. A peer that made a
    /// sender wait in vain gets no more patience until half of its queue is free again.
    /// </summary>
    public TimeSpan SendPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bounds of a socket whose peers only send subscriptions or heartbeats.</summary>
    public static ZmtpLimits Small { get; } = new() { MaxMessageBytes = 64 << 10, MaxFrames = 16 };
}
