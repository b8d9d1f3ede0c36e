using System.Text.Json;
using static TorchSharp.torch;

namespace CourseCompanion.Files;

/// <summary>Where a tensor lies in the data part of a safetensors file, in bytes.</summary>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

/// <summary>
/// The JSON header of a safetensors file, treated as untrusted input: an entry that this returns lies within the file, overlaps
/// no other, and is as long as its type and shape say.
/// </summary>
internal sealed record SafetensorsHeader(IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<SafetensorsEntry> Entries)
{
    /// <summary>Name of the header's entry that is not a tensor.</summary>
    internal const string MetadataName = "__metadata__";

    private const int MaximalRank = 32;

    private static readonly (string Name, ScalarType Type, int Bytes)[] Types =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    internal static string? NameOf(ScalarType type) => Array.Find(Types, known => known.Type == type).Name;

    /// <exception cref="InvalidDataException">The header breaks the format; the message names the tensor.</exception>
    internal static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        try
        {
            return ParseEntries(json, dataLength);
        }
        catch (InvalidOperationException exception)
        {
            // Names and texts are decoded only when they are read.
            throw new InvalidDataException("its header holds a text that is not valid Unicode", exception);
        }
    }

    private static SafetensorsHeader ParseEntries(ReadOnlyMemory<byte> json, long dataLength)
    {
        using var document = ParseJson(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException("its header is not a JSON object");
        }
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw new InvalidDataException($"the name '{property.Name}' appears twice");
            }
            if (property.Name == MetadataName)
            {
                ReadMetadata(property.Value, metadata);
            }
            else
            {
                entries.Add(ReadEntry(property.Name, property.Value, dataLength));
            }
        }
        RequireExactCover(entries, dataLength);
        return new SafetensorsHeader(metadata, entries);
    }

    private static JsonDocument ParseJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"its header is not valid JSON ({exception.Message})", exception);
        }
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"'{MetadataName}' is not an object");
        }
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String || !metadata.TryAdd(property.Name, property.Value.GetString()!))
            {
                throw new InvalidDataException($"'{MetadataName}' must map distinct names to strings, and '{property.Name}' does not");
            }
        }
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement element, long dataLength)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shapeElement) || ReadNumbers(shapeElement) is not { } shape
            || !element.TryGetProperty("data_offsets", out var offsetsElement) || ReadNumbers(offsetsElement) is not [var begin, var end])
        {
            throw new InvalidDataException($"tensor '{name}' lacks a dtype, a shape of non-negative integers or two data_offsets");
        }
        var (typeName, type, bytes) = Array.Find(Types, known => known.Name == dtype.GetString());
        if (typeName is null)
        {
            throw new InvalidDataException($"tensor '{name}' has the element type {dtype.GetString()}, which is not supported");
        }
        if (shape.Length > MaximalRank)
        {
            throw new InvalidDataException($"tensor '{name}' has {shape.Length} dimensions, more than {MaximalRank}");
        }
        if (begin > end || end > dataLength)
        {
            throw new InvalidDataException($"tensor '{name}' claims bytes {begin} to {end} of {dataLength}");
        }
        if (ByteCount(shape, bytes) != end - begin)
        {
            throw new InvalidDataException($"tensor '{name}' is {typeName} [{string.Join(", ", shape)}] but has {end - begin} bytes");
        }
        return new SafetensorsEntry(name, type, shape, begin, end);
    }

    private static long[]? ReadNumbers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var numbers = new long[element.GetArrayLength()];
        var i = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                return null;
            }
            i++;
        }
        return numbers;
    }

    // Null where the product does not fit: no file is that long.
    private static long? ByteCount(long[] shape, int elementBytes)
    {
        Int128 count = elementBytes;
        foreach (var size in shape)
        {
            count *= Math.Max(size, 1);  // an empty tensor's other sizes, too, must be possible
            if (count > long.MaxValue)
            {
                return null;
            }
        }
        return shape.Contains(0) ? 0 : (long)count;
    }

    // The format allows neither holes nor overlaps: nothing can hide in a file.
    private static void RequireExactCover(List<SafetensorsEntry> entries, long dataLength)
    {
        long covered = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != covered)
            {
                throw new InvalidDataException(entry.Begin < covered
                    ? $"tensor '{entry.Name}' overlaps another one"
                    : $"the {entry.Begin - covered} bytes before tensor '{entry.Name}' belong to no tensor");
            }
            covered = entry.End;
        }
        if (covered != dataLength)
        {
            throw new InvalidDataException($"its last {dataLength - covered} bytes belong to no tensor");
        }
    }
}
