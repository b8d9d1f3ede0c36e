using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CourseCompanion.Files;
using CourseCompanion.Tests.Shared;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Files;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Load_reads_a_file_made_by_hand()
    {
        var path = WriteFile(GoldenBytes());

        using var file = Safetensors.Load(path);

        Assert.Equal(path, file.Path);
        Assert.Equal("by hand", file.Metadata["author"]);
        Assert.Equal(11, file.Tensors.Count);
        Assert.Equal([0, 1, -2, 0.5f, 1e-38f, 3e38f], file.Tensors["layer.weight"].data<float>().ToArray());
        Assert.Equal([2, 3], file.Tensors["layer.weight"].shape);
        Assert.Equal(-5, file.Tensors["steps"].item<long>());
        Assert.Empty(file.Tensors["steps"].shape);
        Assert.Equal([0, 4], file.Tensors["none"].shape);
        Assert.Equal(0.1, file.Tensors["double"].item<double>());
        Assert.Equal([1, int.MinValue], file.Tensors["int"].data<int>().ToArray());
        Assert.Equal([1, -2], file.Tensors["brain"].to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal([1.5f, -0.25f], file.Tensors["half"].to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal([true, false, true], file.Tensors["mask"].data<bool>().ToArray());
        Assert.Equal([0, 127, 128, 255], file.Tensors["pixels"].data<byte>().ToArray());
        Assert.Equal(-300, file.Tensors["short"].item<short>());
        Assert.Equal(-7, file.Tensors["small"].item<sbyte>());
    }

    [Fact]
    public void Save_writes_the_same_bytes_as_by_hand()
    {
        using var file = Safetensors.Load(WriteFile(GoldenBytes()));
        var path = Path.Combine(_folder, "copy.safetensors");

        Safetensors.Save(path, file.Tensors, file.Metadata);

        Assert.Equal(GoldenBytes(), File.ReadAllBytes(path));
    }

    [Fact]
    public void A_module_comes_back_with_the_same_weights_and_buffers()
    {
        using var saved = Network();
        using var restored = Network();
        saved.call(randn(8, 4)).sum().backward();  // moves the running statistics
        var path = Path.Combine(_folder, "new", "model.safetensors");

        Safetensors.Save(path, saved, new Dictionary<string, string> { ["classes"] = "mélanome, naevus \"x\"" });
        var metadata = Safetensors.LoadInto(restored, path);

        Assert.Equal("mélanome, naevus \"x\"", metadata["classes"]);
        foreach (var (name, tensor) in saved.state_dict())
        {
            Assert.True(restored.state_dict()[name].allclose(tensor, 0, 0), name);
        }
        Assert.All(restored.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
    }

    [Fact]
    public void Save_takes_views_and_parameters_as_they_look()
    {
        var path = Path.Combine(_folder, "view.safetensors");
        var matrix = arange(6, ScalarType.Float32).reshape(2, 3);

        Safetensors.Save(path, new Dictionary<string, Tensor> { ["t"] = matrix.t(), ["row"] = matrix[1] });

        using var file = Safetensors.Load(path);
        Assert.Equal([0, 3, 1, 4, 2, 5], file.Tensors["t"].data<float>().ToArray());
        Assert.Equal([3, 4, 5], file.Tensors["row"].data<float>().ToArray());
    }

    [Theory]
    [InlineData("""{"__metadata__": {"a": "\ud800"}}""")]
    [InlineData("""{"\ud800": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}}""")]
    [InlineData("""{"a": {"dtype": "\udc00", "shape": [0], "data_offsets": [0, 0]}}""")]
    public void A_header_with_half_a_character_is_refused_by_name(string header)
    {
        var path = Path.Combine(_folder, "half.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header)]);

        var exception = Assert.Throws<InvalidDataException>(() => Safetensors.Load(path));

        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains("not valid Unicode", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_start_aligned_whatever_the_names()
    {
        for (var length = 1; length < 10; length++)
        {
            var path = Path.Combine(_folder, "aligned.safetensors");
            Safetensors.Save(path, new Dictionary<string, Tensor> { [new string('n', length)] = zeros(3) });
            Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(path)) % 8);
            Safetensors.Load(path).Dispose();
        }
    }

    [Fact]
    public void Load_into_another_model_names_every_difference_and_changes_nothing()
    {
        var path = Path.Combine(_folder, "model.safetensors");
        Safetensors.Save(path, new Dictionary<string, Tensor> { ["0.weight"] = zeros(3, 5), ["0.bias"] = zeros(3), ["extra"] = zeros(1) });
        using var model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3));
        var before = model.get_parameter("0.bias")!.detach().clone();

        var exception = Assert.Throws<InvalidDataException>(() => Safetensors.LoadInto(model, path));

        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains("'1.running_mean' is missing", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'extra' is unknown", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'0.weight' is [3, 5] instead of [3, 4]", exception.Message, StringComparison.Ordinal);
        Assert.True(model.get_parameter("0.bias")!.allclose(before, 0, 0));
        Assert.Throws<InvalidDataException>(() => Safetensors.LoadInto(model, path, strict: false));
    }

    [Fact]
    public void Load_into_not_strict_loads_what_there_is()
    {
        var path = Path.Combine(_folder, "part.safetensors");
        Safetensors.Save(path, new Dictionary<string, Tensor> { ["0.bias"] = full([3], 2.5), ["extra"] = zeros(1) });
        using var model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3));
        Safetensors.LoadInto(model, path, strict: false);
        Assert.Equal([2.5f, 2.5f, 2.5f], model.get_parameter("0.bias")!.data<float>().ToArray());
    }

    public static TheoryData<string, string, int, string> HostileHeaders => new()
    {
        { "not an object", "[1]", 0, "not a JSON object" },
        { "not JSON", "{\"a\":", 0, "not valid JSON" },
        { "deep nesting", new string('[', 100_000), 0, "not valid JSON" },
        { "no dtype", """{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' lacks" },
        { "no shape", """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "tensor 'a' lacks" },
        { "one offset", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "tensor 'a' lacks" },
        { "fractional shape", """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "tensor 'a' lacks" },
        { "negative shape", """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "tensor 'a' lacks" },
        { "shape of text", """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "tensor 'a' lacks" },
        { "entry of text", """{"a":"F32"}""", 4, "tensor 'a' lacks" },
        { "unknown type", """{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}""", 16, "F128" },
        { "backward offsets", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "claims bytes" },
        { "beyond the end", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "claims bytes 0 to 8 of 4" },
        { "far beyond the end", """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 4, "claims bytes" },
        { "shape too large for the bytes", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "but has 4 bytes" },
        { "shape that overflows", """{"a":{"dtype":"F32","shape":[4611686018427387904,4,4],"data_offsets":[0,4]}}""", 4, "but has 4 bytes" },
        { "empty shape that overflows", """{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "but has 0 bytes" },
        { "too many dimensions", $$$"""{"a":{"dtype":"U8","shape":[{{{string.Join(',', Enumerable.Repeat(1, 1000))}}}],"data_offsets":[0,1]}}""", 1, "1000 dimensions" },
        { "overlap", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "tensor 'b' overlaps" },
        { "same bytes twice", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, "overlaps" },
        { "hole", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""", 4, "2 bytes before tensor 'b'" },
        { "garbage after the tensors", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 9, "last 8 bytes" },
        { "name twice", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "'a' appears twice" },
        { "name twice, escaped", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "'a' appears twice" },
        { "metadata of numbers", """{"__metadata__":{"n":1}}""", 0, "'n' does not" },
        { "metadata twice", """{"__metadata__":{"n":"1","n":"2"}}""", 0, "'n' does not" },
        { "metadata of text", """{"__metadata__":"x"}""", 0, "is not an object" },
        { "truth value of 2", """{"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""", 3, "truth values" },
    };

    [Theory]
    [MemberData(nameof(HostileHeaders))]
    public void Load_refuses_a_hostile_header_and_names_the_fault(string what, string header, int dataBytes, string message)
    {
        var data = new byte[dataBytes];
        data.AsSpan().Fill(2);
        var path = WriteFile([.. Length((ulong)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data]);

        var exception = Assert.Throws<InvalidDataException>(() => Safetensors.Load(path));

        Assert.True(exception.Message.Contains(message, StringComparison.Ordinal), $"{what}: {exception.Message}");
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains("again", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_refuses_files_that_are_cut_or_lie_about_their_header()
    {
        foreach (var content in new byte[][]
        {
            [],
            [1, 2, 3],
            Length(0),
            Length(10),
            [.. Length(ulong.MaxValue), .. new byte[64]],
            [.. Length(99_000_000), .. new byte[64]],
            [.. Length(4), 0xFF, 0xFE, 0x00, 0x01],
        })
        {
            Assert.Throws<InvalidDataException>(() => Safetensors.Load(WriteFile(content)));
        }
        var golden = GoldenBytes();
        for (var length = 0; length < golden.Length; length += 13)
        {
            Assert.Throws<InvalidDataException>(() => Safetensors.Load(WriteFile(golden[..length])));
        }
    }

    [Fact]
    public void Load_of_nothing_says_which_file()
    {
        var path = Path.Combine(_folder, "absent.safetensors");
        Assert.Contains(path, Assert.Throws<FileNotFoundException>(() => Safetensors.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_refuses_what_the_format_cannot_hold()
    {
        var path = Path.Combine(_folder, "bad.safetensors");
        Assert.Throws<ArgumentException>(() => Safetensors.Save(path, new Dictionary<string, Tensor> { ["__metadata__"] = zeros(1) }));
        Assert.Contains("'z'", Assert.Throws<ArgumentException>(
            () => Safetensors.Save(path, new Dictionary<string, Tensor> { ["z"] = zeros([1], ScalarType.ComplexFloat32) })).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_failed_save_leaves_the_old_file_and_nothing_else()
    {
        var path = Path.Combine(_folder, "model.safetensors");
        Safetensors.Save(path, new Dictionary<string, Tensor> { ["a"] = ones(2) });
        var old = File.ReadAllBytes(path);

        // A sparse tensor has no bytes: saving fails after the header and the first tensor have been written.
        var sparse = sparse_coo_tensor(zeros([1, 1], ScalarType.Int64), ones(1), [2]);
        Assert.ThrowsAny<Exception>(() => Safetensors.Save(path, new Dictionary<string, Tensor> { ["a"] = ones(4), ["b"] = sparse }));

        Assert.Equal(old, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_an_io_error()
    {
        var file = WriteFile([1]);
        Assert.ThrowsAny<IOException>(() => Safetensors.Save(Path.Combine(file, "model.safetensors"), new Dictionary<string, Tensor> { ["a"] = ones(2) }));
    }

    [RealDataFact]
    public void Load_reads_the_published_weights_beside_the_data()
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("COURSE_DATA")!, "..", "weights", "squeezenet1_1-imagenet.safetensors");
        if (!File.Exists(path))
        {
            return;
        }
        using var file = Safetensors.Load(path);
        Assert.Equal([64, 3, 3, 3], file.Tensors["features.0.weight"].shape);
        Assert.Equal("ImageNet-1k", file.Metadata["trained_on"]);
        Assert.All(file.Tensors.Values, tensor => Assert.True(tensor.isfinite().all().item<bool>()));
    }

    private static nn.Module<Tensor, Tensor> Network() =>
        nn.Sequential(("first", nn.Linear(4, 6)), ("norm", nn.BatchNorm1d(6)), ("last", nn.Linear(6, 2, hasBias: false)));

    private static byte[] GoldenBytes()
    {
        var json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Files", "safetensors_golden.json"));
        return Convert.FromHexString(JsonDocument.Parse(json).RootElement.GetProperty("hex").GetString()!);
    }

    private static byte[] Length(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    private string WriteFile(byte[] content)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.safetensors");
        File.WriteAllBytes(path, content);
        return path;
    }
}
