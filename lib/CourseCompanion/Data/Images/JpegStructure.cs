using System.Buffers.Binary;
using CourseCompanion.Files;

namespace CourseCompanion.Data.Images;

/// <summary>Walks through the segments of a JPEG file (ITU-T T.81) from its start to its end marker, and reads its frame header.</summary>
internal static class JpegStructure
{
    private const byte
        StandAlone = 0x01, HuffmanTables = 0xC4, Reserved = 0xC8, ArithmeticTables = 0xCC,
        FirstRestart = 0xD0, LastRestart = 0xD7, StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, Exif = 0xE1;

    /// <summary>Progressive images come in about ten scans. Each goes over the whole image, however few bytes it has.</summary>
    private const int MaxScans = 100;

    private const string Refetch = "Get it again from its source.";
    private const string SaveAgain = "Save it again as an ordinary JPEG or as PNG.";

    /// <summary>The first bytes of every JPEG file.</summary>
    public static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    /// <inheritdoc cref="ImageHeader.Read"/>
    public static ImageHeader Read(string file, byte[] bytes)
    {
        (int Width, int Height)? size = null;
        int orientation = 1, scans = 0;
        for (int at = 2; ;)
        {
            at = NextMarker(bytes, at);
            byte marker = at < bytes.Length ? bytes[at++] : (byte)0;
            if (marker == EndOfImage)
            {
                // What follows (other images, padding) is not this image.
                return size is null || scans == 0
                    ? throw new DataFormatException(file, null, $"it ends at position {at} without {(size is null ? "a frame header" : "pixels")}", Refetch)
                    : new ImageHeader(size.Value.Width, size.Value.Height, orientation, IsPng: false, new ArraySegment<byte>(bytes, 0, at));
            }

            int length = bytes.Length - at < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
            if (length < 2 || length > bytes.Length - at)
            {
                throw new DataFormatException(file, null, $"it is truncated: its {bytes.Length} bytes lack the end marker FFD9", Refetch);
            }

            ReadOnlySpan<byte> segment = bytes.AsSpan(at + 2, length - 2);
            at += length;
            switch (marker)
            {
                case >= 0xC0 and <= 0xCF and not (HuffmanTables or Reserved or ArithmeticTables):
                    size = size is null
                        ? ReadFrame(file, marker, segment)
                        : throw new DataFormatException(file, null, $"it has a second frame header, at position {at - length}", Refetch);
                    break;
                case Exif when segment.StartsWith("Exif\0\0"u8):
                    orientation = ExifOrientation.Read(segment[6..]);
                    break;
                case StartOfScan when ++scans > MaxScans:
                    throw new DataFormatException(file, null, $"it has more than {MaxScans} scans", SaveAgain);
                case StartOfImage:
                    throw new DataFormatException(file, null, $"a second image starts inside it, at position {at - length}", Refetch);
            }
        }
    }

    /// <summary>The position just behind the next 0xFF that introduces a segment or the end; the length if there is none.</summary>
    private static int NextMarker(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length)
        {
            int found = bytes[at..].IndexOf((byte)0xFF);
            if (found < 0)
            {
                break;
            }

            // 0xFF 0x00 is a byte of pixels, 0xFF 0xFF padding; restart markers stand between pixels.
            at += found + 1;
            if (at < bytes.Length && bytes[at] is not (0x00 or StandAlone or 0xFF or (>= FirstRestart and <= LastRestart)))
            {
                return at;
            }
        }

        return bytes.Length;
    }

    private static (int Width, int Height) ReadFrame(string file, byte marker, ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6)
        {
            throw new DataFormatException(file, null, $"its frame header has {segment.Length} bytes", Refetch);
        }

        (byte bits, byte channels) = (segment[0], segment[5]);
        if (marker > 0xC2 || bits != 8)
        {
            throw new DataFormatException(file, null, $"it is a JPEG of a rare kind (frame {marker:X2}, {bits} bits), which is not read", SaveAgain);
        }

        if (channels is not (1 or 3))
        {
            throw new DataFormatException(
                file, null, $"it has {channels} colour channels{(channels == 4 ? " (CMYK, for printing)" : "")}, where 1 (grey) or 3 are read", "Save it again as RGB.");
        }

        ushort height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        ImageHeader.CheckSize(file, width, height);
        return (width, height);
    }
}
