using System.Text.Json;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests.NN;

/// <summary>Results of PyTorch, made by the golden_*.py beside the JSON files, and the inputs they were made from.</summary>
internal sealed class Golden
{
    private readonly JsonElement _cases;

    private Golden(JsonElement cases)
    {
        _cases = cases;
    }

    public IEnumerable<string> Names => _cases.EnumerateObject().Select(property => property.Name);

    public JsonElement this[string name] => _cases.GetProperty(name);

    /// <param name="name">The resource, as in <c>NN.golden_modules.json</c>.</param>
    public static Golden Load(string name)
    {
        using var stream = typeof(Golden).Assembly.GetManifestResourceStream("TorchSharp.Portable.Tests." + name)!;
        using var document = JsonDocument.Parse(stream);
        return new Golden(document.RootElement.Clone());
    }

    /// <summary>cos(0.37 i + phase) * scale, as in the Python files.</summary>
    public static Tensor Wave(long[] shape, double phase = 0, double scale = 1)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(Math.Cos((i * 0.37) + phase) * scale);
        }
        return tensor(values).reshape(shape);
    }

    public static void AssertClose(JsonElement expected, Tensor actual, string what, double tolerance = 2e-5)
    {
        var shape = expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        Assert.Equal(shape, actual.shape);
        var values = expected.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        using var scope = NewDisposeScope();
        var computed = actual.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(
                Math.Abs(values[i] - computed[i]) <= tolerance * Math.Max(1, Math.Abs(values[i])),
                $"{what}[{i}] is {computed[i]}, PyTorch says {values[i]}");
        }
    }
}
