using System.Buffers.Binary;
using System.IO.Compression;
using CourseCompanion.Data;

namespace CourseCompanion.Imaging;

/// <summary>
/// Writes 8-bit grey and RGB pictures as PNG (W3C recommendation, third edition). Small on purpose: no palette, no interlacing,
/// one filter (each byte minus the byte above it), which suits small photographs well enough.
/// </summary>
public static class PngEncoder
{
    private const byte FilterUp = 2;

    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes one picture.</summary>
    /// <param name="pixels">Bytes in rows from top to bottom, <c>[height, width, channels]</c>, values 0 to 255.</param>
    /// <param name="width">Pixels per row, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <returns>The bytes of a PNG file.</returns>
    /// <exception cref="ArgumentException">The number of bytes is not width x height x channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or there are neither 1 nor 3 channels.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 channel (grey) or 3 (RGB).");
        }

        if (pixels.Length != (long)width * height * channels)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes do not make a picture of {width} x {height} pixels with {channels} channel(s).", nameof(pixels));
        }

        using var file = new MemoryStream();
        file.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits per sample
        header[9] = (byte)(channels == 1 ? 0 : 2); // colour type: grey or RGB; then default compression, filters, no interlacing
        WriteChunk(file, "IHDR"u8, header);

        WriteChunk(file, "IDAT"u8, Compress(pixels, width * channels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Encodes one picture as a <c>data:</c> URI for an HTML image.</summary>
    /// <param name="pixels">Bytes in rows from top to bottom, <c>[height, width, channels]</c>, values 0 to 255.</param>
    /// <param name="width">Pixels per row, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <returns>The URI.</returns>
    /// <exception cref="ArgumentException">The number of bytes is not width x height x channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or there are neither 1 nor 3 channels.</exception>
    public static string ToDataUri(ReadOnlySpan<byte> pixels, int width, int height, int channels) =>
        "data:image/png;base64," + Convert.ToBase64String(Encode(pixels, width, height, channels));

    private static ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> pixels, int stride)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            Span<byte> row = new byte[stride + 1];
            row[0] = FilterUp;
            for (var start = 0; start < pixels.Length; start += stride)
            {
                for (var i = 0; i < stride; i++)
                {
                    var above = start == 0 ? 0 : pixels[start - stride + i];
                    row[i + 1] = (byte)(pixels[start + i] - above);
                }

                zlib.Write(row);
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        var check = new Crc32();
        check.Append(type);
        check.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, check.Value);
        file.Write(number);
    }
}
