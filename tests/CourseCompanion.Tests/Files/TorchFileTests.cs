using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CourseCompanion.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Files;

public sealed class TorchFileTests : IDisposable
{
    private const int Floats = 6;
    private static readonly JsonElement GoldenValues = Golden.Load("Files", "torch_golden.json");
    private static readonly byte[] Start = [0x80, 2];
    private static readonly Dictionary<string, (byte[] Pickle, string? Message)> Hostile = new()
    {
        ["runs a command by REDUCE"] = (State("a", [.. Global("posix", "system"), .. Text("touch hacked"), 0x85, (byte)'R']), "'posix.system'"),
        ["runs a command by a built-in"] = (State("a", [.. Global("__builtin__", "eval"), .. Text("1"), 0x85, (byte)'R']), "'__builtin__.eval'"),
        ["runs a command by STACK_GLOBAL"] = (State("a", [.. Text("os"), .. Text("system"), 0x93]), "instruction 0x93"),
        ["runs a command by INST"] = (State("a", [(byte)'(', .. Text("touch hacked"), (byte)'i', .. "os\nsystem\n"u8]), "instruction 0x69"),
        ["runs a command by OBJ"] = (State("a", [(byte)'(', .. Global("posix", "system"), .. Text("touch hacked"), (byte)'o']), "'posix.system'"),
        ["makes an object by OBJ"] = (State("a", [(byte)'(', .. Global("collections", "OrderedDict"), (byte)'o']), "instruction 0x6F"),
        ["makes an object by NEWOBJ"] = (State("a", [.. Global("collections", "OrderedDict"), (byte)')', 0x81]), "instruction 0x81"),
        ["makes an object by EXT1"] = (State("a", [0x82, 1]), "instruction 0x82"),
        ["names a part of torch that is not allowed"] = (State("a", Global("torch", "load")), "'torch.load'"),
        ["names a name with dots"] = (State("a", Global("collections", "OrderedDict.__class__")), "which is no part of weights"),
        ["names something endless"] = (State("a", [(byte)'c', .. Enumerable.Repeat((byte)'x', 1000)]), "no name"),
        ["calls a storage type"] = (State("a", [.. Global("torch", "FloatStorage"), .. Number(5), 0x85, (byte)'R']), "'torch.FloatStorage' with arguments"),
        ["calls a text"] = (State("a", [.. Text("x"), (byte)')', (byte)'R']), "no function"),
        ["calls with a function as data"] = (State("a", [.. Global("torch._utils", "_rebuild_tensor_v2"), (byte)')', (byte)'R']), "with arguments"),
        ["sets an object's state"] = (State("a", [.. Global("collections", "OrderedDict"), (byte)'}', (byte)'b']), "changes an object"),
        ["a number as tensor"] = (State("a", Number(5)), "'a' is no tensor"),
        ["a function as tensor"] = (State("a", Global("torch", "FloatStorage")), "'a' is no tensor"),
        ["no dictionary"] = ([.. Start, .. Number(5), (byte)'.'], "no dictionary"),
        ["the same name twice"] = (State([("a", Weights()), ("a", Weights())]), "'a' appears twice"),
        ["a key that is no text"] = ([.. Start, (byte)'}', (byte)')', .. Number(1), (byte)'s', (byte)'.'], "key that is no text"),
        ["a key without a value"] = ([.. Start, (byte)'}', (byte)'(', .. Text("a"), (byte)'u', (byte)'.'], "key without a value"),
        ["a list that holds itself"] = (State("a", [(byte)']', (byte)'q', 0, (byte)'h', 0, (byte)'a']), "'a' is no tensor"),
        ["a dictionary that holds itself"] = ([.. Start, (byte)'}', (byte)'q', 0, .. Text("state_dict"), (byte)'h', 0, (byte)'s', (byte)'.'], "'state_dict' is no tensor"),
        ["a shape that holds itself"] = (State("a", [(byte)']', (byte)'q', 0, (byte)'h', 0, (byte)'a', (byte)'0']), "instruction 0x30"),
        ["deep nesting by marks"] = ([.. Start, .. Enumerable.Repeat((byte)'(', 1_000_000)], "nested too deeply"),
        ["deep nesting by lists"] = ([.. Start, .. Enumerable.Repeat((byte)']', 1_000_000)], "nested too deeply"),
        ["deep nesting of tuples"] = (State("a", [(byte)')', .. Enumerable.Repeat((byte)0x85, 1_000_000)]), "'a' is no tensor"),
        ["longer than any"] = ([.. Start, .. Enumerable.Repeat((byte)'}', 5 << 20)], "more than"),
        ["a text of 4 GB"] = ([.. Start, (byte)'X', 0xFF, 0xFF, 0xFF, 0xFF, (byte)'a'], "cut"),
        ["a memory with gaps"] = ([.. Start, (byte)'}', (byte)'r', 0, 0, 0, 0x7F, (byte)'.'], "remembers value"),
        ["a reference to nothing"] = ([.. Start, (byte)'h', 9, (byte)'.'], "refers to value 9"),
        ["nothing to take"] = ([.. Start, (byte)'R'], "takes a value"),
        ["nothing marked"] = ([.. Start, (byte)'t'], "were marked"),
        ["takes what is before a mark"] = ([.. Start, (byte)'}', .. Text("a"), (byte)'(', (byte)'s', (byte)'.'], "takes a value"),
        ["values left over"] = ([.. Start, (byte)'N', (byte)'N', (byte)'.'], "left over"),
        ["another version"] = ([0x80, 4, (byte)'}', (byte)'.'], "version 4"),
        ["half a character"] = (State("a", [(byte)'X', 1, 0, 0, 0, 0xC3]), "not valid Unicode"),
        ["10 GB claimed"] = (State("a", Weights(count: 2_684_354_560, shape: [2_684_354_560], strides: [1])), "would take"),
        ["10 GB of a storage, few of them used"] = (State("a", Weights(count: 2_684_354_560)), "storage '0' has 24 bytes"),
        ["10 GB from one number"] = (State("a", Weights(shape: [2_684_354_560], strides: [0])), "would take"),
        ["many tensors of one storage"] = (State([.. Enumerable.Range(0, 10_000).Select(i => ($"t{i}", Weights()))]), null),
        ["a size that overflows"] = (State("a", Weights(shape: [1L << 62, 4, 4], strides: [0, 0, 0])), "impossible shape"),
        ["an empty size that overflows"] = (State("a", Weights(shape: [0, 1L << 62, 4], strides: [1, 1, 1])), "impossible shape"),
        ["strides that overflow"] = (State("a", Weights(shape: [2, 2], strides: [long.MaxValue, long.MaxValue])), "reaches to number"),
        ["beyond the storage by strides"] = (State("a", Weights(shape: [2, 3], strides: [4, 1])), "reaches to number 6"),
        ["beyond the storage by offset"] = (State("a", Weights(offset: 1)), "reaches to number 6"),
        ["a negative offset"] = (State("a", Weights(offset: -1)), "impossible"),
        ["a negative stride"] = (State("a", Weights(strides: [-3, 1])), "impossible"),
        ["a negative size"] = (State("a", Weights(shape: [-2, -3])), "impossible"),
        ["fewer strides than sizes"] = (State("a", Weights(strides: [1])), "impossible"),
        ["1,000 dimensions"] = (State("a", Weights(shape: [.. Enumerable.Repeat(1L, 1000)], strides: [.. Enumerable.Repeat(1L, 1000)])), "impossible"),
        ["a negative count"] = (State("a", Weights(count: -6)), "announces a storage"),
        ["a storage that is not there"] = (State("a", Weights(key: "1")), "storage '1' is missing"),
        ["a storage outside"] = (State("a", Weights(key: "../version")), "storage '../version' is missing"),
        ["a storage of two types"] = (State([("a", Weights()), ("b", Weights(type: "IntStorage"))]), "announced twice"),
        ["a storage of an unknown type"] = (State("a", Weights(type: "QInt8Storage")), "'torch.QInt8Storage'"),
        ["a storage of wrong length"] = (State("a", Weights(type: "DoubleStorage")), "storage '0' has 24 bytes"),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("torch").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> HostilePickles => [.. Hostile.Keys];

    public static TheoryData<string> Names => [.. GoldenValues.EnumerateObject().Select(file => file.Name)];

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_reads_what_PyTorch_has_written(string name)
    {
        JsonElement golden = GoldenValues.GetProperty(name).GetProperty("tensors");

        using TorchFile file = TorchFile.Load(WriteFile(GoldenBytes(name)));

        Assert.Equal(golden.EnumerateObject().Select(one => one.Name), file.Tensors.Keys);
        foreach (JsonProperty one in golden.EnumerateObject())
        {
            Tensor tensor = file.Tensors[one.Name];
            Assert.Equal(one.Value.GetProperty("shape").Longs(), tensor.shape);
            Assert.Equal(one.Value.GetProperty("values").Doubles(), tensor.to(ScalarType.Float64).flatten().data<double>().ToArray());
            Assert.True(tensor.is_contiguous() && !tensor.requires_grad);
            Assert.Equal(
                one.Value.GetProperty("type").GetString(),
                tensor.dtype switch { ScalarType.Byte => "uint8", ScalarType.Bool => "bool", var type => type.ToString().ToLowerInvariant() });
        }
    }

    [Fact]
    public void Load_reads_a_pickle_as_Python_2_wrote_it()
    {
        byte[] name = [(byte)'U', 4, .. "mean"u8];
        byte[] pickle = [
            .. Start, .. Global("collections", "OrderedDict"), (byte)']', (byte)']', .. name, (byte)'a', .. Weights(), (byte)'a', (byte)'a', 0x85, (byte)'R', (byte)'.'];

        using TorchFile file = TorchFile.Load(WriteFile(Zip(pickle)));

        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Tensors["mean"].data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(HostilePickles))]
    public void Load_refuses_a_hostile_pickle_in_either_format_and_names_the_fault(string what)
    {
        (byte[] pickle, string? message) = Hostile[what];
        foreach (byte[] content in (byte[][])[Zip(pickle), Legacy(pickle)])
        {
            string path = WriteFile(content);
            if (message is null)
            {
                // Within bounds: as many tensors as the file is long.
                TorchFile.Load(path).Dispose();
                continue;
            }

            var exception = Assert.Throws<InvalidDataException>(() => TorchFile.Load(path));
            bool isAboutLength = message.StartsWith("storage", StringComparison.Ordinal) || message == "more than";
            Assert.True(exception.Message.Contains(message, StringComparison.Ordinal) || (isAboutLength && content[0] == 0x80), $"{what}: {exception.Message}");
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists("hacked"));
    }

