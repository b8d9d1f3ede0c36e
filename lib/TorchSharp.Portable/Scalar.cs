using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>A number handed to an operator: integer, floating point or Boolean. It holds nothing native.</summary>
public sealed class Scalar : IDisposable
{
    internal Scalar(ValueTag tag, long bits)
    {
        Tag = tag;
        Bits = bits;
    }

    internal ValueTag Tag { get; }

    internal long Bits { get; }

    public torch.ScalarType Type => Tag switch
    {
        ValueTag.Bool => torch.ScalarType.Bool,
        ValueTag.Int => torch.ScalarType.Int64,
        _ => torch.ScalarType.Float64,
    };

    internal double AsDouble => Tag == ValueTag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    internal long AsLong => Tag == ValueTag.Double ? (long)BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static implicit operator Scalar(byte value) => value.ToScalar();
    public static implicit operator Scalar(sbyte value) => value.ToScalar();
    public static implicit operator Scalar(short value) => value.ToScalar();
    public static implicit operator Scalar(int value) => value.ToScalar();
    public static implicit operator Scalar(long value) => value.ToScalar();
    public static implicit operator Scalar(float value) => value.ToScalar();
    public static implicit operator Scalar(double value) => value.ToScalar();
    public static implicit operator Scalar(bool value) => value.ToScalar();

    public void Dispose()
    {
        // TorchSharp's scalars own native memory and are disposed of; these have none.
    }

    public override string ToString() => Tag switch
    {
        ValueTag.Bool => Bits != 0 ? "True" : "False",
        ValueTag.Int => Bits.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => AsDouble.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => new(ValueTag.Int, value);
    public static Scalar ToScalar(this sbyte value) => new(ValueTag.Int, value);
    public static Scalar ToScalar(this short value) => new(ValueTag.Int, value);
    public static Scalar ToScalar(this int value) => new(ValueTag.Int, value);
    public static Scalar ToScalar(this long value) => new(ValueTag.Int, value);
    public static Scalar ToScalar(this float value) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(value));
    public static Scalar ToScalar(this double value) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(value));
    public static Scalar ToScalar(this bool value) => new(ValueTag.Bool, value ? 1 : 0);

    public static float ToSingle(this Scalar value) => (float)Checked(value).AsDouble;
    public static double ToDouble(this Scalar value) => Checked(value).AsDouble;
    public static sbyte ToSByte(this Scalar value) => (sbyte)Checked(value).AsLong;
    public static byte ToByte(this Scalar value) => (byte)Checked(value).AsLong;
    public static short ToInt16(this Scalar value) => (short)Checked(value).AsLong;
    public static int ToInt32(this Scalar value) => (int)Checked(value).AsLong;
    public static long ToInt64(this Scalar value) => Checked(value).AsLong;
    public static bool ToBoolean(this Scalar value) => Checked(value).AsDouble != 0;

    private static Scalar Checked(Scalar value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
