using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CourseCompanion.Files;

/// <summary>
/// Reads the head of a <c>.npy</c> array (versions 1 to 3 of the format). The head is a Python dictionary written as
/// text; it comes from a stranger, so it is never evaluated: this parser knows three keys, strings, two truth values and
/// tuples of whole numbers, and refuses all else.
/// </summary>
internal ref struct NpyHeaderParser
{
    private const int MaxHeaderLength = 10_000;
    private const int MaxDimensions = 32;
    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];
    private readonly ReadOnlySpan<char> _text;
    private readonly string _file;
    private readonly string _entry;
    private int _position;

    private NpyHeaderParser(ReadOnlySpan<char> text, string file, string entry)
    {
        _text = text;
        _file = file;
        _entry = entry;
    }

    /// <summary>Reads a head from the start of a stream and leaves the stream at the first element.</summary>
    /// <param name="stream">The array.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="entry">The entry in the file, for messages.</param>
    /// <returns>What the head says, and how many bytes it took.</returns>
    /// <exception cref="DataFormatException">It is no <c>.npy</c> head, or one that is not read here.</exception>
    public static (NpyHeader Header, int Length) Read(Stream stream, string file, string entry)
    {
        Span<byte> preamble = stackalloc byte[12];
        ReadExactly(stream, preamble[..8], file, entry);
        if (!preamble[..6].SequenceEqual(Magic))
        {
            throw new DataFormatException(file, entry, "it is no .npy array (the magic bytes are missing)", "Save it with numpy.save or numpy.savez.");
        }

        int major = preamble[6];
        if (major is < 1 or > 3)
        {
            throw new DataFormatException(file, entry, $"version {major}.{preamble[7]} of the .npy format is not known", "Save it with numpy.savez, which writes version 1 to 3.");
        }

        int lengthBytes = major == 1 ? 2 : 4;
        Span<byte> length = preamble.Slice(8, lengthBytes);
        ReadExactly(stream, length, file, entry);
        long headerLength = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(length) : BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (headerLength > MaxHeaderLength)
        {
            throw new DataFormatException(file, entry, $"its head claims {headerLength} bytes, more than {MaxHeaderLength}", "The file is damaged or hostile: get it again from its source.");
        }

        byte[] header = new byte[headerLength];
        ReadExactly(stream, header, file, entry);
        string text = (major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(header);
        return (new NpyHeaderParser(text, file, entry).ParseDictionary(), 8 + lengthBytes + header.Length);
    }

    private NpyHeader ParseDictionary()
    {
        NpyType? type = null;
        bool bigEndian = false;
        int characters = 0;
        bool? fortranOrder = null;
        List<long>? shape = null;
        Expect('{');
        while (!TryTake('}'))
        {
            string key = ParseString();
            Expect(':');
            switch (key)
            {
                case "descr" when type is null:
                    type = ParseType(out bigEndian, out characters);
                    break;
                case "fortran_order" when fortranOrder is null:
                    fortranOrder = ParseTruthValue();
                    break;
                case "shape" when shape is null:
                    shape = ParseShape();
                    break;
                default:
                    throw Wrong($"its head has the unexpected key '{key}'");
            }

            if (!TryTake(','))
            {
                Expect('}');
                break;
            }
        }

        SkipBlanks();
        if (_position != _text.Length)
        {
            throw Wrong("text follows the dictionary of its head");
        }

        NpyHeader result = new(
            type ?? throw Wrong("its head lacks 'descr'"),
            fortranOrder ?? throw Wrong("its head lacks 'fortran_order'"),
            shape ?? throw Wrong("its head lacks 'shape'"),
            bigEndian,
            characters);
        try
        {
            _ = result.ByteCount;
        }
        catch (OverflowException)
        {
            throw Wrong($"its shape {result.ShapeText} is larger than any memory");
        }

        return result;
    }

    private NpyType ParseType(out bool bigEndian, out int characters)
    {
        SkipBlanks();
        if (_position < _text.Length && _text[_position] == '[')
        {
            throw new DataFormatException(_file, _entry, "it is an array of records", $"Save each field as an array of its own, of one of the types {NpyTypes.Supported}.");
        }

        string descriptor = ParseString();
        if (descriptor.Contains('O'))
        {
            throw new DataFormatException(
                _file, _entry, $"its type is '{descriptor}', an array of Python objects, which needs unpickling: that can run any code and is never done", $"Save numbers: one of the types {NpyTypes.Supported}.");
        }

        characters = 0;
        if (NpyTypes.CharactersOf(descriptor, out bigEndian) is { } length)
        {
            characters = length;
            return NpyType.U;
        }

        return NpyTypes.FromDescriptor(descriptor, out bigEndian)
            ?? throw new DataFormatException(_file, _entry, $"its type is '{descriptor}'", $"Convert it to one of {NpyTypes.Supported}.");
    }

    private bool ParseTruthValue()
    {
        SkipBlanks();
        foreach (bool value in (ReadOnlySpan<bool>)[true, false])
        {
            string word = value ? "True" : "False";
            if (_text[_position..].StartsWith(word))
            {
                _position += word.Length;
                return value;
            }
        }

        throw Wrong("its 'fortran_order' is neither True nor False");
    }

    private List<long> ParseShape()
    {
        List<long> shape = [];
        Expect('(');
        while (!TryTake(')'))
        {
            shape.Add(ParseLength());
            if (shape.Count > MaxDimensions)
            {
                throw Wrong($"it has more than {MaxDimensions} dimensions");
            }

            if (!TryTake(','))
            {
                Expect(')');
                break;
            }
        }

        return shape;
    }

    private long ParseLength()
    {
        SkipBlanks();
        int start = _position;
        while (_position < _text.Length && char.IsAsciiDigit(_text[_position]))
        {
            _position++;
        }

        if (!long.TryParse(_text[start.._position], NumberStyles.None, CultureInfo.InvariantCulture, out long length))
        {
            throw Wrong("its shape is no tuple of whole numbers");
        }

        if (_position < _text.Length && _text[_position] == 'L')
        {
            // Python 2 wrote (70L, 28L).
            _position++;
        }

        return length;
    }

    private string ParseString()
    {
        SkipBlanks();
        char quote = _position < _text.Length ? _text[_position] : '\0';
        int length = quote is '\'' or '"' ? _text[(_position + 1)..].IndexOf(quote) : -1;
        if (length < 0 || _text.Slice(_position + 1, length).Contains('\\'))
        {
            throw Wrong("its head is no dictionary of plain strings");
        }

        string value = _text.Slice(_position + 1, length).ToString();
        _position += length + 2;
        return value;
    }

    private void Expect(char expected)
    {
        if (!TryTake(expected))
        {
            throw Wrong($"its head lacks '{expected}' at character {_position}");
        }
    }

    private bool TryTake(char expected)
    {
        SkipBlanks();
        if (_position < _text.Length && _text[_position] == expected)
        {
            _position++;
            return true;
        }

        return false;
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\t' or '\n' or '\r')
        {
            _position++;
        }
    }

    private readonly DataFormatException Wrong(string problem) =>
        new(_file, _entry, problem, "The file is damaged or was not written by numpy.savez: get it again from its source.");

    private static void ReadExactly(Stream stream, Span<byte> buffer, string file, string entry)
    {
        if (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
        {
            throw new DataFormatException(file, entry, "it ends inside its head", "The file is truncated: get it again from its source.");
        }
    }
}