    [Theory]
    [InlineData("../data.pkl", "lies where")]
    [InlineData("archive/../../data/0", "lies where")]
    [InlineData("/archive/x", "lies where")]
    [InlineData("archive\\x", "lies where")]
    [InlineData("c:/archive/x", "lies where")]
    [InlineData("other/x", "lies where")]
    [InlineData("archive", "lies where")]
    [InlineData("archive/data/0", "appears twice")]
    [InlineData("archive/data.pkl", "appears twice")]
    public void Load_refuses_archives_with_entries_that_torch_does_not_write(string name, string message)
    {
        string path = WriteFile(Zip(State("a", Weights()), zip => Add(zip, name, [1, 2, 3])));

        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => TorchFile.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_refuses_compressed_and_damaged_entries_other_byte_orders_and_foreign_files()
    {
        byte[] sound = Zip(State("a", Weights()));
        (byte[] Content, string Message)[] files =
        [
            (Zip(State("a", Weights()), zip => Add(zip, "archive/bomb", new byte[1 << 20], CompressionLevel.Optimal)), "compressed"),
            (Zip(State("a", Weights()), zip => Add(zip, "archive/byteorder", "big"u8.ToArray())), "little-endian"),
            (Replace(sound, BitConverter.GetBytes(5f), BitConverter.GetBytes(7f)), "checksum"),
            ([.. Enumerable.Range(0, 100).Select(i => (byte)i)], "does not begin"),
            ([], "cut"),
            (Zip(null), "no entry 'data.pkl'"),
            (Legacy(State("a", Weights()), keys: []), "storage '0' is missing"),
            (Legacy(State("a", Weights()), keys: ["0", "0"]), "or twice"),
            (Legacy(State("a", Weights()), keys: ["7"]), "belongs to no tensor"),
            ([.. Legacy(State("a", Weights())), 1], "last 1 bytes"),
            (Legacy(State("a", Weights()), littleEndian: false), "little-endian"),
            (Legacy(State("a", Weights(count: 7))), "has 6 numbers, not 7"),
        ];
        foreach ((byte[] content, string message) in files)
        {
            string path = WriteFile(content);
            string actual = Assert.Throws<InvalidDataException>(() => TorchFile.Load(path)).Message;
            Assert.True(actual.Contains(message, StringComparison.Ordinal), $"{message}: {actual}");
        }

        Assert.Throws<FileNotFoundException>(() => TorchFile.Load(Path.Combine(_folder, "absent.pth")));
    }

    [Theory]
    [InlineData("module_zip")]
    [InlineData("module_legacy")]
    public void Load_any_cut_or_changed_file_is_read_or_refused_by_name(string name)
    {
        byte[] whole = GoldenBytes(name);
        string path = Path.Combine(_folder, "changed.pth");
        for (int at = 0; at < whole.Length; at += 5)
        {
            Assert.False(Try(whole[..at]), $"cut at {at}");
            foreach (byte other in (byte[])[0, 0x7F, 0xFF, (byte)(whole[at] ^ 1)])
            {
                byte[] changed = [.. whole];
                changed[at] = other;
                Try(changed);
            }
        }

        bool Try(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                TorchFile.Load(path).Dispose();
                return true;
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                return false;
            }
        }
    }

