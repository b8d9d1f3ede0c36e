using System.Net;

namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>
/// A REP that sends each request back: Jupyter's heartbeat. It answers on the peer's own reader thread, so that it beats
/// whatever a cell does to the thread pool.
/// </summary>
internal sealed class EchoSocket(IPEndPoint endpoint, ZmtpLimits limits) : ZmtpListener(endpoint, limits)
{
    protected override string SocketType => "REP";

    protected override IReadOnlyCollection<string> PeerTypes { get; } = ["REQ", "DEALER"];

    protected override void OnMessage(ZmtpConnection connection, IReadOnlyList<byte[]> frames) =>
        connection.Outbound.Enqueue(
            ZmtpCodec.Encode([.. frames.Select(f => (ReadOnlyMemory<byte>)f)]),
            new CancellationToken(canceled: true));
}
