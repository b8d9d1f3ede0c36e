using System.Globalization;

namespace CourseCompanion.Files;

/// <summary>The element types that are read: numbers of fixed size and texts, never objects. Named as in the file format.</summary>
public enum NpyType
{
    /// <summary><c>|u1</c>, <see cref="byte"/>.</summary>
    U1,

    /// <summary><c>|b1</c>, <see cref="bool"/>.</summary>
    B1,

    /// <summary><c>&lt;i4</c>, <see cref="int"/>.</summary>
    I4,

    /// <summary><c>&lt;i8</c>, <see cref="long"/>.</summary>
    I8,

    /// <summary><c>&lt;f4</c>, <see cref="float"/>.</summary>
    F4,

    /// <summary><c>&lt;f8</c>, <see cref="double"/>.</summary>
    F8,

    /// <summary><c>|i1</c>, <see cref="sbyte"/>.</summary>
    I1,

    /// <summary><c>&lt;i2</c>, <see cref="short"/>.</summary>
    I2,

    /// <summary><c>&lt;u2</c>, <see cref="ushort"/>.</summary>
    U2,

    /// <summary><c>&lt;u4</c>, <see cref="uint"/>.</summary>
    U4,

    /// <summary><c>&lt;u8</c>, <see cref="ulong"/>.</summary>
    U8,

    /// <summary><c>&lt;U21</c> and the like: texts of up to so many characters, each in four bytes.</summary>
    U,
}

/// <summary>What the head of a <c>.npy</c> array says about the bytes that follow.</summary>
/// <param name="Type">The element type.</param>
/// <param name="FortranOrder">True when the first index runs fastest; false, as usual, when the last one does.</param>
/// <param name="Shape">The length of each dimension; empty for a single number.</param>
/// <param name="BigEndian">True when the bytes of a number come in the other order than this machine's, as from <c>dtype="&gt;i8"</c>.</param>
/// <param name="Characters">Of texts (<see cref="NpyType.U"/>): characters that each of them takes, used or not.</param>
public sealed record NpyHeader(NpyType Type, bool FortranOrder, IReadOnlyList<long> Shape, bool BigEndian = false, int Characters = 0)
{
    /// <summary>How many elements follow.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>How many bytes follow.</summary>
    public long ByteCount => checked(ElementCount * (Type == NpyType.U ? 4L * Characters : Type.Size()));

    /// <summary>The shape as one writes it in Python: <c>(7007, 28, 28, 3)</c>.</summary>
    public string ShapeText => Shape.Count == 1 ? $"({Shape[0]},)" : $"({string.Join(", ", Shape)})";
}

/// <summary>How element types are spelt in a file, how long they are and to which C# type they belong.</summary>
internal static class NpyTypes
{
    private static readonly (NpyType Type, string Descriptor, int Size, Type Managed)[] Table =
    [
        (NpyType.U1, "|u1", 1, typeof(byte)),
        (NpyType.B1, "|b1", 1, typeof(bool)),
        (NpyType.I4, "<i4", 4, typeof(int)),
        (NpyType.I8, "<i8", 8, typeof(long)),
        (NpyType.F4, "<f4", 4, typeof(float)),
        (NpyType.F8, "<f8", 8, typeof(double)),
        (NpyType.I1, "|i1", 1, typeof(sbyte)),
        (NpyType.I2, "<i2", 2, typeof(short)),
        (NpyType.U2, "<u2", 2, typeof(ushort)),
        (NpyType.U4, "<u4", 4, typeof(uint)),
        (NpyType.U8, "<u8", 8, typeof(ulong)),
    ];

    private const int MaxCharacters = 1000;

    public static string Supported => string.Join(", ", Table.Select(row => row.Descriptor));

    /// <summary>Bytes of one number; of a text, of one of its characters.</summary>
    public static int Size(this NpyType type) => type == NpyType.U ? 4 : Table[(int)type].Size;

    public static string Descriptor(this NpyType type) => type == NpyType.U ? "<U" : Table[(int)type].Descriptor;

    /// <summary>The type of a descriptor such as <c>&lt;i8</c>, in either order of bytes; null when it is not read.</summary>
    public static NpyType? FromDescriptor(string descriptor, out bool bigEndian)
    {
        int row = Array.FindIndex(Table, candidate => descriptor.Length == 3 && descriptor[0] is '<' or '>' or '|' && candidate.Descriptor.AsSpan(1).SequenceEqual(descriptor.AsSpan(1)));
        bigEndian = row >= 0 && descriptor[0] == '>' && Table[row].Size > 1;
        return row < 0 || (descriptor[0] == '|' && Table[row].Size > 1) ? null : Table[row].Type;
    }

    /// <summary>How many characters texts of a descriptor such as <c>&lt;U21</c> have; null when it is none.</summary>
    public static int? CharactersOf(string descriptor, out bool bigEndian)
    {
        bigEndian = descriptor.StartsWith('>');
        return descriptor.Length > 2 && descriptor[0] is '<' or '>' && descriptor[1] == 'U'
            && int.TryParse(descriptor.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int characters) && characters is > 0 and <= MaxCharacters
                ? characters
                : null;
    }

    public static NpyType Of<T>()
        where T : unmanaged
    {
        int row = Array.FindIndex(Table, candidate => candidate.Managed == typeof(T));
        return row < 0 ? throw new NotSupportedException($"Arrays of {typeof(T).Name} are not read or written.") : Table[row].Type;
    }
}