    // A dictionary of names and pickled values.
    private static byte[] State((string Name, byte[] Value)[] entries) =>
        [.. Start, (byte)'}', (byte)'(', .. entries.SelectMany(one => (byte[])[.. Text(one.Name), .. one.Value]), (byte)'u', (byte)'.'];

    private static byte[] State(string name, byte[] value) => State([(name, value)]);

    // A call of _rebuild_tensor_v2 as torch.save writes it, of [2, 3] numbers if nothing else is asked for.
    private static byte[] Weights(
        string key = "0", string type = "FloatStorage", long count = Floats, long offset = 0, long[]? shape = null, long[]? strides = null) =>
    [
        .. Global("torch._utils", "_rebuild_tensor_v2"), (byte)'(',
        (byte)'(', .. Text("storage"), .. Global("torch", type), .. Text(key), .. Text("cpu"), .. Number(count), (byte)'t', (byte)'Q',
        .. Number(offset), .. Numbers(shape ?? [2, 3]), .. Numbers(strides ?? [3, 1]), 0x89, (byte)'}', (byte)'t', (byte)'R',
    ];

    private static byte[] Numbers(long[] values) => [(byte)'(', .. values.SelectMany(Number), (byte)'t'];

    private static byte[] Number(long value) => [0x8A, 8, .. BitConverter.GetBytes(value)];

