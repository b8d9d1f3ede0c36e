using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace CourseCompanion.Display;

/// <summary>Tensors as a student wants to see them: shape, element type, device, and the first and last values.</summary>
internal static class TensorText
{
    /// <summary>Of a longer dimension, this many items are shown at either end.</summary>
    private const int Edge = 3;
    private const int MaxPreviewDimensions = 3;

    /// <summary>One line: <c>Tensor [32, 10], float32, cpu</c>.</summary>
    internal static string Header(Tensor tensor) => tensor.IsInvalid
        ? "Tensor (libéré)"
        : string.Create(CultureInfo.InvariantCulture, $"Tensor [{string.Join(", ", tensor.shape)}], {TypeName(tensor.dtype)}, {tensor.device}");

    /// <summary>The header and a preview of the values; of tensors of more than three dimensions, the header only.</summary>
    internal static string Format(Tensor tensor)
    {
        var header = Header(tensor);
        if (tensor.IsInvalid || tensor.dim() > MaxPreviewDimensions || tensor.is_sparse || tensor.is_complex() || tensor.is_meta)
        {
            return header;
        }
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var preview = tensor.detach();
        var shape = tensor.shape;
        var cut = new bool[shape.Length];
        for (var dimension = 0; dimension < shape.Length; dimension++)
        {
            if (shape[dimension] > 2 * Edge + 1)
            {
                cut[dimension] = true;
                preview = cat([preview.narrow(dimension, 0, Edge), preview.narrow(dimension, shape[dimension] - Edge, Edge)], dimension);
            }
        }
        var sizes = preview.shape;
        var values = preview.cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
        var text = new StringBuilder(header).Append('\n');
        var position = 0;
        Write(text, values, ref position, sizes, cut, 0, IsWhole(tensor.dtype));
        return text.ToString();
    }

    private static void Write(StringBuilder text, double[] values, ref int position, long[] sizes, bool[] cut, int dimension, bool whole)
    {
        if (dimension == sizes.Length)
        {
            text.Append(values[position++].ToString(whole ? "0" : "0.####", CultureInfo.InvariantCulture));
            return;
        }
        var isRow = dimension == sizes.Length - 1;
        var separator = isRow ? ", " : ",\n" + new string(' ', dimension + 1);
        text.Append('[');
        for (var i = 0; i < sizes[dimension]; i++)
        {
            text.Append(i > 0 ? separator : "");
            if (cut[dimension] && i == Edge)
            {
                text.Append('…').Append(separator);
            }
            Write(text, values, ref position, sizes, cut, dimension + 1, whole);
        }
        text.Append(']');
    }

    private static bool IsWhole(ScalarType type) => is_integral(type) || type == ScalarType.Bool;

    // PyTorch's names, which the course's texts use.
    private static string TypeName(ScalarType type) => type switch
    {
        ScalarType.Byte => "uint8",
        ScalarType.Int8 => "int8",
        ScalarType.Int16 => "int16",
        ScalarType.Int32 => "int32",
        ScalarType.Int64 => "int64",
        ScalarType.Float16 => "float16",
        ScalarType.Float32 => "float32",
        ScalarType.Float64 => "float64",
        ScalarType.Bool => "bool",
        _ => type.ToString().ToLowerInvariant(),
    };
}
