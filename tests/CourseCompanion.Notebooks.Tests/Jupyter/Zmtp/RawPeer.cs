using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using CourseCompanion.Notebooks.Jupyter.Zmtp;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Zmtp;

/// <summary>A peer that speaks bytes: as correct or as wrong as a test wants it.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    public RawPeer(IPEndPoint endpoint)
    {
        _client = new TcpClient(endpoint.AddressFamily) { NoDelay = true };
        _client.Connect(endpoint);
        _stream = _client.GetStream();
        _stream.ReadTimeout = 20_000;
    }

    public static RawPeer Connect(IPEndPoint endpoint, string socketType, string identity = "")
    {
        var peer = new RawPeer(endpoint);
        peer.Send(ZmtpCodec.Greeting());
        peer.Read(ZmtpCodec.GreetingLength);
        peer.Send(ZmtpCodec.Command("READY", [.. Property("Socket-Type", socketType), .. Property("Identity", identity)]));
        peer.ReadFrame();
        return peer;
    }

    public static byte[] Property(string name, string value) =>
        [(byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name), 0, 0, 0, (byte)value.Length,
            .. System.Text.Encoding.ASCII.GetBytes(value)];

    public void Send(params byte[] bytes) => _stream.Write(bytes);

    public void SendMessage(params byte[][] frames) =>
        Send(ZmtpCodec.Encode([.. frames.Select(f => (ReadOnlyMemory<byte>)f)]));

    public byte[] Read(int count)
    {
        var bytes = new byte[count];
        _stream.ReadExactly(bytes);
        return bytes;
    }

    public byte[] ReadFrame() => ReadFrame(out _);

    public byte[] ReadFrame(out byte flags)
    {
        flags = Read(1)[0];
        var length = (flags & ZmtpCodec.LongFlag) != 0
            ? (int)BinaryPrimitives.ReadInt64BigEndian(Read(8))
            : Read(1)[0];
        return Read(length);
    }

    public List<byte[]> ReadMessage()
    {
        var frames = new List<byte[]>();
        byte flags;
        do
        {
            frames.Add(ReadFrame(out flags));
        }
        while ((flags & ZmtpCodec.MoreFlag) != 0);
        return frames;
    }

    /// <summary>Waits until the other side has closed the connection; what it still sent is ignored.</summary>
    public bool IsClosedByTheOther()
    {
        try
        {
            var buffer = new byte[4096];
            while (_stream.Read(buffer) > 0)
            {
            }

            return true;
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut })
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose() => _client.Dispose();
}