    private static byte[] Text(string text) => [(byte)'X', .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Global(string module, string name) => [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{name}\n")];

    private static byte[] StorageBytes() => [.. Enumerable.Range(0, Floats).SelectMany(i => BitConverter.GetBytes((float)i))];

    private static byte[] Zip(byte[]? pickle, Action<ZipArchive>? more = null)
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            if (pickle is not null)
            {
                Add(zip, "archive/data.pkl", pickle);
            }

            Add(zip, "archive/data/0", StorageBytes());
            more?.Invoke(zip);
        }

        return buffer.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] content, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using Stream stream = zip.CreateEntry(name, level).Open();
        stream.Write(content);
    }

    private static byte[] Legacy(byte[] pickle, string[]? keys = null, bool littleEndian = true) =>
    [
        .. Start, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.',
        .. Start, (byte)'M', 0xE9, 0x03, (byte)'.',
        .. Start, (byte)'}', .. Text("little_endian"), (byte)(littleEndian ? 0x88 : 0x89), (byte)'s', (byte)'.',
        .. pickle,
        .. Start, (byte)']', (byte)'(', .. (keys ?? ["0"]).SelectMany(Text), (byte)'e', (byte)'.',
        .. (keys ?? ["0"]).SelectMany(_ => (byte[])[.. BitConverter.GetBytes((long)Floats), .. StorageBytes()]),
    ];

    private static byte[] Replace(byte[] content, byte[] old, byte[] other)
    {
        byte[] changed = [.. content];
        other.CopyTo(changed, content.AsSpan().IndexOf(old));
        return changed;
    }

    private static byte[] GoldenBytes(string name) => GoldenValues.GetProperty(name).GetProperty("base64").GetBytesFromBase64();

    private string WriteFile(byte[] content)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.pth");
        File.WriteAllBytes(path, content);
        return path;
    }
}
