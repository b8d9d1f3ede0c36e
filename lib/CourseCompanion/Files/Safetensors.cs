using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>
/// Saves and loads weights as safetensors, the format that most libraries read: a JSON header and raw numbers, no code
/// that a file could run. What one reads comes from anywhere, so everything is checked before it is used.
/// </summary>
public static class Safetensors
{
    private const int LengthBytes = sizeof(ulong);
    private const int Alignment = 8;
    private const long MaximalHeaderLength = 100_000_000;  // the format's own limit

    /// <summary>Saves the parameters and persistent buffers of a module.</summary>
    /// <param name="path">The file, replaced if it exists, but only once the new one is complete.</param>
    /// <param name="module">The module, on any device.</param>
    /// <param name="metadata">Free text kept in the header: provenance, class names.</param>
    /// <exception cref="IOException">The disk is full or read-only; nothing is left half-written.</exception>
    public static void Save(string path, nn.Module module, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        Save(path, module.state_dict(), metadata);
    }

    /// <summary>Saves named tensors.</summary>
    /// <param name="path">The file, replaced if it exists, but only once the new one is complete.</param>
    /// <param name="tensors">Tensors by name, on any device, of at most 2 GiB each.</param>
    /// <param name="metadata">Free text kept in the header: provenance, class names.</param>
    /// <exception cref="ArgumentException">A tensor is of a type that the format has no name for, or has a reserved name.</exception>
    /// <exception cref="IOException">The disk is full or read-only; nothing is left half-written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        // Wide elements first, so that all are aligned; then by name, so that equal weights give equal files.
        var ordered = tensors.OrderByDescending(entry => entry.Value.ElementSize).ThenBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var header = WriteHeader(ordered, metadata);

        using var file = new AtomicFile(path);
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        file.Stream.Write(length);
        file.Stream.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            Write(file.Stream, tensor);
        }

        file.Commit();
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors, on the CPU, and the metadata. Dispose of it when the tensors have been used.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks the format; the message names the file and the tensor.</exception>
    public static SafetensorsFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            var header = ReadHeader(stream, out var dataStart);
            foreach (var entry in header.Entries.OrderBy(entry => entry.Begin))
            {
                stream.Position = dataStart + entry.Begin;
                tensors.Add(entry.Name, Read(stream, entry));
            }
            return new SafetensorsFile(path, header.Metadata, tensors);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
            throw new InvalidDataException(
                $"'{path}' is not a usable safetensors file: {exception.Message}. Fetch or save the file again.", exception);
        }
    }

    /// <summary>Copies the tensors of a file into the parameters and buffers of a module.</summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="path">The file.</param>
    /// <param name="strict">Whether the file must hold exactly the module's names; shapes must agree in any case.</param>
    /// <returns>The file's metadata.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks the format, or holds another model's weights. The module is unchanged.</exception>
    public static IReadOnlyDictionary<string, string> LoadInto(nn.Module module, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var file = Load(path);
        var report = WeightImport.Compare(module, file.Tensors);
        report.ThrowUnless(report.Misshapen.Count == 0 && (!strict || report.IsComplete), module, path);
        WeightImport.Into(module, file.Tensors, path, strict: false);
        return file.Metadata;
    }

    private static byte[] WriteHeader(List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (name, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(name, text);
                }
                writer.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                WriteEntry(writer, name, tensor, ref offset);
            }
            writer.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }
        return buffer.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter writer, string name, Tensor tensor, ref long offset)
    {
        if (name == SafetensorsHeader.MetadataName)
        {
            throw new ArgumentException($"A tensor cannot be called '{name}': safetensors keeps its metadata there.");
        }
        var type = SafetensorsHeader.NameOf(tensor.dtype)
            ?? throw new ArgumentException($"Tensor '{name}' is {tensor.dtype}, for which safetensors has no name. Convert it first.");
        var bytes = tensor.NumberOfElements * tensor.ElementSize;
        if (bytes > int.MaxValue)
        {
            throw new ArgumentException($"Tensor '{name}' has {bytes} bytes; at most {int.MaxValue} can be saved. Split it first.");
        }
        writer.WriteStartObject(name);
        writer.WriteString("dtype", type);
        writer.WriteStartArray("shape");
        foreach (var size in tensor.shape)
        {
            writer.WriteNumberValue(size);
        }
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(offset);
        writer.WriteNumberValue(offset + bytes);
        writer.WriteEndArray();
        writer.WriteEndObject();
        offset += bytes;
    }

    private static void Write(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            stream.Write(tensor.detach().cpu().contiguous().bytes);
        }
    }

    private static SafetensorsHeader ReadHeader(FileStream stream, out long dataStart)
    {
        if (stream.Length < LengthBytes)
        {
            throw new InvalidDataException($"it has only {stream.Length} bytes");
        }
        Span<byte> lengthField = stackalloc byte[LengthBytes];
        stream.ReadExactly(lengthField);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthField);
        if (length > MaximalHeaderLength || (long)length > stream.Length - LengthBytes)
        {
            throw new InvalidDataException($"it announces a header of {length} bytes but has {stream.Length} bytes in all");
        }
        var json = new byte[length];
        stream.ReadExactly(json);
        dataStart = LengthBytes + (long)length;
        return SafetensorsHeader.Parse(json, stream.Length - dataStart);
    }

    private static Tensor Read(FileStream stream, SafetensorsEntry entry)
    {
        if (entry.End - entry.Begin > int.MaxValue)
        {
            throw new InvalidDataException($"tensor '{entry.Name}' is larger than 2 GiB, which is not supported");
        }
        var tensor = empty(entry.Shape, entry.Type).DetachFromDisposeScope();
        try
        {
            if (entry.End > entry.Begin)
            {
                var bytes = tensor.bytes;
                stream.ReadExactly(bytes);
                if (entry.Type == ScalarType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                {
                    throw new InvalidDataException($"tensor '{entry.Name}' holds truth values other than 0 and 1");
                }
            }
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }
}
