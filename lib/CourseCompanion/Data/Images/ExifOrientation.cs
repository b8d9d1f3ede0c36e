using System.Buffers.Binary;

namespace CourseCompanion.Data.Images;

/// <summary>Finds in Exif data (a TIFF structure) how the camera was held; the rest of them is never parsed.</summary>
internal static class ExifOrientation
{
    private const int EntryLength = 12;
    private const ushort Tag = 0x0112;

    /// <summary>Reads the orientation.</summary>
    /// <param name="tiff">Exif data from their byte-order mark on.</param>
    /// <returns>1 to 8; 1, pixels as they are stored, where the data do not say or are damaged.</returns>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)))
        {
            return 1;
        }

        bool little = tiff[0] == 'I';
        uint start = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (start > tiff.Length - 2)
        {
            return 1;
        }

        int count = Number(tiff, (int)start, little);
        for (int at = (int)start + 2; count > 0 && at <= tiff.Length - EntryLength; count--, at += EntryLength)
        {
            if (Number(tiff, at, little) == Tag)
            {
                return Number(tiff, at + 8, little) is >= 1 and <= 8 and int orientation ? orientation : 1;
            }
        }

        return 1;
    }

    private static int Number(ReadOnlySpan<byte> tiff, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]);
}
