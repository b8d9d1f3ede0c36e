using System.Globalization;
using System.Numerics;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>
/// Numbers in displays. Plain text is what C# would read back (invariant culture); tables are for reading and use the
/// French decimal comma, without depending on the machine's locale data.
/// </summary>
internal static class Numbers
{
    private static readonly NumberFormatInfo French = new()
    {
        NumberDecimalSeparator = ",",
        NumberGroupSeparator = "\u202F",
        PositiveInfinitySymbol = "∞",
        NegativeInfinitySymbol = "-∞",
        NaNSymbol = "NaN",
    };

    internal static bool IsNumber(object value) => value
        is sbyte or byte or short or ushort or int or uint or long or ulong or nint or nuint
        or Int128 or UInt128 or BigInteger or Half or float or double or decimal;

    /// <summary>As C# writes it.</summary>
    internal static string Plain(object number) => ((IFormattable)number).ToString(null, CultureInfo.InvariantCulture);

    /// <summary>For a table: decimal comma, six significant digits. Integers are not grouped (they may be years or ids).</summary>
    internal static string InTable(object number) => number switch
    {
        Half or float or double => ((IFormattable)number).ToString("G6", French),
        _ => ((IFormattable)number).ToString(null, French),
    };
}
