using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace CourseCompanion.Tests.Data.Images;

/// <summary>Writes PNG files of every kind, right or wrong, chunk by chunk.</summary>
internal static class PngBuilder
{
    public const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    public static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>A whole file.</summary>
    /// <param name="width">Pixels per row, as the header says.</param>
    /// <param name="height">Rows, as the header says.</param>
    /// <param name="colour">The colour type.</param>
    /// <param name="bits">Bits per sample.</param>
    /// <param name="rows">The rows, packed, without filter bytes.</param>
    /// <param name="before">Chunks between header and pixels.</param>
    public static byte[] File(int width, int height, int colour, int bits, byte[] rows, params byte[][] before) =>
        [.. Signature, .. Header(width, height, colour, bits), .. before.SelectMany(chunk => chunk), .. Chunk("IDAT", Compress(Filtered(rows, ((width * bits * Samples(colour)) + 7) / 8))), .. End];

    public static byte[] End { get; } = Chunk("IEND", []);

    public static byte[] Header(int width, int height, int colour, int bits, int interlacing = 0)
    {
        byte[] data = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[12]) = ((byte)bits, (byte)colour, (byte)interlacing);
        return Chunk("IHDR", data);
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Seal(chunk);
        return chunk;
    }

    /// <summary>Makes the check values of all chunks right again, as far as there are whole chunks.</summary>
    public static void SealAll(byte[] file)
    {
        for (int at = 8; at <= file.Length - 12;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (length < 0 || length > file.Length - at - 12)
            {
                break;
            }

            Seal(file.AsSpan(at, length + 12));
            at += length + 12;
        }
    }

    public static byte[] Compress(byte[] data)
    {
        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(data);
        }

        return compressed.ToArray();
    }

    /// <summary>Compressed zeros, of which a file can promise more than memory holds.</summary>
    public static byte[] CompressedZeros(long count)
    {
        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 20];
            for (; count > 0; count -= zeros.Length)
            {
                zlib.Write(zeros, 0, (int)Math.Min(count, zeros.Length));
            }
        }

        return compressed.ToArray();
    }

    /// <summary>Rows with a filter byte in front of each: no filter.</summary>
    public static byte[] Filtered(byte[] rows, int stride) => [.. rows.Chunk(Math.Max(1, stride)).SelectMany(row => (byte[])[0, .. row])];

    public static int Samples(int colour) => colour switch { Rgb => 3, GreyAlpha => 2, Rgba => 4, _ => 1 };

    /// <summary>Exif data that say nothing but how to turn the image.</summary>
    public static byte[] Exif(int orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static void Seal(Span<byte> chunk) =>
        BinaryPrimitives.WriteUInt32BigEndian(chunk[^4..], Crc32.HashToUInt32(chunk[4..^4]));
}
