using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>
/// The weights in a file of PyTorch (<c>torch.save(model.state_dict(), "model.pth")</c>), of today's format, a zip archive, or of the one
/// before version 1.6. Such a file holds a program; none of it is run (<see cref="TorchPickle"/>), and sizes are checked before memory is taken.
/// </summary>
/// <remarks>
/// TorchSharp.PyBridge 1.4.4 runs nothing either, but refuses the older format (some of torchvision's files are of it), bounds neither pickle nor
/// memory, and throws exceptions of six kinds that name no file: hence this reader.
/// </remarks>
public sealed class TorchFile : WeightFile
{
    private const int MaximalRank = 32;
    private const int LegacyVersion = 1001;

    // Weights tied to each other share a storage; a small file must still not become large tensors.
    private const int MaximalShares = 4;

    private static readonly Int128 LegacyMagic = new(0x1950, 0xA86A20F9469CFC6C);

    private TorchFile(string path, IReadOnlyDictionary<string, Tensor> tensors)
        : base(path, new Dictionary<string, string>(), tensors)
    {
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file. Where it is a checkpoint, a dictionary with an entry <c>state_dict</c>, the tensors are those of that entry.</param>
    /// <returns>The tensors, on the CPU. Dispose of it when they have been used.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks the format, or holds more than tensors; the message names the file and what is wrong.</exception>
    public static new TorchFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        try
        {
            Read(stream, tensors);
            return new TorchFile(path, tensors);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            string reason = exception is EndOfStreamException ? "it is cut" : exception.Message.TrimEnd('.');
            throw new InvalidDataException($"'{path}' is not a usable file of PyTorch weights: {reason}. Fetch the file again, or save a state_dict.", exception);
        }
    }

    private static void Read(FileStream stream, Dictionary<string, Tensor> tensors)
    {
        Span<byte> first = stackalloc byte[2];
        stream.ReadExactly(first);
        stream.Position = 0;
        if (first.SequenceEqual("PK"u8))
        {
            ReadZip(stream, tensors);
        }
        else if (first[0] == 0x80)
        {
            ReadLegacy(stream, tensors);
        }
        else
        {
            throw new InvalidDataException("it does not begin as torch.save begins");
        }
    }

    private static void ReadZip(FileStream stream, Dictionary<string, Tensor> tensors)
    {
        using ZipArchive zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
        Dictionary<string, ZipArchiveEntry> entries = Entries(zip, stream.Length);
        if (entries.TryGetValue("byteorder", out ZipArchiveEntry? order) && !Content(order, 10).AsSpan().SequenceEqual("little"u8))
        {
            throw new InvalidDataException("its numbers are not in little-endian order");
        }

        if (!entries.TryGetValue("data.pkl", out ZipArchiveEntry? pickle))
        {
            throw new InvalidDataException("it has no entry 'data.pkl'");
        }

        Dictionary<string, PickledStorage> storages = new(StringComparer.Ordinal);
        using MemoryStream program = new(Content(pickle, TorchPickle.MaximalLength));
        Dictionary<string, PickledTensor> wanted = Wanted(TorchPickle.Read(program, storages), stream.Length);
        Dictionary<string, Tensor> numbers = new(StringComparer.Ordinal);
        foreach (PickledStorage storage in storages.Values)
        {
            if (!entries.TryGetValue($"data/{storage.Key}", out ZipArchiveEntry? entry))
            {
                throw new InvalidDataException($"storage '{storage.Key}' is missing");
            }

            if (entry.Length != (Int128)storage.Count * storage.ElementSize)
            {
                throw new InvalidDataException($"storage '{storage.Key}' has {entry.Length} bytes, not {storage.Count} numbers of {storage.ElementSize}");
            }

            using Stream content = entry.Open();
            numbers.Add(storage.Key, Numbers(storage, content));
            RequireChecksum(entry, numbers[storage.Key].bytes);
        }

        Make(wanted, numbers, tensors);
    }

