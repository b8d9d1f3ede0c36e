namespace CourseCompanion.Data;

/// <summary>The cyclic redundancy check of zip archives (polynomial 0xEDB88320), fed piece by piece.</summary>
internal sealed class Crc32
{
    private static readonly uint[] Table = BuildTable();
    private uint _state = uint.MaxValue;

    /// <summary>The check value of everything fed so far.</summary>
    public uint Value => ~_state;

    /// <summary>Feeds the next bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        foreach (byte value in bytes)
        {
            state = Table[(byte)(state ^ value)] ^ (state >> 8);
        }

        _state = state;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < 256; index++)
        {
            uint value = index;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value >> 1) ^ ((value & 1) == 0 ? 0 : 0xEDB88320);
            }

            table[index] = value;
        }

        return table;
    }
}
