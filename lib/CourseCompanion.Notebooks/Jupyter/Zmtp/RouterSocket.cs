using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;

namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>
/// A ROUTER: hands over each message with the identity of its peer, and sends to the peer of a given identity. A new
/// connection takes an identity over from an old one (libzmq's ZMQ_ROUTER_HANDOVER), because a client that reconnects
/// comes back before TCP has noticed that its first connection died.
/// </summary>
internal sealed class RouterSocket : ZmtpListener
{
    private readonly ConcurrentDictionary<string, ZmtpConnection> _peers = new();
    private readonly ConcurrentDictionary<ZmtpConnection, byte[]> _identities = new();
    private readonly Action<byte[], IReadOnlyList<byte[]>> _onMessage;
    private int _lastAnonymous = Random.Shared.Next();

    /// <param name="endpoint">Where to listen.</param>
    /// <param name="onMessage">Gets a peer's identity and its message's frames, on the peer's reader thread.</param>
    /// <param name="limits">What a peer may cost.</param>
    public RouterSocket(IPEndPoint endpoint, Action<byte[], IReadOnlyList<byte[]>> onMessage, ZmtpLimits limits)
        : base(endpoint, limits) => _onMessage = onMessage;

    protected override string SocketType => "ROUTER";

    protected override IReadOnlyCollection<string> PeerTypes { get; } = ["DEALER", "REQ", "ROUTER"];

    /// <summary>Sends to one peer; false when it is gone or does not read.</summary>
    public bool Send(byte[] identity, IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken hurry = default) =>
        _peers.TryGetValue(Convert.ToHexString(identity), out var peer)
        && peer.Outbound.Enqueue(ZmtpCodec.Encode(frames), hurry);

    protected override void OnReady(ZmtpConnection connection)
    {
        var identity = connection.AnnouncedIdentity is { Length: > 0 } announced ? announced : AnonymousIdentity();
        _identities[connection] = identity;
        ZmtpConnection? former = null;
        _peers.AddOrUpdate(Convert.ToHexString(identity), connection, (_, old) =>
        {
            former = old;
            return connection;
        });
        former?.Dispose();
    }

    protected override void OnClosed(ZmtpConnection connection)
    {
        if (_identities.TryRemove(connection, out var identity))
        {
            // Only if the identity was not taken over meanwhile.
            _peers.TryRemove(new(Convert.ToHexString(identity), connection));
        }
    }

    protected override void OnMessage(ZmtpConnection connection, IReadOnlyList<byte[]> frames) =>
        _onMessage(_identities[connection], frames);

    private byte[] AnonymousIdentity()
    {
        var identity = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(identity.AsSpan(1), Interlocked.Increment(ref _lastAnonymous));
        return identity;
    }
}
