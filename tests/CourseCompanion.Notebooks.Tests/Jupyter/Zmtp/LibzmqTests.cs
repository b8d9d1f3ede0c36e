using System.Diagnostics;
using System.Globalization;
using System.Net;
using CourseCompanion.Notebooks.Jupyter.Zmtp;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Zmtp;

/// <summary>Our sockets against those of libzmq, the implementation that every Jupyter client uses.</summary>
public class LibzmqTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [PythonFact("zmq")]
    public void Router_and_dealer_exchange_messages_of_every_size()
    {
        RouterSocket? router = null;
        router = new RouterSocket(
            AnyPort, (identity, frames) => router!.Send(identity, [.. frames.Select(f => (ReadOnlyMemory<byte>)f)]), new());
        using (router)
        {
            router.Start();
            RunPeer(router.EndPoint.Port, """
                s = ctx.socket(zmq.DEALER)
                s.identity = b"me"
                s.connect(url)
                for size in (0, 1, 255, 256, 65535, 65536, 3_000_000):
                    message = [b"", bytes(size), b"\xff" * size]
                    s.send_multipart(message)
                    assert s.recv_multipart() == message, size
                for i in range(2000):
                    s.send(str(i).encode())
                for i in range(2000):
                    assert s.recv() == str(i).encode(), i
                """);
        }
    }

    [PythonFact("zmq")]
    public void Dealer_that_reconnects_keeps_its_identity()
    {
        RouterSocket? router = null;
        router = new RouterSocket(AnyPort, (identity, frames) => router!.Send(identity, [identity]), new());
        using (router)
        {
            router.Start();
            RunPeer(router.EndPoint.Port, """
                for i in range(20):
                    s = ctx.socket(zmq.DEALER)
                    s.identity = b"same"
                    s.connect(url)
                    s.send(b"who am I")
                    assert s.recv() == b"same"
                    s.close(0)
                """);
        }
    }

    [PythonFact("zmq")]
    public async Task Subscriber_gets_everything_in_order()
    {
        using var publisher = new PublisherSocket(AnyPort, ZmtpLimits.Small);
        publisher.Start();
        var publishing = Task.Run(() =>
        {
            Assert.True(SpinWait.SpinUntil(() => publisher.SubscriberCount == 1, TimeSpan.FromSeconds(20)));
            for (var i = 0; i < 5000; i++)
            {
                publisher.Publish(["t"u8.ToArray(), System.Text.Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture))]);
            }
        });
        RunPeer(publisher.EndPoint.Port, """
            s = ctx.socket(zmq.SUB)
            s.subscribe(b"")
            s.connect(url)
            for i in range(5000):
                assert s.recv_multipart() == [b"t", str(i).encode()], i
            """);
        await publishing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, publisher.Dropped);
    }

    [PythonFact("zmq")]
    public void Heartbeat_beats_while_the_thread_pool_is_busy()
    {
        using var echo = new EchoSocket(AnyPort, ZmtpLimits.Small);
        echo.Start();
        // Not disposed: work may still come to it when the test is over.
        var release = new ManualResetEventSlim();
        ThreadPool.GetMaxThreads(out var most, out _);
        for (var i = 0; i < Math.Min(most, 16); i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => release.Wait(), null);
        }

        try
        {
            RunPeer(echo.EndPoint.Port, """
                s = ctx.socket(zmq.REQ)
                s.setsockopt(zmq.HEARTBEAT_IVL, 50)
                s.setsockopt(zmq.HEARTBEAT_TIMEOUT, 5000)
                s.connect(url)
                for i in range(50):
                    s.send(b"ping")
                    assert s.recv() == b"ping"
                time.sleep(0.3)
                s.send(b"ping")
                assert s.recv() == b"ping"
                """);
        }
        finally
        {
            release.Set();
        }
    }

    private static void RunPeer(int port, string script)
    {
        var prelude = $"""
            import time, zmq
            ctx = zmq.Context()
            ctx.rcvtimeo = 20000
            ctx.sndtimeo = 20000
            ctx.linger = 0
            url = "tcp://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"

            """;
        using var python = Process.Start(new ProcessStartInfo(PythonFactAttribute.Interpreter, ["-c", prelude + script])
        {
            RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        if (!python.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            python.Kill();
            Assert.Fail("The peer did not end.");
        }
        Assert.True(python.ExitCode == 0, errors.Result);
    }
}
