using System.Globalization;
using System.Text;

namespace TorchSharp;

/// <summary>How a tensor is written as text.</summary>
public enum TensorStringStyle
{
    /// <summary>Shape, type and device only.</summary>
    Metadata,

    /// <summary>The metadata, then one matrix per line of indices.</summary>
    Julia,

    /// <summary>Nested brackets.</summary>
    Numpy,

    /// <summary>The style of <see cref="torch.TensorStringStyle"/>.</summary>
    Default = 4,
}

public static partial class torch
{
    private const int EdgeItems = 3;

    /// <summary>The style of tensors written without one.</summary>
    public static TensorStringStyle TensorStringStyle { get; set; } = TensorStringStyle.Julia;

    public const TensorStringStyle julia = TensorStringStyle.Julia;

    public const TensorStringStyle numpy = TensorStringStyle.Numpy;

    public partial class Tensor
    {
        public override string ToString() => handle == 0 ? "" : Metadata();

        /// <summary>The tensor as text; long dimensions show their ends.</summary>
        /// <param name="style">How it is written.</param>
        /// <param name="fltFormat">The .NET format of floating-point numbers; "g5" when null.</param>
        /// <param name="width">The longest line, in characters; 100 when null.</param>
        /// <param name="cultureInfo">How numbers are written; the current culture when null.</param>
        /// <param name="newLine">The end of a line; the system's when null.</param>
        public string ToString(TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            var resolved = style == TensorStringStyle.Default ? TensorStringStyle : style;
            if (handle == 0 || resolved == TensorStringStyle.Metadata || is_meta)
            {
                return ToString();
            }
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            var writer = new TensorWriter(this, fltFormat ?? "g5", width ?? 100, cultureInfo ?? CultureInfo.CurrentCulture, newLine ?? Environment.NewLine);
            return resolved == TensorStringStyle.Numpy ? writer.Nested() : Metadata() + writer.Matrices();
        }

        private string Metadata() => $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";
    }

    /// <summary>Writes the values of one tensor.</summary>
    private sealed class TensorWriter
    {
        private readonly long[] _shape;
        private readonly string _newLine;
        private readonly int _width;
        private readonly Func<long, string> _value;

        internal TensorWriter(Tensor tensor, string format, int width, CultureInfo culture, string newLine)
        {
            _shape = tensor.shape;
            _newLine = newLine;
            _width = width;
            var dense = tensor.is_sparse ? tensor.to_dense() : tensor;
            if (dense.is_floating_point())
            {
                var values = dense.to(ScalarType.Float64, CPU).contiguous().data<double>();
                _value = i => values[i].ToString(format, culture);
            }
            else
            {
                var values = dense.to(ScalarType.Int64, CPU).contiguous().data<long>();
                var truth = dense.dtype == ScalarType.Bool;
                _value = i => truth ? (values[i] != 0 ? "True" : "False") : values[i].ToString(culture);
            }
        }

        internal string Nested()
        {
            var text = new StringBuilder();
            Nest(text, 0, 0);
            return text.ToString();
        }

        internal string Matrices()
        {
            if (_shape.Length == 0)
            {
                return ", value = " + _value(0);
            }
            var text = new StringBuilder();
            AddMatrices(text, 0, 0, "");
            return text.ToString();
        }

        private void Nest(StringBuilder text, int dim, long offset)
        {
            if (dim == _shape.Length)
            {
                text.Append(_value(offset));
                return;
            }
            var inner = Inner(dim);
            var separator = dim == _shape.Length - 1 ? " " : _newLine + new string(' ', dim + 1);
            text.Append('[');
            var first = true;
            foreach (var i in Shown(_shape[dim]))
            {
                text.Append(first ? "" : separator);
                first = false;
                if (i < 0)
                {
                    text.Append("...");
                }
                else
                {
                    Nest(text, dim + 1, offset + i * inner);
                }
            }
            text.Append(']');
        }

        private void AddMatrices(StringBuilder text, int dim, long offset, string indices)
        {
            if (_shape.Length - dim > 2)
            {
                foreach (var i in Shown(_shape[dim]))
                {
                    if (i < 0)
                    {
                        text.Append(_newLine).Append("...");
                    }
                    else
                    {
                        AddMatrices(text, dim + 1, offset + i * Inner(dim), $"{indices}{i},");
                    }
                }
                return;
            }
            if (indices.Length > 0)
            {
                text.Append(_newLine).Append(CultureInfo.InvariantCulture, $"[{indices}..,..] =");
            }
            var columns = Shown(_shape[^1]);
            long[] rows = _shape.Length - dim == 2 ? Shown(_shape[dim]) : [0];
            var cells = Array.ConvertAll(rows, row => Array.ConvertAll(columns, column =>
                row < 0 || column < 0 ? "..." : _value(offset + row * _shape[^1] + column)));
            var widths = columns.Select((_, i) => cells.Max(row => row[i].Length)).ToArray();
            foreach (var row in cells)
            {
                var line = string.Concat(row.Select((cell, i) => " " + cell.PadLeft(widths[i])));
                text.Append(_newLine).Append(line.Length <= _width ? line : string.Concat(line.AsSpan(0, _width), "..."));
            }
        }

        private long Inner(int dim) => _shape.Skip(dim + 1).Aggregate(1L, (product, size) => product * size);

        /// <summary>The positions that are written; -1 stands for those left out.</summary>
        private static long[] Shown(long size) => size <= 4 * EdgeItems
            ? [.. Enumerable.Range(0, (int)size).Select(i => (long)i)]
            : [.. Enumerable.Range(0, EdgeItems).Select(i => (long)i), -1, .. Enumerable.Range(0, EdgeItems).Select(i => size - EdgeItems + i)];
    }
}

public static class TensorExtensionMethods
{
    /// <summary>The tensor as text; for notebooks.</summary>
    public static string str(this torch.Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.ToString(style, fltFormat, width, cultureInfo, newLine);
    }

    /// <summary>Writes the tensor to the console, and returns it.</summary>
    public static torch.Tensor print(this torch.Tensor t, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default)
    {
        Console.WriteLine(t.str(fltFormat, width, newLine, cultureInfo, style));
        return t;
    }
}
