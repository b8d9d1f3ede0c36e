using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using CourseCompanion.Files;

namespace CourseCompanion.Data.Images;

/// <summary>
/// Checks a PNG file (W3C recommendation, third edition) chunk by chunk, and keeps the chunks that make its pixels: texts and
/// colour profiles, which may inflate without bound, never reach the decoder.
/// </summary>
internal static class PngStructure
{
    private const int ChunkOverhead = 12; // length, type, check value
    private const int HeaderLength = 13;

    private const string Refetch = "It is damaged: get it again from its source.";

    /// <summary>The first bytes of every PNG file.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <inheritdoc cref="ImageHeader.Read"/>
    public static ImageHeader Read(string file, byte[] bytes)
    {
        using MemoryStream kept = new(bytes.Length);
        using MemoryStream pixels = new();
        kept.Write(Signature);
        uint width = 0, height = 0;
        long pixelBytes = 0;
        int orientation = 1;
        for (int at = Signature.Length; ;)
        {
            if (bytes.Length - at < ChunkOverhead || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)) > bytes.Length - at - ChunkOverhead)
            {
                throw new DataFormatException(file, null, $"it is truncated: its {bytes.Length} bytes lack the end marker IEND", "Get it again from its source.");
            }

            int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            ReadOnlySpan<byte> chunk = bytes.AsSpan(at, length + ChunkOverhead), type = chunk[4..8], data = chunk[8..^4];
            bool isHeader = type.SequenceEqual("IHDR"u8);
            if (isHeader != (at == Signature.Length))
            {
                throw new DataFormatException(file, null, $"its header IHDR is not its first chunk, or not its only one (position {at})", Refetch);
            }

            bool isPixels = type.SequenceEqual("IDAT"u8), isEnd = type.SequenceEqual("IEND"u8);
            if (isHeader || isPixels || isEnd || type.SequenceEqual("PLTE"u8) || type.SequenceEqual("tRNS"u8))
            {
                CheckSum(file, chunk, at);
                kept.Write(chunk);
            }

            if (isHeader)
            {
                (width, height, pixelBytes) = ReadHeader(file, data);
            }
            else if (isPixels)
            {
                pixels.Write(data);
            }
            else if (type.SequenceEqual("eXIf"u8))
            {
                orientation = ExifOrientation.Read(data);
            }
            else if (isEnd)
            {
                break;
            }

            at += chunk.Length;
        }

        pixels.Position = 0;
        CheckPixels(file, pixels, pixelBytes);
        return new ImageHeader((int)width, (int)height, orientation, IsPng: true, new ArraySegment<byte>(kept.GetBuffer(), 0, (int)kept.Length));
    }

    private static (uint Width, uint Height, long PixelBytes) ReadHeader(string file, ReadOnlySpan<byte> data)
    {
        if (data.Length != HeaderLength)
        {
            throw new DataFormatException(file, "IHDR", $"its length is {data.Length}, not {HeaderLength}", Refetch);
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        (byte bits, byte colour, byte interlacing) = (data[8], data[9], data[12]);
        ImageHeader.CheckSize(file, width, height);

        // Grey; red, green, blue; palette; grey and opacity; red, green, blue and opacity.
        int samples = (colour, bits) switch
        {
            (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) => 1,
            (4, 8 or 16) => 2,
            (2, 8 or 16) => 3,
            (6, 8 or 16) => 4,
            _ => throw new DataFormatException(file, "IHDR", $"there is no PNG of colour type {colour} with {bits} bits", Refetch),
        };

        // The decoder can loop for ever over damaged interlaced pixels.
        return interlacing == 0
            ? (width, height, height * (1 + ((((long)width * samples * bits) + 7) / 8)))
            : throw new DataFormatException(file, "IHDR", $"it is interlaced (method {interlacing}), which is not read", "Save it again without interlacing.");
    }

    private static void CheckSum(string file, ReadOnlySpan<byte> chunk, int at)
    {
        uint found = Crc32.HashToUInt32(chunk[4..^4]), stored = BinaryPrimitives.ReadUInt32BigEndian(chunk[^4..]);
        if (found != stored)
        {
            throw new DataFormatException(file, null, $"the check value of its chunk at position {at} is {found:x8}, the file says {stored:x8}", Refetch);
        }
    }

    /// <summary>Inflates the pixels once to count them: the decoder would leave black what is missing.</summary>
    private static void CheckPixels(string file, Stream compressed, long expected)
    {
        long inflated = 0;
        try
        {
            using ZLibStream zlib = new(compressed, CompressionMode.Decompress);
            Span<byte> buffer = new byte[1 << 14];
            for (int read = 1; read > 0 && inflated <= expected; inflated += read)
            {
                read = zlib.Read(buffer);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new DataFormatException(file, "IDAT", $"its pixels cannot be decompressed after {inflated} of {expected} bytes", Refetch, exception);
        }

        if (inflated != expected)
        {
            throw new DataFormatException(
                file, "IDAT", inflated < expected ? $"its pixels end after {inflated} of {expected} bytes" : $"its pixels go on after {expected} bytes", Refetch);
        }
    }
}
