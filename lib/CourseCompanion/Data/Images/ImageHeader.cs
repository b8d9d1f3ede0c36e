using CourseCompanion.Files;

namespace CourseCompanion.Data.Images;

/// <summary>What an image file says of itself, read and checked before anything is decoded.</summary>
/// <param name="Width">Pixels per row as stored, before <paramref name="Orientation"/> is applied.</param>
/// <param name="Height">Rows as stored.</param>
/// <param name="Orientation">How to turn the stored pixels, 1 (as they are) to 8, as Exif numbers it.</param>
/// <param name="IsPng">PNG, or else JPEG.</param>
/// <param name="Content">The bytes to hand to the decoder: the file without what pixels do not need.</param>
internal sealed record ImageHeader(int Width, int Height, int Orientation, bool IsPng, ArraySegment<byte> Content)
{
    /// <summary>Larger images are refused: decoding one takes up to ten bytes a pixel.</summary>
    public const int MaxPixels = 25_000_000;

    /// <summary>Larger files are refused.</summary>
    public const int MaxFileBytes = 32 << 20;

    /// <summary>The most that JPEG can say; PNG could say two billions, and one row would take all memory.</summary>
    public const int MaxSide = ushort.MaxValue;

    // How other files start that are found among images, whatever their extension says.
    private static readonly (int At, byte[] Start, string Name)[] Foreign =
    [
        (0, [.. "GIF8"u8], "a GIF file"), (0, [.. "BM"u8], "a BMP file"), (8, [.. "WEBP"u8], "a WebP file"),
        (0, [.. "II*\0"u8], "a TIFF file"), (0, [.. "MM\0*"u8], "a TIFF file"), (128, [.. "DICM"u8], "a DICOM file"),
        (4, [.. "ftyp"u8], "a HEIC or AVIF file"), (0, [.. "%PDF"u8], "a PDF document"), (0, [.. "<"u8], "a web page or SVG drawing"),
    ];

    /// <summary>Reads the header and checks the structure of a whole file.</summary>
    /// <param name="file">Its name, for the message of an error.</param>
    /// <param name="bytes">Its content.</param>
    /// <returns>The header.</returns>
    /// <exception cref="DataFormatException">It is neither JPEG nor PNG, of a kind that is not decoded, too large, or truncated.</exception>
    public static ImageHeader Read(string file, byte[] bytes) =>
        bytes.AsSpan().StartsWith(PngStructure.Signature) ? PngStructure.Read(file, bytes)
        : bytes.AsSpan().StartsWith(JpegStructure.Signature) ? JpegStructure.Read(file, bytes)
        : throw new DataFormatException(file, null, NotAnImage(bytes), "Convert it to PNG or JPEG.");

    /// <summary>Refuses sizes that would take too much memory.</summary>
    public static void CheckSize(string file, uint width, uint height)
    {
        if (width == 0 || height == 0)
        {
            throw new DataFormatException(file, null, $"its header says {width} x {height} pixels", "It is damaged: get it again from its source.");
        }

        if (width > MaxSide || height > MaxSide || (long)width * height > MaxPixels)
        {
            throw new DataFormatException(
                file, null, $"its header says {width} x {height} pixels; the limit is {MaxPixels} in all and {MaxSide} a side", "Reduce it first.");
        }
    }

    private static string NotAnImage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "it is empty";
        }

        foreach ((int at, byte[] start, string name) in Foreign)
        {
            if (bytes.Length >= at && bytes[at..].StartsWith(start))
            {
                return $"it is {name}, neither JPEG nor PNG";
            }
        }

        return $"it is neither JPEG nor PNG: it starts with the bytes {Convert.ToHexString(bytes[..Math.Min(8, bytes.Length)])}";
    }
}
