using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Jupyter.Language;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Notebooks.Jupyter.Zmtp;
using CourseCompanion.Notebooks.Tests.Jupyter.Zmtp;

namespace CourseCompanion.Notebooks.Tests.Jupyter;

/// <summary>
/// Damaged inputs, more than 100,000 of them and the same ones every time: nothing but the refusals that are promised,
/// and no hang.
/// </summary>
public class FuzzTests
{
    private const int Seed = 20260401;

    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", "\"", ":", ",", "null", "true", "-1", "1e999", "0.1", "\\ud800", "\\u0000", "\"cells\"", "\"nbformat\"",
        "\"msg_id\"", "\"msg_type\"", "\"code\"", "\"cursor_pos\"", "é", "😀", "\u0000", "99999999999999999999", "{\"a\":", "[[[[[[[[[[",
    ];

    [Fact]
    public void Damaged_messages_are_read_or_refused()
    {
        const int Inputs = 60_000;
        var random = new Random(Seed);
        var codec = new MessageCodec([]);
        var read = 0;
        for (var i = 0; i < Inputs; i++)
        {
            var frames = codec.Encode(["id"u8.ToArray()], "execute_request", null, new JsonObject
            {
                ["code"] = "var x = 1; // é",
                ["silent"] = false,
                ["cursor_pos"] = 3,
                ["allow_stdin"] = true,
            }).Select(f => f.ToArray()).ToList();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                DamageFrames(frames, random);
            }

            if (codec.Decode([1], frames) is not { } message)
            {
                continue;
            }

            read++;
            try
            {
                var code = message.GetString("code");
                var cursor = CodePoints.ToUtf16(code, message.GetInt32("cursor_pos", 0));
                Assert.InRange(cursor, 0, code.Length);
                message.GetBoolean("silent", missing: false);
                codec.Encode(message.Route, "execute_reply", message.Header, new JsonObject { ["code"] = code });
            }
            catch (InvalidMessageException)
            {
                // Answered with an error.
            }
        }

        // Both roads were walked.
        Assert.InRange(read, Inputs / 100, Inputs);
        Assert.Equal(Inputs, read + codec.Malformed + codec.Replayed);
    }

    [Fact]
    public void Damaged_notebooks_are_read_or_refused()
    {
        const int Inputs = 45_000;
        var random = new Random(Seed);
        var read = 0;
        for (var i = 0; i < Inputs; i++)
        {
            var text = Notebook;
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                text = DamageText(text, random);
            }

            try
            {
                NotebookDocument.Parse(text).ToJson();
                read++;
            }
            catch (NotebookFormatException)
            {
                // Refused with a reason.
            }
        }

        Assert.InRange(read, Inputs / 100, Inputs);
    }

    [Fact]
    public void Damaged_streams_close_their_connection_or_are_read()
    {
        var received = 0;
        using var router = new RouterSocket(
            new IPEndPoint(IPAddress.Loopback, 0),
            (_, _) => Interlocked.Increment(ref received),
            new ZmtpLimits { HandshakeTimeout = TimeSpan.FromSeconds(1), StallTimeout = TimeSpan.FromSeconds(1), MaxMessageBytes = 1 << 20 });
        router.Start();
        var random = new Random(Seed);
        byte[] whole =
        [
            .. ZmtpCodec.Greeting(), .. ZmtpCodec.Ready("DEALER", "fuzz"), .. ZmtpCodec.Command("PING", [0, 1, 2]),
            .. ZmtpCodec.Encode(["a"u8.ToArray(), new byte[300], "b"u8.ToArray()]),
        ];
        for (var i = 0; i < 1000; i++)
        {
            var bytes = whole.ToArray();
            for (var damage = random.Next(0, 4); damage > 0; damage--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            using var peer = new RawPeer(router.EndPoint);
            try
            {
                peer.Send(bytes[..random.Next(1, bytes.Length + 1)]);
            }
            catch (IOException)
            {
                // Already closed by the other side.
            }
        }

        using var healthy = RawPeer.Connect(router.EndPoint, "DEALER", "healthy");
        var before = Volatile.Read(ref received);
        healthy.SendMessage([1]);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref received) > before, TimeSpan.FromSeconds(20)));
    }

    private static void DamageFrames(List<byte[]> frames, Random random)
    {
        if (frames.Count == 0)
        {
            return;
        }

        var index = random.Next(frames.Count);
        switch (random.Next(8))
        {
            case 0:
                frames.RemoveAt(index);
                break;
            case 1:
                frames.Insert(index, frames[random.Next(frames.Count)]);
                break;
            case 2 when frames[index].Length > 0:
                frames[index] = frames[index][..random.Next(frames[index].Length)];
                break;
            case 3 when frames[index].Length > 0:
                var damaged = frames[index].ToArray();
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                frames[index] = damaged;
                break;
            default:
                frames[index] = Encoding.UTF8.GetBytes(DamageText(Encoding.UTF8.GetString(frames[index]), random));
                break;
        }
    }

    private static string DamageText(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        var length = random.Next(Math.Min(20, text.Length - at) + 1);
        return random.Next(4) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, Fragments[random.Next(Fragments.Length)]),
            2 => text.Insert(at, text.Substring(random.Next(text.Length - length + 1), length)),
            _ => text.Remove(at, length).Insert(at, Fragments[random.Next(Fragments.Length)]),
        };
    }

    private const string Notebook = """
        {
         "cells": [
          {"cell_type": "markdown", "id": "a1", "metadata": {}, "source": ["# Titre\n", "texte"]},
          {"cell_type": "code", "execution_count": 2, "id": "b2", "metadata": {"tags": ["parameters"]},
           "outputs": [
            {"name": "stdout", "output_type": "stream", "text": ["1\n", "2"]},
            {"data": {"text/plain": "3", "application/json": {"a": [1, null]}}, "execution_count": 2, "metadata": {}, "output_type": "execute_result"},
            {"ename": "E", "evalue": "v", "output_type": "error", "traceback": ["x"]}
           ],
           "source": "var x = 1;\nx + 2"}
         ],
         "metadata": {"kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"}, "language_info": {"name": "C#"}},
         "nbformat": 4,
         "nbformat_minor": 5
        }
        """;
}
