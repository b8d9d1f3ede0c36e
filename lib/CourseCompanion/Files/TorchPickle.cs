using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>Numbers that lie elsewhere in a file of PyTorch, as its pickle announces them.</summary>
internal sealed record PickledStorage(string Key, ScalarType Type, int ElementSize, long Count);

/// <summary>A tensor as a pickle describes it: nothing of it has been checked.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>
/// Reads the pickle of a file of <c>torch.save</c>. A pickle is a program, and Python's own reader runs whatever it names; this one knows
/// the few instructions that <c>torch.save</c> writes, and seven names, for each of which it does something of its own. It refuses all else.
/// </summary>
/// <remarks>
/// What becomes of a pickle: text is <see cref="string"/>, numbers are <see cref="long"/> (<see cref="Int128"/> beyond), <see cref="double"/> or
/// <see cref="bool"/>, lists <see cref="List{T}"/>, tuples arrays, dictionaries <see cref="Dictionary{TKey, TValue}"/> by text. No value is ever
/// walked through by recursion, nor copied by an instruction: depth costs nothing, and memory is bounded by the pickle's length.
/// </remarks>
internal sealed class TorchPickle
{
    /// <summary>Longest pickle that is read: those of networks with thousands of tensors are ten times shorter.</summary>
    internal const int MaximalLength = 4 << 20;

    private const int MaximalStack = 100_000;
    private const int MaximalNameLength = 100;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Dictionary<string, (ScalarType Type, int Size)> StorageTypes = new(StringComparer.Ordinal)
    {
        ["torch DoubleStorage"] = (ScalarType.Float64, 8),
        ["torch FloatStorage"] = (ScalarType.Float32, 4),
        ["torch HalfStorage"] = (ScalarType.Float16, 2),
        ["torch BFloat16Storage"] = (ScalarType.BFloat16, 2),
        ["torch LongStorage"] = (ScalarType.Int64, 8),
        ["torch IntStorage"] = (ScalarType.Int32, 4),
        ["torch ShortStorage"] = (ScalarType.Int16, 2),
        ["torch CharStorage"] = (ScalarType.Int8, 1),
        ["torch ByteStorage"] = (ScalarType.Byte, 1),
        ["torch BoolStorage"] = (ScalarType.Bool, 1),
    };

    private readonly Stream _stream;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly List<object?> _memo = [];
    private readonly Dictionary<string, PickledStorage> _storages;
    private int _left;

    private TorchPickle(Stream stream, int limit, Dictionary<string, PickledStorage> storages)
    {
        _stream = stream;
        _left = limit;
        _storages = storages;
    }

    /// <summary>What a name in a pickle may stand for: one of the seven functions, or the type of a storage.</summary>
    private sealed record Name(string Text);

    /// <summary>Reads one pickle, and leaves the stream behind it.</summary>
    /// <param name="stream">Where it begins.</param>
    /// <param name="storages">Gets the storages that the pickle announces, by key.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="InvalidDataException">It breaks the format, wants something run, or is too large.</exception>
    /// <exception cref="EndOfStreamException">It is cut.</exception>
    public static object? Read(Stream stream, Dictionary<string, PickledStorage> storages) =>
        new TorchPickle(stream, (int)Math.Min(MaximalLength, stream.Length - stream.Position), storages).Run();

