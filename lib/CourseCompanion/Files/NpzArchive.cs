using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace CourseCompanion.Files;

/// <summary>
/// Reads the arrays of a <c>.npz</c> file (a zip of <c>.npy</c> arrays, as <c>numpy.savez</c> writes it) without trusting it.
/// </summary>
/// <remarks>
/// The sizes that the zip directory, the array's head and the data give must agree before memory is taken; what inflates
/// far more than images do is refused; the zip's own checksum is verified. Entries are keys, never paths: nothing is
/// written to disk, and an entry in a folder is not an array of ours. Pickled objects are never loaded.
/// </remarks>
public sealed class NpzArchive : IDisposable
{
    /// <summary>Arrays of this many bytes or more are refused: no dataset of the course comes near.</summary>
    private const long MaxArrayBytes = 1L << 31;

    /// <summary>Larger entries that inflate more than <see cref="MaxRatio"/> times are taken for a zip bomb.</summary>
    private const long SuspiciousBytes = 64L << 20;
    private const int MaxRatio = 500;

    private const string Refetch = "The file is truncated or damaged: get it again from its source.";
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;

    private NpzArchive(string path, ZipArchive zip, Dictionary<string, ZipArchiveEntry> entries)
    {
        Path = path;
        _zip = zip;
        _entries = entries;
    }

    /// <summary>The file read.</summary>
    public string Path { get; }

    /// <summary>The names of the arrays, in the order of the file.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Opens a file and reads its directory.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <returns>The open archive.</returns>
    /// <exception cref="DataFormatException">The file is no zip archive, or holds one name twice.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static NpzArchive Open(string path)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        try
        {
            ZipArchive zip = new(stream, ZipArchiveMode.Read);
            Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                if (entry.FullName.EndsWith(".npy", StringComparison.Ordinal) && entry.FullName.AsSpan().IndexOfAny('/', '\\') < 0
                    && !entries.TryAdd(entry.FullName[..^4], entry))
                {
                    throw new DataFormatException(path, entry.FullName, "the archive holds this name twice", "The file is damaged or hostile: get it again from its source.");
                }
            }

