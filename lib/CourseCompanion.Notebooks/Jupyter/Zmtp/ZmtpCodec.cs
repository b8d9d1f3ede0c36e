using System.Buffers.Binary;
using System.Text;

namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>The bytes of ZMTP 3.0 (https://rfc.zeromq.org/spec/23/): greeting, frames, and the commands of NULL.</summary>
internal static class ZmtpCodec
{
    public const int GreetingLength = 64;

    public const byte MoreFlag = 1;
    public const byte LongFlag = 2;
    public const byte CommandFlag = 4;

    private const int MechanismOffset = 12;
    private const int MechanismLength = 20;

    /// <summary>Our greeting: version 3.0, mechanism NULL.</summary>
    public static byte[] Greeting()
    {
        var greeting = new byte[GreetingLength];
        greeting[0] = 0xFF;
        greeting[9] = 0x7F;
        greeting[10] = 3;
        "NULL"u8.CopyTo(greeting.AsSpan(MechanismOffset));
        return greeting;
    }

    /// <summary>Refuses every greeting but one of ZMTP 3.x with mechanism NULL.</summary>
    public static void CheckGreeting(ReadOnlySpan<byte> greeting)
    {
        // The eight bytes between the two markers are padding that older peers use for a length.
        if (greeting[0] != 0xFF || greeting[9] != 0x7F)
        {
            throw new ZmtpException("The peer does not speak ZMTP.");
        }

        if (greeting[10] < 3)
        {
            throw new ZmtpException("The peer speaks a ZMTP older than 3.0.");
        }

        var mechanism = greeting.Slice(MechanismOffset, MechanismLength);
        if (!mechanism.StartsWith("NULL"u8) || mechanism[4..].ContainsAnyExcept((byte)0))
        {
            throw new ZmtpException("The peer asks for a security mechanism other than NULL.");
        }
    }

    /// <summary>The READY command of a socket of the given type and identity, as a whole frame.</summary>
    public static byte[] Ready(string socketType, string identity) => Command("READY",
    [
        .. Property("Socket-Type", Encoding.ASCII.GetBytes(socketType)),
        .. Property("Identity", Encoding.ASCII.GetBytes(identity)),
    ]);

    /// <summary>The ERROR command, as a whole frame.</summary>
    public static byte[] Error(string reason) =>
        Command("ERROR", [(byte)reason.Length, .. Encoding.ASCII.GetBytes(reason)]);

    /// <summary>A command as a whole frame.</summary>
    public static byte[] Command(string name, ReadOnlySpan<byte> data)
    {
        byte[] body = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. data];
        return body.Length <= byte.MaxValue
            ? [CommandFlag, (byte)body.Length, .. body]
            : [CommandFlag | LongFlag, .. LongLength(body.Length), .. body];
    }

    /// <summary>Splits a command's body into its name and its data.</summary>
    public static string ParseCommand(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> data)
    {
        if (body.IsEmpty || body[0] == 0 || body.Length < 1 + body[0])
        {
            throw new ZmtpException("The peer sent a malformed command.");
        }

        data = body[(1 + body[0])..];
        return Encoding.ASCII.GetString(body.Slice(1, body[0]));
    }

    /// <summary>The properties of a READY command. Their names are compared without case, as the RFC asks.</summary>
    public static Dictionary<string, byte[]> ParseProperties(ReadOnlySpan<byte> data)
    {
        var properties = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        while (!data.IsEmpty)
        {
            var nameLength = data[0];
            if (nameLength == 0 || data.Length < 1 + nameLength + 4)
            {
                throw new ZmtpException("The peer sent malformed metadata.");
            }

            var name = Encoding.ASCII.GetString(data.Slice(1, nameLength));
            data = data[(1 + nameLength)..];
            var valueLength = BinaryPrimitives.ReadUInt32BigEndian(data);
            data = data[4..];
            if (valueLength > data.Length)
            {
                throw new ZmtpException("The peer sent malformed metadata.");
            }

            properties[name] = data[..(int)valueLength].ToArray();
            data = data[(int)valueLength..];
        }

        return properties;
    }

    /// <summary>Encodes a message: all its frames in one array, ready to be written to any number of peers.</summary>
    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        long total = 0;
        foreach (var frame in frames)
        {
            total += frame.Length + (frame.Length <= byte.MaxValue ? 2 : 9);
        }

        var encoded = new byte[total];
        var rest = encoded.AsSpan();
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i].Span;
            var more = i < frames.Count - 1 ? MoreFlag : (byte)0;
            if (frame.Length <= byte.MaxValue)
            {
                rest[0] = more;
                rest[1] = (byte)frame.Length;
                rest = rest[2..];
            }
            else
            {
                rest[0] = (byte)(more | LongFlag);
                BinaryPrimitives.WriteInt64BigEndian(rest[1..], frame.Length);
                rest = rest[9..];
            }

            frame.CopyTo(rest);
            rest = rest[frame.Length..];
        }

        return encoded;
    }

    private static byte[] Property(string name, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        return [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. length, .. value];
    }

    private static byte[] LongLength(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length);
        return bytes;
    }
}
