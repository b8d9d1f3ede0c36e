using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using CourseCompanion.Files;

namespace CourseCompanion.Tests.Files;

/// <summary>
/// Writes arrays into a <c>.npz</c> file that <c>numpy.load</c> reads. The file appears under its name only when
/// <see cref="Commit"/> is called: before, and after any failure, there is nothing half-written.
/// </summary>
internal sealed class NpzWriter : IDisposable
{
    private readonly AtomicFile _file;
    private ZipArchive? _zip;

    /// <summary>Starts a file.</summary>
    /// <param name="path">The file to write; an existing one is replaced by <see cref="Commit"/>.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public NpzWriter(string path)
    {
        _file = new AtomicFile(path);
        _zip = new ZipArchive(_file.Stream, ZipArchiveMode.Create, leaveOpen: true);
    }

    /// <summary>Adds an array.</summary>
    /// <typeparam name="T">The element type: <see cref="byte"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="name">Its name, such as <c>train_images</c>.</param>
    /// <param name="values">Its elements in C order (last index fastest).</param>
    /// <param name="shape">The length of each dimension.</param>
    /// <exception cref="ArgumentException">The shape does not have as many elements as <paramref name="values"/>.</exception>
    public void Add<T>(string name, ReadOnlySpan<T> values, params long[] shape)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_zip is null, this);
        NpyHeader header = new(NpyTypes.Of<T>(), FortranOrder: false, shape);
        if (header.ElementCount != values.Length)
        {
            throw new ArgumentException($"Shape {header.ShapeText} has {header.ElementCount} elements, but {values.Length} were given.", nameof(shape));
        }

        using Stream stream = _zip.CreateEntry(name + ".npy", CompressionLevel.Fastest).Open();
        stream.Write(EncodeHeader(header));
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Finishes the file and gives it its name.</summary>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_zip is null, this);
        _zip.Dispose();
        _zip = null;
        _file.Commit();
    }

    /// <summary>Discards what was not committed.</summary>
    public void Dispose()
    {
        _zip?.Dispose();
        _zip = null;
        _file.Dispose();
    }

    /// <summary>Version 1 of the format: magic, length, dictionary, blanks up to a multiple of 64 bytes, a line feed.</summary>
    private static byte[] EncodeHeader(NpyHeader header)
    {
        string text = $"{{'descr': '{header.Type.Descriptor()}', 'fortran_order': False, 'shape': {header.ShapeText}, }}";
        int padded = ((10 + text.Length + 1 + 63) / 64 * 64) - 10;
        byte[] bytes = new byte[10 + padded];
        ((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]).CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)padded);
        Encoding.ASCII.GetBytes(text.PadRight(padded - 1) + "\n", bytes.AsSpan(10));
        return bytes;
    }
}
