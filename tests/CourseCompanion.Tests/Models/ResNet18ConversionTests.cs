using System.Runtime.InteropServices;
using System.Text;
using CourseCompanion.Files;
using CourseCompanion.Models;

namespace CourseCompanion.Tests.Models;

public sealed class ResNet18ConversionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-onnx-").FullName;

    private string Onnx => Path.Combine(_folder, "network.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Convert_gives_the_layers_torchvisions_names_and_leaves_the_extra_block_out()
    {
        // The n-th convolution has the weight n; its normalisation n + 0.1, n + 0.2, ...
        File.WriteAllBytes(Onnx, Model(convolutions: 22));
        string path = Path.Combine(_folder, ResNet18.WeightFile);

        ResNet18Conversion.Convert(Onnx, path);

        using SafetensorsFile file = Safetensors.Load(path);
        using ResNet18 network = new(ImageNetInput.Standardised);
        Assert.Equal(network.state_dict().Keys.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(0, Value("conv1.weight"));
        Assert.Equal(1, Value("layer1.0.conv1.weight"));
        // The shortcut stands before the two convolutions that it goes round.
        Assert.Equal(5, Value("layer2.0.downsample.0.weight"));
        Assert.Equal(6, Value("layer2.0.conv1.weight"));
        Assert.Equal(6.1f, Value("layer2.0.bn1.weight"));
        Assert.Equal(6.2f, Value("layer2.0.bn1.bias"));
        Assert.Equal(6.3f, Value("layer2.0.bn1.running_mean"));
        Assert.Equal(6.4f, Value("layer2.0.bn1.running_var"));
        Assert.Equal(19, Value("layer4.1.conv2.weight"));
        Assert.Contains(ResNet18Conversion.Sha256, file.Metadata["source"], StringComparison.Ordinal);
        Assert.Equal((true, 255.0), (ImageNetInput.FromMetadata(file.Metadata)!.BlueFirst, ImageNetInput.FromMetadata(file.Metadata)!.Maximum));

        float Value(string name) => file.Tensors[name].item<float>();
    }

    [Fact]
    public void Convert_another_network_is_refused()
    {
        File.WriteAllBytes(Onnx, Model(convolutions: 3));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ResNet18Conversion.Convert(Onnx, Path.Combine(_folder, "out")));
        Assert.Contains(Onnx, error.Message, StringComparison.Ordinal);
        Assert.Contains("3 convolutions", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "out")));
    }

    [Fact]
    public void Load_any_cut_or_changed_file_is_read_or_refused_by_name()
    {
        byte[] whole = Model(convolutions: 2);
        for (int at = 0; at < whole.Length; at++)
        {
            Try(whole[..at]);
            foreach (byte other in (byte[])[0, 0x7F, 0x80, 0xFF])
            {
                byte[] changed = [.. whole];
                changed[at] = other;
                Try(changed);
            }
        }

        void Try(byte[] bytes)
        {
            File.WriteAllBytes(Onnx, bytes);
            try
            {
                OnnxFile.Load(Onnx);
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(Onnx, error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static byte[] Model(int convolutions)
    {
        List<byte> graph = [];
        for (int n = 0; n < convolutions; n++)
        {
            string[] names = [$"w{n}", $"scale{n}", $"shift{n}", $"mean{n}", $"variance{n}"];
            graph.AddRange(Message(1, [.. Text(1, "image"), .. Text(1, names[0]), .. Text(2, $"edges{n}"), .. Text(4, "Conv")]));
            graph.AddRange(Message(1, [.. Text(1, $"edges{n}"), .. names[1..].SelectMany(name => Text(1, name)), .. Text(2, $"norm{n}"), .. Text(4, "BatchNormalization")]));
            for (int i = 0; i < names.Length; i++)
            {
                float[] value = [float.Parse($"{n}.{i}", System.Globalization.CultureInfo.InvariantCulture)];
                graph.AddRange(Message(5, [0x08, 0x01, 0x10, 0x01, .. Message(4, MemoryMarshal.AsBytes(value.AsSpan()).ToArray()), .. Text(8, names[i])]));
            }
        }

        return Message(7, [.. graph]);
    }

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] bytes) => [(byte)((field << 3) | 2), .. Number(bytes.Length), .. bytes];

    private static IEnumerable<byte> Number(int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
