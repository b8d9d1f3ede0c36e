using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace CourseCompanion.Notebooks.Jupyter.Protocol;

/// <summary>
/// Makes messages of frames and frames of messages (protocol 5.4): route, delimiter, HMAC-SHA256 signature, header,
/// parent header, metadata, content, buffers. What is not signed with the key, cannot be read or came before is dropped
/// and counted, as the protocol asks; nobody is told, so that a stranger learns nothing.
/// </summary>
internal sealed class MessageCodec(byte[] key)
{
    /// <summary>The version of the message protocol that we speak.</summary>
    public const string ProtocolVersion = "5.4";

    // How many requests clients can send before the first is forgotten.
    private const int RememberedHeaders = 1 << 16;

    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();
    // Every name is read here, so that none of them can surprise a later look-up.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    private readonly Lock _sync = new();
    private readonly HashSet<UInt128> _seen = [];
    private readonly Queue<UInt128> _seenInOrder = new();
    private readonly string _session = Guid.NewGuid().ToString();
    private long _badSignatures;
    private long _malformed;
    private long _replayed;

    /// <summary>Messages dropped because they were not signed with the key.</summary>
    public long BadSignatures => Interlocked.Read(ref _badSignatures);

    /// <summary>Messages dropped because they were no Jupyter messages.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Messages dropped because one with the same header came before.</summary>
    public long Replayed => Interlocked.Read(ref _replayed);

    /// <summary>Reads a message; null when it is to be ignored.</summary>
    /// <param name="identity">The peer that sent it.</param>
    /// <param name="frames">What it sent.</param>
    public JupyterMessage? Decode(byte[] identity, IReadOnlyList<byte[]> frames)
    {
        var delimiter = 0;
        while (delimiter < frames.Count && !frames[delimiter].AsSpan().SequenceEqual(Delimiter))
        {
            delimiter++;
        }

        if (frames.Count - delimiter < 6)
        {
            Interlocked.Increment(ref _malformed);
            return null;
        }

        if (!IsSigned(frames, delimiter + 1))
        {
            Interlocked.Increment(ref _badSignatures);
            return null;
        }

        if (Read(identity, frames, delimiter) is not { } message)
        {
            Interlocked.Increment(ref _malformed);
            return null;
        }

        if (!IsNew(message.Header))
        {
            Interlocked.Increment(ref _replayed);
            return null;
        }

        return message;
    }

    /// <summary>Makes the frames of a message.</summary>
    /// <param name="route">The frames before the delimiter: a reply's route, or the topic of a published message.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="parentHeader">The header of the request that it belongs to; null for none.</param>
    /// <param name="content">The content.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>> Encode(
        IReadOnlyList<byte[]> route, string type, byte[]? parentHeader, JsonNode content)
    {
        var header = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString(),
            ["session"] = _session,
            ["username"] = "kernel",
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["msg_type"] = type,
            ["version"] = ProtocolVersion,
        }.ToJsonString());
        var body = Encoding.UTF8.GetBytes(content.ToJsonString());
        var parent = parentHeader ?? EmptyObject;

        var frames = new List<ReadOnlyMemory<byte>>(route.Count + 6);
        foreach (var hop in route)
        {
            frames.Add(hop);
        }

        frames.Add(Delimiter);
        frames.Add(Sign(header, parent, EmptyObject, body));
        frames.Add(header);
        frames.Add(parent);
        frames.Add(EmptyObject);
        frames.Add(body);
        return frames;
    }

    private static JupyterMessage? Read(byte[] identity, IReadOnlyList<byte[]> frames, int delimiter)
    {
        var header = ParseObject(frames[delimiter + 2]);
        var parent = ParseObject(frames[delimiter + 3]);
        var metadata = ParseObject(frames[delimiter + 4]);
        var content = ParseObject(frames[delimiter + 5]);
        if (header is null || parent is null || metadata is null || content is null
            || Text(header.Value, "msg_id") is not { Length: > 0 } id
            || Text(header.Value, "msg_type") is not { Length: > 0 } type)
        {
            return null;
        }

        return new JupyterMessage
        {
            Route = [identity, .. frames.Take(delimiter)],
            Header = frames[delimiter + 2],
            Id = id,
            Type = type,
            Content = content.Value,
            ParentId = Text(parent.Value, "msg_id") ?? "",
        };
    }

    private static JsonElement? ParseObject(byte[] frame)
    {
        try
        {
            if (!Utf8.IsValid(frame))
            {
                return null;
            }

            var element = JsonElement.Parse(frame, Strict);
            return element.ValueKind == JsonValueKind.Object ? element : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a name with half a surrogate pair.
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? JupyterMessage.TryGetString(value) : null;

    private bool IsSigned(IReadOnlyList<byte[]> frames, int signature) =>
        key.Length == 0 || CryptographicOperations.FixedTimeEquals(
            frames[signature],
            Sign(frames[signature + 1], frames[signature + 2], frames[signature + 3], frames[signature + 4]));

    private byte[] Sign(params ReadOnlySpan<byte[]> parts)
    {
        if (key.Length == 0)
        {
            return [];
        }

        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (var part in parts)
        {
            hmac.AppendData(part);
        }

        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hmac.GetHashAndReset()));
    }

    /// <summary>
    /// Whether a header comes for the first time. The id alone does not tell: the sockets of one jupyter_client count
    /// their messages separately and so give the same id twice, at different times.
    /// </summary>
    private bool IsNew(byte[] header)
    {
        var digest = BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(header));
        lock (_sync)
        {
            if (!_seen.Add(digest))
            {
                return false;
            }

            _seenInOrder.Enqueue(digest);
            if (_seenInOrder.Count > RememberedHeaders)
            {
                _seen.Remove(_seenInOrder.Dequeue());
            }

            return true;
        }
    }
}