    private object? Run()
    {
        while (true)
        {
            byte instruction = Bytes(1)[0];
            switch (instruction)
            {
                case 0x80:                                              // PROTO
                    if (Bytes(1)[0] is var version and not 2)
                    {
                        throw new InvalidDataException($"its pickle is of version {version}, where torch.save writes version 2");
                    }

                    break;
                case (byte)'.':                                         // STOP
                    object? result = Pop();
                    return _stack.Count == 0 ? result : throw new InvalidDataException("its pickle ends with values left over");
                case (byte)'(':                                         // MARK
                    _marks.Push(_stack.Count);
                    RequireRoom(_marks.Count);
                    break;
                case (byte)'N':                                         // NONE
                    Push(null);
                    break;
                case 0x88:                                              // NEWTRUE
                    Push(true);
                    break;
                case 0x89:                                              // NEWFALSE
                    Push(false);
                    break;
                case (byte)'K':                                         // BININT1
                    Push((long)Bytes(1)[0]);
                    break;
                case (byte)'M':                                         // BININT2
                    Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)));
                    break;
                case (byte)'J':                                         // BININT
                    Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)));
                    break;
                case 0x8A:                                              // LONG1
                    Int128 number = Integer(Bytes(Bytes(1)[0]));
                    Push(number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number);
                    break;
                case (byte)'G':                                         // BINFLOAT
                    Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)));
                    break;
                case (byte)'X':                                         // BINUNICODE
                    Push(Text(Bytes(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))));
                    break;
                case (byte)'T':                                         // BINSTRING, of Python 2
                    Push(Text(Bytes(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))));
                    break;
                case (byte)'U':                                         // SHORT_BINSTRING, of Python 2
                    Push(Text(Bytes(Bytes(1)[0])));
                    break;
                case (byte)')':                                         // EMPTY_TUPLE
                    Push(Array.Empty<object?>());
                    break;
                case 0x85 or 0x86 or 0x87:                              // TUPLE1, TUPLE2, TUPLE3
                    object?[] few = new object?[instruction - 0x84];
                    for (int i = few.Length - 1; i >= 0; i--)
                    {
                        few[i] = Pop();
                    }

                    Push(few);
                    break;
                case (byte)'t':                                         // TUPLE
                    Push(PopToMark());
                    break;
                case (byte)']':                                         // EMPTY_LIST
                    Push(new List<object?>());
                    break;
                case (byte)'a':                                         // APPEND
                    object? element = Pop();
                    Peek<List<object?>>("a list").Add(element);
                    break;
                case (byte)'e':                                         // APPENDS
                    object?[] elements = PopToMark();
                    Peek<List<object?>>("a list").AddRange(elements);
                    break;
                case (byte)'}':                                         // EMPTY_DICT
                    Push(new Dictionary<string, object?>(StringComparer.Ordinal));
                    break;
                case (byte)'s':                                         // SETITEM
                    object? value = Pop();
                    object? key = Pop();
                    Set(Peek<Dictionary<string, object?>>("a dictionary"), key, value);
                    break;
                case (byte)'u':                                         // SETITEMS
                    object?[] items = PopToMark();
                    Fill(Peek<Dictionary<string, object?>>("a dictionary"), items);
                    break;
                case (byte)'q':                                         // BINPUT
                    Remember(Bytes(1)[0]);
                    break;
                case (byte)'r':                                         // LONG_BINPUT
                    Remember(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)));
                    break;
                case (byte)'h':                                         // BINGET
                    Push(Remembered(Bytes(1)[0]));
                    break;
                case (byte)'j':                                         // LONG_BINGET
                    Push(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))));
                    break;
                case (byte)'c':                                         // GLOBAL
                    Push(Known($"{Line()} {Line()}"));
                    break;
                case (byte)'Q':                                         // BINPERSID
                    Push(Storage(Pop()));
                    break;
                case (byte)'R':                                         // REDUCE
                    object? arguments = Pop();
                    object? function = Pop();
                    Push(Call(function, arguments));
                    break;
                case (byte)'b':                                         // BUILD
                    object? state = Pop();
                    RequireHarmless(state);
                    break;
                default:
                    throw new InvalidDataException(
                        $"its pickle has the instruction 0x{instruction:X2}, which torch.save does not write for weights; it is not carried out");
            }
        }
    }

    private static Name Known(string name) =>
        StorageTypes.ContainsKey(name) || name is "collections OrderedDict"
            or "torch._utils _rebuild_tensor" or "torch._utils _rebuild_tensor_v2" or "torch._utils _rebuild_parameter" or "torch.nn.parameter Parameter"
            ? new Name(name)
            : throw new InvalidDataException($"its pickle asks for '{name.Replace(' ', '.')}', which is no part of weights; it is not run");

    private static object Call(object? function, object? arguments) => (function, arguments) switch
    {
        (Name { Text: "collections OrderedDict" }, object?[] { Length: 0 }) => new Dictionary<string, object?>(StringComparer.Ordinal),
        (Name { Text: "collections OrderedDict" }, object?[] and [List<object?> pairs]) => OfPairs(pairs),
        (Name { Text: "torch._utils _rebuild_tensor_v2" }, object?[] and [PickledStorage storage, long offset, object?[] shape, object?[] strides, _, _, ..]) =>
            new PickledTensor(storage, offset, Longs(shape), Longs(strides)),
        (Name { Text: "torch._utils _rebuild_tensor" }, object?[] and [PickledStorage storage, long offset, object?[] shape, object?[] strides]) =>
            new PickledTensor(storage, offset, Longs(shape), Longs(strides)),
        (Name { Text: "torch._utils _rebuild_parameter" or "torch.nn.parameter Parameter" }, object?[] and [PickledTensor tensor, ..]) => tensor,
        (Name name, _) => throw new InvalidDataException($"its pickle calls '{name.Text.Replace(' ', '.')}' with arguments that torch.save does not write"),
        _ => throw new InvalidDataException("its pickle calls something that is no function"),
    };

    // Python 2 wrote an ordered dictionary as a list of lists of two.
    private static Dictionary<string, object?> OfPairs(List<object?> pairs)
    {
        Dictionary<string, object?> dictionary = new(StringComparer.Ordinal);
        foreach (object? pair in pairs)
        {
            if (pair is not List<object?> and not object?[] || ((IList<object?>)pair).Count != 2)
            {
                throw new InvalidDataException("an ordered dictionary of its pickle is not made of pairs");
            }

            var both = (IList<object?>)pair;
            Set(dictionary, both[0], both[1]);
        }

        return dictionary;
    }

    private static long[] Longs(object?[] values) =>
        Array.TrueForAll(values, value => value is long)
            ? Array.ConvertAll(values, value => (long)value!)
            : throw new InvalidDataException("the shape or the strides of a tensor are not whole numbers");

    private static void Fill(Dictionary<string, object?> dictionary, object?[] items)
    {
        if (items.Length % 2 != 0)
        {
            throw new InvalidDataException("a dictionary of its pickle has a key without a value");
        }

        for (int i = 0; i < items.Length; i += 2)
        {
            Set(dictionary, items[i], items[i + 1]);
        }
    }

    private static void Set(Dictionary<string, object?> dictionary, object? key, object? value)
    {
        // Optimisers' states are numbered: as text, since text cannot be chosen such that all keys fall into one bucket.
        string name = key switch
        {
            string text => text,
            long number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new InvalidDataException("a dictionary of its pickle has a key that is no text"),
        };
        if (!dictionary.TryAdd(name, value))
        {
            throw new InvalidDataException($"the name '{name}' appears twice");
        }
    }

    // ('storage', type, key, device, count), and in files before 2018 a sixth: the part of another storage that this one is.
    private PickledStorage Storage(object? announced)
    {
        if (announced is not object?[] { Length: 5 or 6 } parts
            || parts is not ["storage", Name type, string key, string, long count, ..]
            || !StorageTypes.TryGetValue(type.Text, out (ScalarType Type, int Size) known)
            || count < 0)
        {
            throw new InvalidDataException("its pickle announces a storage in a way that torch.save does not");
        }

        if (parts.Length == 6 && parts[5] is not null)
        {
            throw new InvalidDataException($"storage '{key}' is a part of another one, as very old files have it: save it again with a newer PyTorch");
        }

        PickledStorage storage = new(key, known.Type, known.Size, count);
        if (!_storages.TryAdd(key, storage) && _storages[key] != storage)
        {
            throw new InvalidDataException($"storage '{key}' is announced twice, differently");
        }

        return storage;
    }

    // What objects are told after they were made: that a dictionary has versions, that a parameter wants a gradient. Of no use here.
    private void RequireHarmless(object? state)
    {
        if (_stack.Count == 0 || (_stack[^1], state) is not ((Dictionary<string, object?>, Dictionary<string, object?>) or (PickledTensor, object?[])))
        {
            throw new InvalidDataException("its pickle changes an object in a way that torch.save does not");
        }
    }

    private void Remember(uint index)
    {
        // Python numbers what it remembers without gaps.
        object? value = _stack.Count > 0 ? _stack[^1] : throw new InvalidDataException("its pickle remembers a value where there is none");
        if (index < _memo.Count)
        {
            _memo[(int)index] = value;
        }
        else if (index == _memo.Count)
        {
            _memo.Add(value);
        }
        else
        {
            throw new InvalidDataException($"its pickle remembers value {index} after {_memo.Count}");
        }
    }

    private object? Remembered(uint index) =>
        index < _memo.Count ? _memo[(int)index] : throw new InvalidDataException($"its pickle refers to value {index} of {_memo.Count}");

    private void Push(object? value)
    {
        _stack.Add(value);
        RequireRoom(_stack.Count);
    }

    private static void RequireRoom(int count)
    {
        if (count > MaximalStack)
        {
            throw new InvalidDataException($"its pickle is nested too deeply (more than {MaximalStack} open values)");
        }
    }

    private object? Pop()
    {
        if (_stack.Count <= (_marks.TryPeek(out int mark) ? mark : 0))
        {
            throw new InvalidDataException("its pickle takes a value where there is none");
        }

        object? value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopToMark()
    {
        if (!_marks.TryPop(out int mark))
        {
            throw new InvalidDataException("its pickle takes values where none were marked");
        }

        object?[] values = [.. _stack[mark..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private T Peek<T>(string wanted) =>
        _stack.Count > 0 && _stack[^1] is T value ? value : throw new InvalidDataException($"its pickle needs {wanted} where there is none");

    private byte[] Bytes(uint count)
    {
        if (count > _left)
        {
            throw new InvalidDataException(
                _stream.Length - _stream.Position < count ? "its pickle is cut" : $"its pickle is longer than {MaximalLength} bytes");
        }

        byte[] bytes = new byte[count];
        _stream.ReadExactly(bytes);
        _left -= bytes.Length;
        return bytes;
    }

    private string Line()
    {
        StringBuilder line = new();
        while (Bytes(1)[0] is var letter and not (byte)'\n')
        {
            if (letter is < 0x20 or > 0x7E || line.Length == MaximalNameLength)
            {
                throw new InvalidDataException("its pickle asks for something whose name is no name");
            }

            line.Append((char)letter);
        }

        return line.ToString();
    }

    private static string Text(byte[] bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException("its pickle holds a text that is not valid Unicode", exception);
        }
    }

    private static Int128 Integer(byte[] bytes)
    {
        if (bytes.Length > 16)
        {
            throw new InvalidDataException($"its pickle holds a whole number of {bytes.Length} bytes");
        }

        Int128 number = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            number = (number << 8) | bytes[i];
        }

        return number;
    }
}
