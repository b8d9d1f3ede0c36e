using System.Buffers.Binary;
using System.Diagnostics;
using CourseCompanion.Data.Images;
using CourseCompanion.Files;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace CourseCompanion.Tests.Data.Images;

/// <summary>
/// What someone could send who wants a decoder to crash, to hang or to take all memory. Runs in a child process, which
/// <see cref="HostileImageTests"/> watches: anything but an image or a <see cref="DataFormatException"/> ends it.
/// </summary>
internal static class HostileImages
{
    public const string Command = "hostile-images";
    public const int Mutants = 10_000;

    private static int _read, _refused;
    private static long _slowest;
    private static string _slowestName = "";

    /// <summary>Decodes them all and prints <c>read refused milliseconds-of-the-slowest its-name</c>.</summary>
    public static int Run()
    {
        byte[][] seeds = [.. Seeds()];
        Parallel.For(0, Mutants, index =>
        {
            Random random = new(index);
            byte[] mutant = Mutate(seeds[index % seeds.Length], random);
            try
            {
                Try($"mutant {index}", mutant);
            }
            catch
            {
                Console.Error.WriteLine($"mutant {index}: {Convert.ToBase64String(mutant)}");
                throw;
            }
        });
        foreach ((string name, Func<byte[]> bomb) in Bombs())
        {
            Try(name, bomb());
        }

        Console.WriteLine($"{_read} {_refused} {_slowest} {_slowestName}");
        return 0;
    }