    // The entries by their name within the one folder that torch.save puts them in. Nothing is written to disk, yet a name that
    // would lead elsewhere is no work of torch.save. Its entries are never compressed: a small file cannot become a large one.
    private static Dictionary<string, ZipArchiveEntry> Entries(ZipArchive zip, long length)
    {
        Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
        string? folder = null;
        Int128 total = 0;
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            string[] parts = entry.FullName.Split('/');
            if (parts.Length < 2 || parts.Any(part => part is "" or "." or "..") || entry.FullName.AsSpan().IndexOfAny('\\', ':', '\0') >= 0
                || (folder ??= parts[0]) != parts[0])
            {
                throw new InvalidDataException($"its entry '{entry.FullName}' lies where torch.save puts none");
            }

            if (entry.IsEncrypted || entry.CompressedLength != entry.Length)
            {
                throw new InvalidDataException($"its entry '{entry.FullName}' is compressed or encrypted, which torch.save does not do");
            }

            if ((total += entry.Length) > length)
            {
                throw new InvalidDataException("its entries are longer than the file");
            }

            if (!entries.TryAdd(entry.FullName[(folder.Length + 1)..], entry))
            {
                throw new InvalidDataException($"the name '{entry.FullName}' appears twice");
            }
        }

        return entries;
    }

    private static byte[] Content(ZipArchiveEntry entry, int limit)
    {
        if (entry.Length > limit)
        {
            throw new InvalidDataException($"its entry '{entry.FullName}' has {entry.Length} bytes, more than {limit}");
        }

        byte[] bytes = new byte[entry.Length];
        using Stream content = entry.Open();
        content.ReadExactly(bytes);
        RequireChecksum(entry, bytes);
        return bytes;
    }

    private static void RequireChecksum(ZipArchiveEntry entry, ReadOnlySpan<byte> bytes)
    {
        if (Crc32.HashToUInt32(bytes) != entry.Crc32)
        {
            throw new InvalidDataException($"its entry '{entry.FullName}' is damaged (its checksum differs)");
        }
    }

    // Five pickles - a mark, a version, the machine, the weights, the keys of the storages - and the storages, each after its length.
    private static void ReadLegacy(FileStream stream, Dictionary<string, Tensor> tensors)
    {
        Dictionary<string, PickledStorage> none = new(StringComparer.Ordinal), storages = new(StringComparer.Ordinal);
        if (TorchPickle.Read(stream, none) is not Int128 magic || magic != LegacyMagic || TorchPickle.Read(stream, none) is not (long)LegacyVersion)
        {
            throw new InvalidDataException("it does not begin as torch.save begins");
        }

        if (TorchPickle.Read(stream, none) is not Dictionary<string, object?> machine || machine.GetValueOrDefault("little_endian") is not true)
        {
            throw new InvalidDataException("its numbers are not in little-endian order");
        }

        Dictionary<string, PickledTensor> wanted = Wanted(TorchPickle.Read(stream, storages), stream.Length);
        if (TorchPickle.Read(stream, none) is not List<object?> keys || none.Count > 0)
        {
            throw new InvalidDataException("the list of its storages is missing");
        }

        Dictionary<string, Tensor> numbers = new(StringComparer.Ordinal);
        Span<byte> count = stackalloc byte[sizeof(long)];
        foreach (object? key in keys)
        {
            if (key is not string name || !storages.TryGetValue(name, out PickledStorage? storage) || numbers.ContainsKey(name))
            {
                throw new InvalidDataException($"it has a storage '{key}' that belongs to no tensor, or twice");
            }

            stream.ReadExactly(count);
            if (BinaryPrimitives.ReadInt64LittleEndian(count) is var found && found != storage.Count)
            {
                throw new InvalidDataException($"storage '{name}' has {found} numbers, not {storage.Count}");
            }

            if ((Int128)storage.Count * storage.ElementSize > stream.Length - stream.Position)
            {
                throw new InvalidDataException($"storage '{name}' claims {storage.Count} numbers, more than the file has");
            }

            numbers.Add(name, Numbers(storage, stream));
        }

        if (storages.Keys.FirstOrDefault(key => !numbers.ContainsKey(key)) is { } missing)
        {
            throw new InvalidDataException($"storage '{missing}' is missing");
        }

        if (stream.Position != stream.Length)
        {
            throw new InvalidDataException($"its last {stream.Length - stream.Position} bytes belong to no tensor");
        }

        Make(wanted, numbers, tensors);
    }

    // All is checked here that numbers need not be read for.
    private static Dictionary<string, PickledTensor> Wanted(object? value, long length)
    {
        if (value is Dictionary<string, object?> checkpoint && checkpoint.GetValueOrDefault("state_dict") is Dictionary<string, object?> within)
        {
            value = within;
        }

        if (value is not Dictionary<string, object?> entries)
        {
            throw new InvalidDataException("it holds no dictionary of tensors");
        }

        Dictionary<string, PickledTensor> wanted = new(StringComparer.Ordinal);
        Int128 total = 0;
        foreach ((string name, object? entry) in entries)
        {
            PickledTensor tensor = entry as PickledTensor ?? throw new InvalidDataException($"its entry '{name}' is no tensor");
            if ((total += Count(name, tensor) * tensor.Storage.ElementSize) > (Int128)MaximalShares * length)
            {
                throw new InvalidDataException($"its tensors, up to '{name}', would take {total} bytes, though it has {length}");
            }

            wanted.Add(name, tensor);
        }

        return wanted;
    }

    private static Int128 Count(string name, PickledTensor tensor)
    {
        long[] shape = tensor.Shape, strides = tensor.Strides;
        if (shape.Length != strides.Length || shape.Length > MaximalRank || shape.Any(size => size < 0) || strides.Any(stride => stride < 0) || tensor.Offset < 0)
        {
            throw new InvalidDataException($"tensor '{name}' has an impossible shape, strides or offset");
        }

        Int128 count = 1, last = tensor.Offset;
        for (int i = 0; i < shape.Length; i++)
        {
            count *= Math.Max(shape[i], 1);     // an empty tensor's other sizes, too, must be possible
            last += (Int128)Math.Max(shape[i] - 1, 0) * strides[i];
            if (count > long.MaxValue)
            {
                throw new InvalidDataException($"tensor '{name}' has an impossible shape");
            }
        }

        count = shape.Contains(0) ? 0 : count;
        return count == 0 || last < tensor.Storage.Count
            ? count
            : throw new InvalidDataException($"tensor '{name}' reaches to number {last} of a storage of {tensor.Storage.Count}");
    }

    private static Tensor Numbers(PickledStorage storage, Stream content)
    {
        if (storage.Count * storage.ElementSize > int.MaxValue)
        {
            throw new InvalidDataException($"storage '{storage.Key}' is larger than 2 GiB, which is not supported");
        }

        Tensor numbers = empty([storage.Count], storage.Type);
        if (storage.Count > 0)
        {
            Span<byte> bytes = numbers.bytes;
            content.ReadExactly(bytes);
            if (storage.Type == ScalarType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
            {
                throw new InvalidDataException($"storage '{storage.Key}' holds truth values other than 0 and 1");
            }
        }

        return numbers;
    }

    private static void Make(Dictionary<string, PickledTensor> wanted, Dictionary<string, Tensor> numbers, Dictionary<string, Tensor> tensors)
    {
        foreach ((string name, PickledTensor one) in wanted)
        {
            Tensor made = empty(one.Shape, one.Storage.Type);
            if (!one.Shape.Contains(0))
            {
                made.copy_(numbers[one.Storage.Key].as_strided(one.Shape, one.Strides, one.Offset));
            }

            tensors.Add(name, made.DetachFromDisposeScope());
        }
    }
}
