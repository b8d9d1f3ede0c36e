using System.Collections.Concurrent;
using System.Net;
using CourseCompanion.Notebooks.Jupyter.Zmtp;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Zmtp;

public class ZmtpSocketTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public void Router_passes_identity_and_frames_and_answers_that_peer()
    {
        using var received = new BlockingCollection<(byte[] Identity, IReadOnlyList<byte[]> Frames)>();
        using var router = NewRouter((identity, frames) => received.Add((identity, frames)));
        using var first = RawPeer.Connect(router.EndPoint, "DEALER", "first");
        using var second = RawPeer.Connect(router.EndPoint, "DEALER", "second");
        var large = Enumerable.Range(0, 70_000).Select(i => (byte)i).ToArray();

        second.SendMessage("a"u8.ToArray(), [], large);

        Assert.True(received.TryTake(out var message, Patience));
        Assert.Equal("second"u8.ToArray(), message.Identity);
        Assert.Equal(["a"u8.ToArray(), [], large], message.Frames);
        Assert.True(router.Send(message.Identity, [large, "z"u8.ToArray()]));
        Assert.Equal([large, "z"u8.ToArray()], second.ReadMessage());
    }

    [Fact]
    public void Router_gives_peers_without_identity_different_ones()
    {
        using var received = new BlockingCollection<byte[]>();
        using var router = NewRouter((identity, _) => received.Add(identity));
        using var first = RawPeer.Connect(router.EndPoint, "DEALER");
        using var second = RawPeer.Connect(router.EndPoint, "DEALER");
        first.SendMessage([1]);
        second.SendMessage([1]);

        Assert.True(received.TryTake(out var one, Patience));
        Assert.True(received.TryTake(out var other, Patience));
        Assert.NotEqual(one, other);
        Assert.All([one, other], identity => Assert.Equal(0, identity[0]));
    }

    [Fact]
    public void Router_hands_an_identity_over_to_the_newer_connection()
    {
        using var received = new BlockingCollection<byte>();
        using var router = NewRouter((_, frames) => received.Add(frames[0][0]));
        using var former = RawPeer.Connect(router.EndPoint, "DEALER", "same");
        former.SendMessage([1]);
        Assert.True(received.TryTake(out _, Patience));
        using var newer = RawPeer.Connect(router.EndPoint, "DEALER", "same");
        newer.SendMessage([2]);
        Assert.True(received.TryTake(out _, Patience));

        Assert.True(former.IsClosedByTheOther());
        Assert.True(router.Send("same"u8.ToArray(), ["hello"u8.ToArray()]));
        Assert.Equal("hello"u8.ToArray(), newer.ReadMessage()[0]);
    }

    [Fact]
    public void Router_send_to_a_peer_that_left_returns_false()
    {
        using var router = NewRouter((_, _) => { });
        Assert.False(router.Send("nobody"u8.ToArray(), [new byte[] { 1 }]));
    }

    [Fact]
    public void Publisher_sends_to_matching_subscriptions_only()
    {
        using var publisher = new PublisherSocket(AnyPort, ZmtpLimits.Small);
        publisher.Start();
        using var everything = RawPeer.Connect(publisher.EndPoint, "SUB");
        everything.SendMessage([1]);
        using var statusOnly = RawPeer.Connect(publisher.EndPoint, "SUB");
        // A subscription as 3.1 peers send it, and one taken back.
        statusOnly.Send(ZmtpCodec.Command("SUBSCRIBE", "status"u8));
        statusOnly.SendMessage([.. "\u0001stream"u8]);
        statusOnly.SendMessage([.. "\u0000stream"u8]);
        statusOnly.Send(ZmtpCodec.Command("PING", [0, 10]));
        Assert.Equal([4, .. "PONG"u8], statusOnly.ReadFrame());
        WaitUntil(() => publisher.SubscriberCount == 2);

        publisher.Publish(["stream"u8.ToArray(), "x"u8.ToArray()]);
        publisher.Publish(["status"u8.ToArray(), "y"u8.ToArray()]);

        Assert.Equal("x"u8.ToArray(), everything.ReadMessage()[1]);
        Assert.Equal("y"u8.ToArray(), everything.ReadMessage()[1]);
        Assert.Equal("y"u8.ToArray(), statusOnly.ReadMessage()[1]);
    }

    [Fact]
    public void Echo_sends_back_every_frame()
    {
        using var heartbeat = new EchoSocket(AnyPort, ZmtpLimits.Small);
        heartbeat.Start();
        using var peer = RawPeer.Connect(heartbeat.EndPoint, "REQ");
        peer.SendMessage([], "ping"u8.ToArray());
        Assert.Equal([[], "ping"u8.ToArray()], peer.ReadMessage());
    }

    [Fact]
    public void Ping_is_answered_with_its_context()
    {
        using var router = NewRouter((_, _) => { });
        using var peer = RawPeer.Connect(router.EndPoint, "DEALER");
        peer.Send(ZmtpCodec.Command("PING", [0, 100, 7, 8, 9]));
        var pong = peer.ReadFrame(out var flags);
        Assert.Equal(ZmtpCodec.CommandFlag, flags);
        Assert.Equal([4, .. "PONG"u8, 7, 8, 9], pong);
    }

    public static TheoryData<string, byte[]> BrokenHandshakes => new()
    {
        { "not ZMTP", "GET / HTTP/1.1\r\n\r\n"u8.ToArray() },
        { "ZMTP 2", [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, .. new byte[53]] },
        { "another mechanism", [.. ZmtpCodec.Greeting()[..12], .. "CURVE"u8, .. new byte[47]] },
        { "a message before READY", [.. ZmtpCodec.Greeting(), 0, 1, 65] },
        { "a gigabyte before READY", [.. ZmtpCodec.Greeting(), 6, 0, 0, 0, 0, 0x40, 0, 0, 0] },
        { "a negative length", [.. ZmtpCodec.Greeting(), 6, 0xFF, 0, 0, 0, 0, 0, 0, 0] },
        { "an empty command", [.. ZmtpCodec.Greeting(), 4, 0] },
        { "a name longer than its command", [.. ZmtpCodec.Greeting(), 4, 3, 200, 65, 66] },
        { "a value longer than its command", [.. ZmtpCodec.Greeting(), 4, 12, 5, .. "READY"u8, 1, 65, 0x7F, 0, 0, 0] },
        { "another socket type", [.. ZmtpCodec.Greeting(), .. ZmtpCodec.Command("READY", RawPeer.Property("Socket-Type", "SUB"))] },
        { "no socket type", [.. ZmtpCodec.Greeting(), .. ZmtpCodec.Command("READY", [])] },
        {
            "an identity of ours",
            [.. ZmtpCodec.Greeting(), .. ZmtpCodec.Command(
                "READY", [.. RawPeer.Property("Socket-Type", "DEALER"), .. RawPeer.Property("Identity", "\0x")])]
        },
    };

    [Theory]
    [MemberData(nameof(BrokenHandshakes))]
    public void Router_closes_on_a_broken_handshake_and_serves_the_next_peer(string what, byte[] bytes)
    {
        using var received = new BlockingCollection<byte[]>();
        using var router = NewRouter((identity, _) => received.Add(identity));
        using (var broken = new RawPeer(router.EndPoint))
        {
            broken.Send(bytes);
            Assert.True(broken.IsClosedByTheOther(), what);
        }

        WaitUntil(() => router.Refused == 1 && router.ConnectionCount == 0);
        using var peer = RawPeer.Connect(router.EndPoint, "DEALER", "good");
        peer.SendMessage([1]);
        Assert.True(received.TryTake(out _, Patience));
    }

    public static TheoryData<string, byte[]> BrokenFrames => new()
    {
        { "a gigabyte", [2, 0, 0, 0, 0, 0x40, 0, 0, 0] },
        { "2^62 bytes", [2, 0x40, 0, 0, 0, 0, 0, 0, 0] },
        { "a negative length", [3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "reserved flags", [0xF8, 1, 0] },
        { "a command with more frames", [5, 1, 0] },
        { "too many frames", [.. Enumerable.Repeat<byte[]>([1, 0], 1000).SelectMany(b => b)] },
        { "a PING without its time", [4, 5, 4, .. "PING"u8] },
    };

    [Theory]
    [MemberData(nameof(BrokenFrames))]
    public void Every_socket_closes_on_a_broken_frame(string what, byte[] bytes)
    {
        using var router = NewRouter((_, _) => { });
        using var publisher = new PublisherSocket(AnyPort, ZmtpLimits.Small);
        publisher.Start();
        using var echo = new EchoSocket(AnyPort, ZmtpLimits.Small);
        echo.Start();
        foreach (var (socket, type) in new (ZmtpListener, string)[] { (router, "DEALER"), (publisher, "SUB"), (echo, "REQ") })
        {
            using var peer = RawPeer.Connect(socket.EndPoint, type);
            peer.Send(bytes);
            Assert.True(peer.IsClosedByTheOther(), $"{type}: {what}");
            WaitUntil(() => socket.Refused == 1);
        }
    }

    [Fact]
    public void Half_open_connections_are_closed_when_their_time_is_over()
    {
        using var router = NewRouter((_, _) => { }, new ZmtpLimits { HandshakeTimeout = TimeSpan.FromMilliseconds(100) });
        using var silent = new RawPeer(router.EndPoint);
        using var half = new RawPeer(router.EndPoint);
        half.Send(ZmtpCodec.Greeting()[..30]);
        Assert.True(silent.IsClosedByTheOther());
        Assert.True(half.IsClosedByTheOther());
    }

    [Fact]
    public void A_message_that_stalls_closes_its_connection_but_silence_does_not()
    {
        using var received = new BlockingCollection<byte[]>();
        using var router = NewRouter(
            (identity, _) => received.Add(identity), new ZmtpLimits { StallTimeout = TimeSpan.FromMilliseconds(100) });
        using var quiet = RawPeer.Connect(router.EndPoint, "DEALER", "quiet");
        using var stalled = RawPeer.Connect(router.EndPoint, "DEALER", "stalled");
        stalled.Send(1, 10, 65);
        Assert.True(stalled.IsClosedByTheOther());
        quiet.SendMessage([1]);
        Assert.True(received.TryTake(out _, Patience));
    }

    [Fact]
    public void A_flood_of_half_open_connections_does_not_lock_out_a_client()
    {
        var limits = new ZmtpLimits { MaxConnections = 8, HandshakeTimeout = TimeSpan.FromMinutes(10) };
        using var received = new BlockingCollection<byte[]>();
        using var router = NewRouter((identity, _) => received.Add(identity), limits);
        var flood = Enumerable.Range(0, 100).Select(_ => new RawPeer(router.EndPoint)).ToList();
        try
        {
            using var client = RawPeer.Connect(router.EndPoint, "DEALER", "client");
            client.SendMessage([1]);
            Assert.True(received.TryTake(out _, Patience));
            Assert.True(router.ConnectionCount <= limits.MaxConnections);
        }
        finally
        {
            flood.ForEach(peer => peer.Dispose());
        }
    }

    [Fact]
    public void Ready_connections_are_bounded()
    {
        using var router = NewRouter((_, _) => { }, new ZmtpLimits { MaxConnections = 2 });
        using var first = RawPeer.Connect(router.EndPoint, "DEALER");
        using var second = RawPeer.Connect(router.EndPoint, "DEALER");
        // The handshake's last step is the peer's READY, which takes a moment to be read.
        first.Send(ZmtpCodec.Command("PING", [0, 1]));
        first.ReadFrame();
        second.Send(ZmtpCodec.Command("PING", [0, 1]));
        second.ReadFrame();
        using var third = new RawPeer(router.EndPoint);
        Assert.True(third.IsClosedByTheOther());
    }

    [Fact]
    public void A_subscriber_that_does_not_read_costs_bounded_memory_and_its_losses_are_counted()
    {
        var limits = new ZmtpLimits
        {
            OutboundMessages = 10,
            OutboundBytes = 1 << 20,
            SendPatience = TimeSpan.FromMilliseconds(50),
        };
        using var publisher = new PublisherSocket(AnyPort, limits);
        publisher.Start();
        using var stuck = RawPeer.Connect(publisher.EndPoint, "SUB");
        stuck.SendMessage([1]);
        WaitUntil(() => publisher.SubscriberCount == 1);
        var message = new byte[300_000];
        for (var i = 0; i < 200; i++)
        {
            publisher.Publish([message]);
        }

        // The kernel's buffers of a loopback connection take some megabytes, our queue one; 60 were published.
        Assert.InRange(publisher.Dropped, 100, 199);
    }

    [Fact]
    public async Task A_slow_subscriber_that_reads_loses_nothing()
    {
        var limits = new ZmtpLimits { OutboundMessages = 4, SendPatience = TimeSpan.FromSeconds(30) };
        using var publisher = new PublisherSocket(AnyPort, limits);
        publisher.Start();
        using var slow = RawPeer.Connect(publisher.EndPoint, "SUB");
        slow.SendMessage([1]);
        WaitUntil(() => publisher.SubscriberCount == 1);
        var reader = Task.Run(() =>
        {
            var count = 0;
            while (slow.ReadMessage()[0].Length > 0)
            {
                count++;
            }

            return count;
        });
        for (var i = 0; i < 300; i++)
        {
            publisher.Publish([new byte[100_000]]);
        }

        publisher.Publish([Array.Empty<byte>()]);
        Assert.Equal(300, await reader.WaitAsync(Patience));
        Assert.Equal(0, publisher.Dropped);
    }

    [Fact]
    public void A_taken_port_is_named()
    {
        using var router = NewRouter((_, _) => { });
        var failure = Assert.Throws<IOException>(() => new EchoSocket(router.EndPoint, ZmtpLimits.Small));
        Assert.Contains(router.EndPoint.ToString(), failure.Message, StringComparison.Ordinal);
    }

    private static RouterSocket NewRouter(Action<byte[], IReadOnlyList<byte[]>> onMessage, ZmtpLimits? limits = null)
    {
        var router = new RouterSocket(AnyPort, onMessage, limits ?? new ZmtpLimits());
        router.Start();
        return router;
    }

    private static void WaitUntil(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, Patience), "It did not happen.");
}
