using System.Collections.Concurrent;
using System.Net;

namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>
/// A PUB: sends each message to the peers that subscribed to a prefix of its first frame. Understands subscriptions as
/// messages (ZMTP 3.0) and as commands (3.1).
/// </summary>
internal sealed class PublisherSocket(IPEndPoint endpoint, ZmtpLimits limits) : ZmtpListener(endpoint, limits)
{
    private const int MaxSubscriptions = 256;

    private readonly ConcurrentDictionary<ZmtpConnection, List<byte[]>> _subscriptions = new();

    protected override string SocketType => "PUB";

    protected override IReadOnlyCollection<string> PeerTypes { get; } = ["SUB", "XSUB"];

    /// <summary>Peers with at least one subscription.</summary>
    public int SubscriberCount => _subscriptions.Values.Count(topics =>
    {
        lock (topics)
        {
            return topics.Count > 0;
        }
    });

    /// <summary>Publishes a message. Waits a short time for peers whose queue is full, see <see cref="OutboundQueue"/>.</summary>
    public void Publish(IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken hurry = default)
    {
        byte[]? encoded = null;
        foreach (var (connection, topics) in _subscriptions)
        {
            if (IsSubscribed(topics, frames[0].Span))
            {
                encoded ??= ZmtpCodec.Encode(frames);
                connection.Outbound.Enqueue(encoded, hurry);
            }
        }
    }

    protected override void OnReady(ZmtpConnection connection) => _subscriptions[connection] = [];

    protected override void OnClosed(ZmtpConnection connection) => _subscriptions.TryRemove(connection, out _);

    protected override void OnCommand(ZmtpConnection connection, string name, byte[] data)
    {
        if (name is "SUBSCRIBE" or "CANCEL")
        {
            Change(connection, name == "SUBSCRIBE", data);
        }
    }

    protected override void OnMessage(ZmtpConnection connection, IReadOnlyList<byte[]> frames)
    {
        if (frames is [[0 or 1, ..] subscription])
        {
            Change(connection, subscription[0] == 1, subscription[1..]);
        }
    }

    private void Change(ZmtpConnection connection, bool subscribe, byte[] topic)
    {
        var topics = _subscriptions[connection];
        lock (topics)
        {
            if (!subscribe)
            {
                var index = topics.FindIndex(t => t.AsSpan().SequenceEqual(topic));
                if (index >= 0)
                {
                    topics.RemoveAt(index);
                }
            }
            else if (topics.Count >= MaxSubscriptions)
            {
                throw new ZmtpException("The peer has too many subscriptions.");
            }
            else
            {
                topics.Add(topic);
            }
        }
    }

    private static bool IsSubscribed(List<byte[]> topics, ReadOnlySpan<byte> firstFrame)
    {
        lock (topics)
        {
            foreach (var topic in topics)
            {
                if (firstFrame.StartsWith(topic))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
