using System.Text;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>
/// One argument of an operator. Made by implicit conversion, so that a call reads like the operator's schema; a missing
/// optional argument is <c>default</c> (or a null of its type). Nothing is allocated: the arguments of a call live in
/// the caller's frame, which also keeps the tensors they name alive until the call returns.
/// </summary>
internal readonly unsafe struct Argument
{
    private readonly object? _reference;
    private readonly long _bits;
    private readonly long _secondBits;
    private readonly int _length;
    private readonly ValueTag _tag;

    private Argument(ValueTag tag, long bits, object? reference = null, int length = 0, long secondBits = 0)
    {
        _tag = tag;
        _bits = bits;
        _reference = reference;
        _length = length;
        _secondBits = secondBits;
    }

    public static implicit operator Argument(Tensor? tensor) =>
        tensor is null ? default : new(ValueTag.Tensor, tensor.Handle, tensor);

    public static implicit operator Argument(long value) => new(ValueTag.Int, value);
    public static implicit operator Argument(int value) => new(ValueTag.Int, value);
    public static implicit operator Argument(long? value) => value is { } number ? number : default(Argument);
    public static implicit operator Argument(int? value) => value is { } number ? number : default(Argument);
    public static implicit operator Argument(double value) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Argument(float value) => (double)value;
    public static implicit operator Argument(double? value) => value is { } number ? number : default(Argument);
    public static implicit operator Argument(bool value) => new(ValueTag.Bool, value ? 1 : 0);
    public static implicit operator Argument(bool? value) => value is { } flag ? flag : default(Argument);

    public static implicit operator Argument(Scalar? scalar) =>
        scalar is null ? default : new(scalar.Tag, scalar.Bits);

    public static implicit operator Argument(string? text) => text is null ? default : new(ValueTag.String, 0, text);
    public static implicit operator Argument(ScalarType type) => (long)type;
    public static implicit operator Argument(ScalarType? type) => type is { } known ? (long)known : default(Argument);
    public static implicit operator Argument(MemoryFormat format) => (long)format;
    public static implicit operator Argument(Layout layout) => (long)layout;

    public static implicit operator Argument(Device? device) =>
        device is null ? default : new(ValueTag.Device, device.index, null, (int)device.type);

    public static implicit operator Argument(Generator? generator) =>
        generator is null ? default : new(ValueTag.Generator, generator.Handle, generator);

    public static implicit operator Argument(long[]? values) =>
        values is null ? default : new(ValueTag.IntList, 0, values, values.Length);

    /// <summary>A list of two integers (a kernel size, a stride) that needs no array.</summary>
    public static implicit operator Argument((long, long) pair) => new(ValueTag.IntList, pair.Item1, null, 2, pair.Item2);

    public static implicit operator Argument((long, long)? pair) => pair is { } both ? both : default(Argument);

    public static implicit operator Argument(double[]? values) =>
        values is null ? default : new(ValueTag.DoubleList, 0, values, values.Length);

    public static implicit operator Argument(bool[]? values) =>
        values is null ? default : new(ValueTag.BoolList, 0, values, values.Length);

    public static implicit operator Argument(Tensor[] tensors) =>
        new(ValueTag.TensorList, 0, tensors, tensors.Length);

    /// <summary>A list of one integer that needs no array.</summary>
    public static Argument List(long value) => new(ValueTag.IntList, value, null, 1);

    /// <summary>A list of one integer, or no list.</summary>
    public static Argument ListOrNone(long? value) => value is { } number ? List(number) : default;

    /// <summary>A list of tensors in which some may be missing (the indices of <c>index</c>).</summary>
    public static Argument OptionalTensors(Tensor?[] tensors) =>
        new(ValueTag.OptionalTensorList, 0, tensors, tensors.Length);

    /// <summary>A list of numbers for a parameter of type <c>Scalar[]</c>.</summary>
    public static Argument Scalars(double[] values) => new(ValueTag.ScalarList, 0, values, values.Length);

    /// <summary>How many 8-byte words the argument's list needs during the call.</summary>
    internal int Words => _tag switch
    {
        ValueTag.String => (Encoding.UTF8.GetMaxByteCount(((string)_reference!).Length) + 7) / 8,
        ValueTag.Device => 0,
        _ => _length,
    };

    /// <summary>Writes the argument; lists are copied to <paramref name="words"/>, which the caller keeps in place.</summary>
    internal NativeValue ToNative(long* words)
    {
        var value = new NativeValue { Tag = _tag, Length = _length, Bits = _bits };
        switch (_tag)
        {
            case ValueTag.IntList when _reference is null:
                words[0] = _bits;
                if (_length > 1)
                {
                    words[1] = _secondBits;
                }
                break;
            case ValueTag.IntList:
                ((long[])_reference!).CopyTo(new Span<long>(words, _length));
                break;
            case ValueTag.DoubleList or ValueTag.ScalarList:
                ((double[])_reference!).CopyTo(new Span<double>(words, _length));
                break;
            case ValueTag.BoolList:
                for (var i = 0; i < _length; i++)
                {
                    words[i] = ((bool[])_reference!)[i] ? 1 : 0;
                }
                break;
            case ValueTag.TensorList or ValueTag.OptionalTensorList:
                CopyHandles((Tensor?[])_reference!, words);
                break;
            case ValueTag.String:
                value.Length = Encoding.UTF8.GetBytes((string)_reference!, new Span<byte>(words, Words * 8));
                break;
            default:
                return value;
        }
        value.Bits = (nint)words;
        return value;
    }

    private void CopyHandles(Tensor?[] tensors, long* words)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            words[i] = tensors[i] is { } tensor ? tensor.Handle
                : _tag == ValueTag.OptionalTensorList ? 0
                : throw new ArgumentNullException(nameof(tensors), $"Tensor {i} of the list is null.");
        }
    }
}
