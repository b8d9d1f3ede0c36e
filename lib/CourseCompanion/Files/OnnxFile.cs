using System.Runtime.InteropServices;
using System.Text;

namespace CourseCompanion.Files;

/// <summary>
/// What the course needs of an ONNX file: its operations in order, and its weights. A file is protocol buffers, a list of
/// numbered fields; nothing in it is run, and every length is checked before it is used.
/// </summary>
internal sealed class OnnxFile
{
    // Numbers of the fields in onnx.proto, and the one element type that weights have here.
    private const int ModelGraph = 7, GraphNode = 1, GraphInitializer = 5;
    private const int NodeInput = 1, NodeOutput = 2, NodeOperator = 4;
    private const int TensorDimensions = 1, TensorType = 2, TensorFloats = 4, TensorName = 8, TensorRawBytes = 9;
    private const ulong TypeFloat = 1;

    private readonly List<OnnxNode> _nodes = [];
    private readonly Dictionary<string, OnnxWeight> _weights = new(StringComparer.Ordinal);

    private OnnxFile()
    {
    }

    /// <summary>The operations, in the order in which they are carried out.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>The weights by name.</summary>
    public IReadOnlyDictionary<string, OnnxWeight> Weights => _weights;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or no ONNX file; the message names it.</exception>
    public static OnnxFile Load(string path)
    {
        OnnxFile file = new();
        try
        {
            foreach (Field graph in Fields(File.ReadAllBytes(path)).Where(field => field.Number == ModelGraph))
            {
                foreach (Field part in Fields(graph.Bytes))
                {
                    file.Add(part);
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"'{path}' is not a usable ONNX file: {exception.Message}. Fetch it again.", exception);
        }

        return file._nodes.Count > 0 ? file : throw new InvalidDataException($"'{path}' is not a usable ONNX file: it holds no operations. Fetch it again.");
    }

    private void Add(Field part)
    {
        if (part.Number == GraphNode)
        {
            List<Field> fields = Fields(part.Bytes);
            _nodes.Add(new OnnxNode(Texts(NodeOperator).FirstOrDefault(""), [.. Texts(NodeInput)], [.. Texts(NodeOutput)]));

            IEnumerable<string> Texts(int number) =>
                fields.Where(field => field.Number == number).Select(field => Encoding.UTF8.GetString(field.Bytes.Span));
        }
        else if (part.Number == GraphInitializer)
        {
            (string name, OnnxWeight weight) = ReadWeight(part.Bytes);
            _weights[name] = weight;
        }
    }

    private static (string Name, OnnxWeight Weight) ReadWeight(ReadOnlyMemory<byte> bytes)
    {
        string name = "";
        List<long> shape = [];
        ulong type = TypeFloat;
        ReadOnlyMemory<byte> numbers = default;
        foreach (Field field in Fields(bytes))
        {
            switch (field.Number)
            {
                case TensorName: name = Encoding.UTF8.GetString(field.Bytes.Span); break;
                case TensorType: type = field.Value; break;
                case TensorFloats or TensorRawBytes: numbers = field.Bytes; break;
                case TensorDimensions when field.Bytes.IsEmpty: shape.Add((long)field.Value); break;
                case TensorDimensions: shape.AddRange(Integers(field.Bytes)); break;
                default: break;
            }
        }

        if (type != TypeFloat)
        {
            // Not a weight: a shape, an axis. What needs it as a weight will say that it is missing.
            return (name, new OnnxWeight([], []));
        }

        long count = shape.Exists(size => size is < 0 or > int.MaxValue) ? -1 : shape.Aggregate(1L, (product, size) => product > int.MaxValue ? product : product * size);
        return count * sizeof(float) == numbers.Length && BitConverter.IsLittleEndian
            ? (name, new OnnxWeight([.. shape], MemoryMarshal.Cast<byte, float>(numbers.Span).ToArray()))
            : throw new InvalidDataException($"weight '{name}' is [{string.Join(", ", shape)}] but has {numbers.Length} bytes");
    }

    private static IEnumerable<long> Integers(ReadOnlyMemory<byte> bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            yield return (long)ReadInteger(bytes.Span, ref at);
        }
    }

    private static List<Field> Fields(ReadOnlyMemory<byte> bytes)
    {
        List<Field> fields = [];
        ReadOnlySpan<byte> span = bytes.Span;
        for (int at = 0; at < span.Length;)
        {
            ulong key = ReadInteger(span, ref at);
            // The low three bits say how the value is written: a number, 8 bytes, a length and bytes, or 4 bytes.
            (int number, ulong value) = ((int)Math.Min(key >> 3, int.MaxValue), 0);
            ulong length = 0;
            switch (key & 7)
            {
                case 0: value = ReadInteger(span, ref at); break;
                case 1: length = sizeof(ulong); break;
                case 2: length = ReadInteger(span, ref at); break;
                case 5: length = sizeof(uint); break;
                default: throw new InvalidDataException($"a field of unknown kind at byte {at}");
            }

            if (length > (ulong)(span.Length - at))
            {
                throw new InvalidDataException($"a field announces {length} bytes where {span.Length - at} are left");
            }

            fields.Add(new Field(number, value, bytes.Slice(at, (int)length)));
            at += (int)length;
        }

        return fields;
    }

    private static ulong ReadInteger(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"a number that does not end at byte {at}");
    }

    private readonly record struct Field(int Number, ulong Value, ReadOnlyMemory<byte> Bytes);
}

/// <summary>One operation: its operator (<c>Conv</c>), and the names of what it takes and gives.</summary>
internal sealed record OnnxNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>One weight: its shape, and its values in row-major order.</summary>
internal sealed record OnnxWeight(long[] Shape, float[] Values);