            return new NpzArchive(path, zip, entries);
        }
        catch (InvalidDataException exception)
        {
            stream.Dispose();
            throw new DataFormatException(path, null, "it is no .npz file (no complete zip archive)", Refetch, exception);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Tells whether the archive has an array of that name.</summary>
    /// <param name="name">A name such as <c>train_images</c>.</param>
    /// <returns>True when it has.</returns>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Reads type and shape of an array, and checks them against the sizes that the archive declares.</summary>
    /// <param name="name">A name such as <c>train_images</c>.</param>
    /// <returns>Type and shape.</returns>
    /// <exception cref="DataFormatException">There is no such array, or its head or its size is wrong.</exception>
    public NpyHeader ReadHeader(string name)
    {
        using Stream stream = OpenArray(name, out NpyHeader header, out _);
        return header;
    }

    /// <summary>Reads an array into memory of the caller, in C order (last index fastest).</summary>
    /// <typeparam name="T">The element type; it must be the array's.</typeparam>
    /// <param name="name">A name such as <c>train_images</c>.</param>
    /// <param name="destination">As long as the array.</param>
    /// <exception cref="DataFormatException">There is no such array, it is of another type or its bytes are wrong.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not as long as the array.</exception>
    public void ReadInto<T>(string name, Span<T> destination)
        where T : unmanaged
    {
        using Stream stream = OpenArray(name, out NpyHeader header, out Crc32 crc);
        if (header.Type != NpyTypes.Of<T>())
        {
            throw new DataFormatException(Path, name, $"its type is {header.Type.Descriptor()}, not {NpyTypes.Of<T>().Descriptor()}", "Convert it, or take the original file.");
        }

        if (destination.Length != header.ElementCount)
        {
            throw new ArgumentException($"'{name}' has {header.ElementCount} elements, the destination has room for {destination.Length}.", nameof(destination));
        }

        if (header.FortranOrder && header.Shape.Count > 1)
        {
            T[] columns = new T[destination.Length];
            ReadBytes(name, stream, MemoryMarshal.AsBytes(columns.AsSpan()), crc);
            ToThisMachine(MemoryMarshal.AsBytes(columns.AsSpan()), header);
            ToRowOrder(columns, destination, header.Shape);
        }
        else
        {
            ReadBytes(name, stream, MemoryMarshal.AsBytes(destination), crc);
            ToThisMachine(MemoryMarshal.AsBytes(destination), header);
        }
    }

    /// <summary>Reads a whole array.</summary>
    /// <typeparam name="T">The element type; it must be the array's.</typeparam>
    /// <param name="name">A name such as <c>train_images</c>.</param>
    /// <returns>Its elements in C order.</returns>
    /// <exception cref="DataFormatException">There is no such array, it is of another type or its bytes are wrong.</exception>
    public T[] Read<T>(string name)
        where T : unmanaged
    {
        T[] values = new T[ReadHeader(name).ElementCount];
        ReadInto<T>(name, values);
        return values;
    }

    /// <summary>Reads an array of whole numbers of any width, such as labels.</summary>
    /// <param name="name">A name such as <c>train_labels</c>.</param>
    /// <returns>Its elements in C order.</returns>
    /// <exception cref="DataFormatException">There is no such array, it is of another kind or its bytes are wrong.</exception>
    public long[] ReadIntegers(string name)
    {
        NpyHeader header = ReadHeader(name);
        return header.Type switch
        {
            NpyType.I8 => Read<long>(name),
            NpyType.I4 => Array.ConvertAll(Read<int>(name), value => (long)value),
            NpyType.U1 => Array.ConvertAll(Read<byte>(name), value => (long)value),
            NpyType.B1 => Array.ConvertAll(Read<bool>(name), value => value ? 1L : 0L),
            NpyType.I1 => Array.ConvertAll(Read<sbyte>(name), value => (long)value),
            NpyType.I2 => Array.ConvertAll(Read<short>(name), value => (long)value),
            NpyType.U2 => Array.ConvertAll(Read<ushort>(name), value => (long)value),
            NpyType.U4 => Array.ConvertAll(Read<uint>(name), value => (long)value),
            NpyType.U8 => Array.ConvertAll(Read<ulong>(name), value => value <= long.MaxValue
                ? (long)value
                : throw new DataFormatException(Path, name, $"it holds {value}, larger than any label", "It is not the file that was expected: take the official one.")),
            _ => throw new DataFormatException(Path, name, $"its type is {header.Type.Descriptor()}, where whole numbers are needed", "Convert it, or take the original file."),
        };
    }

    /// <summary>Reads an array of texts, such as the names of patients.</summary>
    /// <param name="name">A name such as <c>patient</c>.</param>
    /// <returns>Its elements in C order, without the zeros that fill them up.</returns>
    /// <exception cref="DataFormatException">There is no such array, it is of another kind or its bytes are wrong.</exception>
    public string[] ReadTexts(string name)
    {
        using Stream stream = OpenArray(name, out NpyHeader header, out Crc32 crc);
        if (header.Type != NpyType.U)
        {
            throw new DataFormatException(Path, name, $"its type is {header.Type.Descriptor()}, where texts are needed", "Convert it with astype(str), or take the original file.");
        }

        if (header.FortranOrder && header.Shape.Count > 1)
        {
            throw new DataFormatException(Path, name, "its texts lie column by column", "Convert it with numpy.ascontiguousarray.");
        }

        uint[] characters = new uint[header.ElementCount * header.Characters];
        ReadBytes(name, stream, MemoryMarshal.AsBytes(characters.AsSpan()), crc);
        ToThisMachine(MemoryMarshal.AsBytes(characters.AsSpan()), header);
        string[] texts = new string[header.ElementCount];
        for (int index = 0; index < texts.Length; index++)
        {
            ReadOnlySpan<uint> text = characters.AsSpan(index * header.Characters, header.Characters).TrimEnd(0u);
            StringBuilder builder = new(text.Length);
            foreach (uint character in text)
            {
                builder.Append(Rune.IsValid(character)
                    ? new Rune(character).ToString()
                    : throw new DataFormatException(Path, name, $"text {index} holds {character:x8}, which is no character", Refetch));
            }

            texts[index] = builder.ToString();
        }

        return texts;
    }

    /// <inheritdoc/>
    public void Dispose() => _zip.Dispose();

    private Stream OpenArray(string name, out NpyHeader header, out Crc32 crc)
    {
        if (!_entries.TryGetValue(name, out ZipArchiveEntry? entry))
        {
            string? inFolder = _zip.Entries.Select(other => other.FullName)
                .FirstOrDefault(path => path.EndsWith($"/{name}.npy", StringComparison.Ordinal) || path.EndsWith($"\\{name}.npy", StringComparison.Ordinal));
            throw inFolder is null
                ? new DataFormatException(
                    Path, null, $"it has no array '{name}', only: {(_entries.Count == 0 ? "none" : string.Join(", ", _entries.Keys))}", "It is not the file that was expected: take the official one.")
                : new DataFormatException(
                    Path, null, $"its array '{name}' lies in a folder of the archive ('{inFolder}')", "Save the arrays with numpy.savez, or zip them without their folder.");
        }

        if (entry.IsEncrypted)
        {
            throw new DataFormatException(Path, name, "it is encrypted", "Save it without a password.");
        }

        Stream? stream = null;
        try
        {
            crc = new Crc32();
            stream = new ChecksummingStream(entry.Open(), crc);
            (header, int headLength) = NpyHeaderParser.Read(stream, Path, name);
            CheckSize(entry, name, header, headLength);
            return stream;
        }
        catch (InvalidDataException exception)
        {
            stream?.Dispose();
            throw stream is null
                ? new DataFormatException(
                    Path, name, "it is damaged, or compressed by a method that is not read, such as LZMA or bzip2", "Save it with numpy.savez or numpy.savez_compressed, or get it again from its source.", exception)
                : new DataFormatException(Path, name, "it cannot be decompressed", Refetch, exception);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    private void CheckSize(ZipArchiveEntry entry, string name, NpyHeader header, int headLength)
    {
        if (header.ByteCount >= MaxArrayBytes)
        {
            throw new DataFormatException(Path, name, $"its shape {header.ShapeText} takes {header.ByteCount} bytes, the limit is {MaxArrayBytes}", "It is not the file that was expected: take the official one.");
        }

        if (entry.Length != headLength + header.ByteCount)
        {
            throw new DataFormatException(Path, name, $"its shape {header.ShapeText} needs {headLength + header.ByteCount} bytes, the archive declares {entry.Length}", Refetch);
        }

        if (entry.Length > SuspiciousBytes && entry.Length / MaxRatio > entry.CompressedLength)
        {
            throw new DataFormatException(Path, name, $"{entry.CompressedLength} bytes would inflate to {entry.Length}, which images never do", "It looks like a zip bomb: take the official file.");
        }
    }

    private void ReadBytes(string name, Stream stream, Span<byte> destination, Crc32 crc)
    {
        try
        {
            int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            if (read < destination.Length)
            {
                throw new DataFormatException(Path, name, $"its data end after {read} of {destination.Length} bytes", Refetch);
            }

            if (stream.ReadByte() >= 0)
            {
                throw new DataFormatException(Path, name, $"its data go on after the {destination.Length} bytes of its shape", Refetch);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new DataFormatException(Path, name, "it cannot be decompressed", Refetch, exception);
        }

        uint found = crc.GetCurrentHashAsUInt32();
        if (found != _entries[name].Crc32)
        {
            throw new DataFormatException(Path, name, $"its check value is {found:x8}, the archive says {_entries[name].Crc32:x8}", Refetch);
        }
    }

    private static void ToThisMachine(Span<byte> bytes, NpyHeader header)
    {
        if (header.BigEndian == BitConverter.IsLittleEndian)
        {
            switch (header.Type.Size())
            {
                case 2:
                    Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(bytes);
                    BinaryPrimitives.ReverseEndianness(words, words);
                    break;
                case 4:
                    Span<uint> doubleWords = MemoryMarshal.Cast<byte, uint>(bytes);
                    BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                    break;
                case 8:
                    Span<ulong> quadWords = MemoryMarshal.Cast<byte, ulong>(bytes);
                    BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Turns first-index-fastest into last-index-fastest.</summary>
    private static void ToRowOrder<T>(ReadOnlySpan<T> columns, Span<T> rows, IReadOnlyList<long> shape)
    {
        long[] strides = new long[shape.Count];
        long stride = 1;
        for (int dimension = 0; dimension < shape.Count; dimension++)
        {
            strides[dimension] = stride;
            stride *= shape[dimension];
        }

        long[] index = new long[shape.Count];
        long source = 0;
        for (int target = 0; target < rows.Length; target++)
        {
            rows[target] = columns[(int)source];
            for (int dimension = shape.Count - 1; dimension >= 0; dimension--)
            {
                source += strides[dimension];
                if (++index[dimension] < shape[dimension])
                {
                    break;
                }

                source -= strides[dimension] * shape[dimension];
                index[dimension] = 0;
            }
        }
    }

    /// <summary>Feeds every byte that is read through it to a check value.</summary>
    private sealed class ChecksummingStream(Stream inner, Crc32 crc) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            crc.Append(buffer[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
