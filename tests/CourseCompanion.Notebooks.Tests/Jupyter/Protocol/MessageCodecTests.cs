using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Protocol;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Protocol;

public class MessageCodecTests
{
    private static readonly byte[] Key = "a key"u8.ToArray();
    private static readonly byte[] Peer = [9];

    [Fact]
    public void Encode_then_decode_gives_the_message_back()
    {
        var frames = Frames(new MessageCodec(Key).Encode(["hop"u8.ToArray()], "execute_request", null, new JsonObject
        {
            ["code"] = "« é » 😀",
            ["silent"] = true,
            ["store_history"] = null,
            ["cursor_pos"] = 7,
        }));
        var message = new MessageCodec(Key).Decode(Peer, frames)!;
        Assert.Equal("execute_request", message.Type);
        Assert.Equal([Peer, "hop"u8.ToArray()], message.Route);
        Assert.Equal("« é » 😀", message.GetString("code"));
        Assert.True(message.GetBoolean("silent", missing: false));
        Assert.True(message.GetBoolean("store_history", missing: true));
        Assert.Equal(7, message.GetInt32("cursor_pos", -1));
        Assert.Equal("", message.ParentId);
        Assert.Equal(frames[3], message.Header);
    }

    [Fact]
    public void Signature_is_the_one_of_jupyter_client()
    {
        // hmac.new(b"a key", b"{}" * 4, hashlib.sha256).hexdigest()
        List<byte[]> frames =
        [
            "<IDS|MSG>"u8.ToArray(),
            "e2c27855d41353957c8555d30463a97e6a6ea497e6ebb3f7824503c3b64f2c0b"u8.ToArray(),
            "{}"u8.ToArray(), "{}"u8.ToArray(), "{}"u8.ToArray(), "{}"u8.ToArray(),
        ];
        var codec = new MessageCodec(Key);
        Assert.Null(codec.Decode(Peer, frames));
        // Signed, but without the header's fields.
        Assert.Equal((0, 1), (codec.BadSignatures, codec.Malformed));
    }

    [Fact]
    public void Bad_signature_is_dropped_and_counted()
    {
        var codec = new MessageCodec(Key);
        var frames = Frames(codec.Encode([], "kernel_info_request", null, new JsonObject()));
        foreach (var signature in new[]
            { [], "x"u8.ToArray(), Flip(frames[1]), Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(frames[1]).ToUpperInvariant()) })
        {
            Assert.Null(codec.Decode(Peer, [frames[0], signature, .. frames[2..]]));
        }

        for (var part = 2; part < 6; part++)
        {
            var forged = frames.ToList();
            forged[part] = """{"msg_id": "1", "msg_type": "shutdown_request"}"""u8.ToArray();
            Assert.Null(codec.Decode(Peer, forged));
        }

        Assert.Equal(8, codec.BadSignatures);
        Assert.NotNull(codec.Decode(Peer, frames));
    }

    [Fact]
    public void Replayed_message_is_dropped_and_counted()
    {
        var codec = new MessageCodec(Key);
        var frames = Frames(codec.Encode([], "kernel_info_request", null, new JsonObject()));
        Assert.NotNull(codec.Decode(Peer, frames));
        Assert.Null(codec.Decode(Peer, frames));
        Assert.Null(codec.Decode([8], frames));
        Assert.Equal(2, codec.Replayed);
    }

    [Fact]
    public void Empty_key_neither_signs_nor_checks()
    {
        var codec = new MessageCodec([]);
        var frames = Frames(codec.Encode([], "kernel_info_request", null, new JsonObject()));
        Assert.Empty(frames[1]);
        Assert.NotNull(codec.Decode(Peer, [frames[0], "anything"u8.ToArray(), .. frames[2..]]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"msg_id\": \"1\"}")]
    [InlineData("{\"msg_id\": \"\", \"msg_type\": \"a\"}")]
    [InlineData("{\"msg_id\": 1, \"msg_type\": \"a\"}")]
    [InlineData("{\"msg_id\": \"\\ud800\", \"msg_type\": \"a\"}")]
    [InlineData("{\"msg_id\": \"1\", \"msg_type\": \"a\"")]
    public void Header_that_is_none_is_dropped_and_counted(string header)
    {
        var codec = new MessageCodec([]);
        var frames = Frames(codec.Encode([], "x", null, new JsonObject()));
        frames[2] = Encoding.UTF8.GetBytes(header);
        Assert.Null(codec.Decode(Peer, frames));
        Assert.Equal(1, codec.Malformed);
    }

    [Fact]
    public void Frames_without_delimiter_or_too_few_are_dropped_and_counted()
    {
        var codec = new MessageCodec([]);
        var frames = Frames(codec.Encode([], "x", null, new JsonObject()));
        Assert.Null(codec.Decode(Peer, []));
        Assert.Null(codec.Decode(Peer, frames[1..]));
        Assert.Null(codec.Decode(Peer, frames[..5]));
        frames[5] = [0xC3, 0x28];
        Assert.Null(codec.Decode(Peer, frames));
        frames[5] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 5000)));
        Assert.Null(codec.Decode(Peer, frames));
        Assert.Equal(5, codec.Malformed);
    }

    [Fact]
    public void Content_of_the_wrong_type_is_an_invalid_message()
    {
        var codec = new MessageCodec([]);
        var message = codec.Decode(Peer, Frames(codec.Encode([], "x", null, new JsonObject
        {
            ["code"] = 1,
            ["silent"] = "yes",
            ["cursor_pos"] = 1.5,
        })))!;
        Assert.Throws<InvalidMessageException>(() => message.GetString("code"));
        Assert.Throws<InvalidMessageException>(() => message.GetBoolean("silent", missing: false));
        Assert.Throws<InvalidMessageException>(() => message.GetInt32("cursor_pos", 0));
    }

    private static List<byte[]> Frames(IReadOnlyList<ReadOnlyMemory<byte>> frames) => [.. frames.Select(f => f.ToArray())];

    private static byte[] Flip(byte[] bytes) => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
}