    private static void Try(string name, byte[] bytes)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            using Image<Rgba32> image = ImageCodec.Decode(name, bytes, (8, 8));
            ImageCodec.CopyPlanes(image, new byte[3 * 8 * 8]);
            Interlocked.Increment(ref _read);
        }
        catch (DataFormatException)
        {
            Interlocked.Increment(ref _refused);
        }

        lock (Command)
        {
            long milliseconds = (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            (_slowest, _slowestName) = milliseconds > _slowest ? (milliseconds, name) : (_slowest, _slowestName);
        }
    }

    private static IEnumerable<byte[]> Seeds()
    {
        yield return SampleJpegs.Colour;
        yield return SampleJpegs.Progressive;
        yield return SampleJpegs.Restarts;
        yield return SampleJpegs.Grey;
        yield return SampleJpegs.With(SampleJpegs.Colour, 0xE1, [.. "Exif\0\0"u8, .. PngBuilder.Exif(6)]);
        Random random = new(1);
        foreach ((int colour, int bits) in ((int, int)[])[(0, 1), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 2), (3, 8), (4, 8), (6, 8), (6, 16)])
        {
            const int side = 17;
            int stride = ((side * bits * PngBuilder.Samples(colour)) + 7) / 8;
            byte[] rows = new byte[side * (stride + 1)];
            random.NextBytes(rows);
            for (int row = 0; row < side; row++)
            {
                rows[row * (stride + 1)] = (byte)(row % 5); // every filter
            }

            yield return
            [
                .. PngBuilder.Signature, .. PngBuilder.Header(side, side, colour, bits), .. PngBuilder.Chunk("PLTE", rows[..(3 << Math.Min(bits, 4))]),
                .. PngBuilder.Chunk("tRNS", rows[..(colour == 0 ? 2 : colour == 2 ? 6 : 3)]), .. PngBuilder.Chunk("eXIf", PngBuilder.Exif(5)),
                .. PngBuilder.Chunk("IDAT", PngBuilder.Compress(rows)), .. PngBuilder.End,
            ];
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int change = random.Next(1, 6); change > 0; change--)
        {
            int at = random.Next(bytes.Count), length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)0xFF;
                    break;
                case 3 when bytes.Count > length + 16:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 5:
                    at = random.Next(Math.Min(64, bytes.Count)); // headers decide most
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes[at] += (byte)random.Next(-2, 3);
                    break;
            }
        }

        byte[] mutant = [.. bytes];
        if (mutant.AsSpan().StartsWith(PngBuilder.Signature) && random.Next(4) > 0)
        {
            Recompress(ref mutant, random);
            PngBuilder.SealAll(mutant);
        }

        return mutant;
    }

    /// <summary>Replaces the pixels by damaged ones in a sound zlib stream, half of the time: damage to the stream itself never gets past its check value.</summary>
    private static void Recompress(ref byte[] png, Random random)
    {
        int at = png.AsSpan().IndexOf("IDAT"u8) - 4;
        if (at < 0 || random.Next(2) == 0)
        {
            return;
        }

        int width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        long size = (long)height * (1 + ((((long)width * png[24] * PngBuilder.Samples(png[25])) + 7) / 8));
        if (size is <= 0 or > 1 << 20)
        {
            return;
        }

        byte[] rows = new byte[size];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = (byte)random.Next(random.Next(50) == 0 ? 256 : 5);
        }

        png = [.. png[..at], .. PngBuilder.Chunk("IDAT", PngBuilder.Compress(rows)), .. PngBuilder.End];
    }

    private static IEnumerable<(string Name, Func<byte[]> Bytes)> Bombs()
    {
        foreach ((int width, int height) in ((int, int)[])[(30_000, 30_000), (int.MaxValue, 1), (1, int.MaxValue), (25_000_000, 1), (1, 25_000_000), (65_535, 381), (381, 65_535), (5_000, 5_000)])
        {
            yield return ($"PNG header {width} x {height}", () => Png(PngBuilder.Header(width, height, PngBuilder.Rgba, 16), PngBuilder.Chunk("IDAT", PngBuilder.Compress([0]))));
        }

        // As large as is read: no bomb, but what the limits must hold.
        yield return ("largest PNG", () => Png(PngBuilder.Header(65_280, 382, PngBuilder.Rgba, 16), PngBuilder.Chunk("IDAT", PngBuilder.CompressedZeros(382L * ((8 * 65_280) + 1)))));
        foreach (string type in (string[])["zTXt", "iTXt", "iCCP"])
        {
            yield return ($"{type} of 500 MB", () => Png(
                PngBuilder.Header(1, 1, PngBuilder.Grey, 8),
                PngBuilder.Chunk(type, [.. "a\0"u8, .. type == "iTXt" ? [1, 0, 0, 0] : (byte[])[0], .. PngBuilder.CompressedZeros(500L << 20)]),
                PngBuilder.Chunk("IDAT", PngBuilder.Compress([0, 5]))));
        }

        yield return ("IDAT of 500 MB for one pixel", () => Png(PngBuilder.Header(1, 1, PngBuilder.Grey, 8), PngBuilder.Chunk("IDAT", PngBuilder.CompressedZeros(500L << 20))));
        yield return ("a million empty IDAT", () => Png(PngBuilder.Header(1, 1, PngBuilder.Grey, 8), [.. Enumerable.Repeat(PngBuilder.Chunk("IDAT", []), 1_000_000).SelectMany(chunk => chunk)]));

        foreach ((byte[] seed, string kind) in ((byte[], string)[])[(SampleJpegs.Colour, "baseline"), (SampleJpegs.Progressive, "progressive")])
        {
            foreach ((ushort width, ushort height) in ((ushort, ushort)[])[(65_535, 65_535), (65_535, 381), (381, 65_535), (5_000, 5_000)])
            {
                yield return ($"{kind} JPEG header {width} x {height}", () => Resized(seed, width, height));
            }
        }

        yield return ("JPEG of 100 scans over 25 Mpx", () => Scans(100));
        yield return ("JPEG of a million scans over 25 Mpx", () => Scans(1_000_000));
        yield return ("JPEG of 100,000 tables", () => Tables(100_000));
    }

    private static byte[] Png(params byte[][] chunks) => [.. PngBuilder.Signature, .. chunks.SelectMany(chunk => chunk), .. PngBuilder.End];

    private static byte[] Resized(byte[] jpeg, ushort width, ushort height)
    {
        byte[] resized = [.. jpeg];
        int frame = SampleJpegs.FrameOf(resized);
        BinaryPrimitives.WriteUInt16BigEndian(resized.AsSpan(frame + 5), height);
        BinaryPrimitives.WriteUInt16BigEndian(resized.AsSpan(frame + 7), width);
        return resized;
    }

    /// <summary>An image whose first table (of quantisation) comes again and again.</summary>
    private static byte[] Tables(int count)
    {
        byte[] jpeg = SampleJpegs.Colour;
        int first = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xDB]), length = 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(first + 2));
        byte[] table = jpeg[first..(first + length)];
        return [.. jpeg[..first], .. Enumerable.Repeat(table, count).SelectMany(bytes => bytes), .. jpeg[first..]];
    }

    /// <summary>A progressive image whose first scan comes again and again: a few bytes each, and a walk over all pixels.</summary>
    private static byte[] Scans(int count)
    {
        byte[] jpeg = Resized(SampleJpegs.Progressive, 5_000, 5_000);
        int first = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xDA]), length = 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(first + 2));
        byte[] scan = jpeg[first..(first + length)];
        int present = 0;
        for (int i = 0; i < jpeg.Length - 1; i++)
        {
            present += jpeg[i] == 0xFF && jpeg[i + 1] == 0xDA ? 1 : 0;
        }

        return [.. jpeg[..^2], .. Enumerable.Repeat(scan, count - present).SelectMany(bytes => bytes), .. jpeg[^2..]];
    }
}
