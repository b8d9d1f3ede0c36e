using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CourseCompanion.Notebooks.Interactive;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>
/// The plain text of any value: bounded in depth and count, safe with cycles, endless sequences and throwing
/// properties. A text stands as it is; inside other values it is quoted.
/// </summary>
internal static class PlainText
{
    /// <summary>No value writes more than this, whatever its limits multiply to.</summary>
    private const int MaxLength = 100_000;

    internal static string Format(object value)
    {
        switch (value)
        {
            case string text:
                return text;
            case TorchSharp.torch.Tensor tensor:
                return TensorText.Format(tensor);
        }
        var writer = new Writer(Formatter.ListExpansionLimit, Formatter.RecursionLimit);
        writer.Write(value, 0);
        return writer.ToString();
    }

    /// <summary>One short line, for a table's cell.</summary>
    internal static string Short(object value, int maxLength)
    {
        var text = value as string;
        if (text is null)
        {
            var writer = new Writer(listLimit: 8, depthLimit: 2);
            writer.Write(value, 0);
            text = writer.ToString();
        }
        text = text.ReplaceLineEndings(" ");
        return text.Length <= maxLength ? text : string.Concat(text.AsSpan(0, maxLength - 1), "…");
    }

    /// <summary>The name of a type as C# writes it.</summary>
    internal static string TypeName(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return TypeName(underlying) + "?";
        }
        if (type.IsArray)
        {
            return $"{TypeName(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }
        if (IsAnonymous(type))
        {
            return "";
        }
        var keyword = Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => null,
            TypeCode.Boolean => "bool",
            TypeCode.Byte => "byte",
            TypeCode.SByte => "sbyte",
            TypeCode.Char => "char",
            TypeCode.Decimal => "decimal",
            TypeCode.Double => "double",
            TypeCode.Single => "float",
            TypeCode.Int16 => "short",
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.UInt16 => "ushort",
            TypeCode.UInt32 => "uint",
            TypeCode.UInt64 => "ulong",
            TypeCode.String => "string",
            _ => type == typeof(object) ? "object" : null,
        };
        if (keyword is not null)
        {
            return keyword;
        }
        var name = type.Name;
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0
            ? name
            : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>";
    }

    private static bool IsAnonymous(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && type.Name.Contains("AnonymousType", StringComparison.Ordinal);

    private sealed class Writer(int listLimit, int depthLimit)
    {
        private readonly StringBuilder _text = new();
        private readonly HashSet<object> _open = new(ReferenceEqualityComparer.Instance);

        public override string ToString() =>
            _text.Length <= MaxLength ? _text.ToString() : string.Concat(_text.ToString(0, MaxLength), "…");

        internal void Write(object? value, int depth)
        {
            if (_text.Length > MaxLength)
            {
                return;
            }
            switch (value)
            {
                case null:
                    _text.Append("null");
                    return;
                case string text:
                    _text.Append('"').Append(text).Append('"');
                    return;
                case char c:
                    _text.Append(c);
                    return;
                case DateTime or DateTimeOffset:
                    _text.Append(((IFormattable)value).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
                    return;
                case Type type:
                    _text.Append(TypeName(type));
                    return;
                case Exception error:
                    _text.Append(TypeName(error.GetType())).Append(": ").Append(error.Message);
                    return;
                case Task task:
                    // Its properties would be misleading, and reading Result would wait for it.
                    _text.Append(TypeName(task.GetType())).Append(" (").Append(task.Status).Append(", await manquant ?)");
                    return;
                case Delegate function:
                    _text.Append(TypeName(function.GetType()));
                    return;
            }
            if (Numbers.IsNumber(value))
            {
                _text.Append(Numbers.Plain(value));
                return;
            }
            if (!value.GetType().IsValueType && !_open.Add(value))
            {
                _text.Append("(cycle)");
                return;
            }
            try
            {
                WriteComposite(value, depth);
            }
            finally
            {
                if (!value.GetType().IsValueType)
                {
                    _open.Remove(value);
                }
            }
        }

        private void WriteComposite(object value, int depth)
        {
            var type = value.GetType();
            switch (value)
            {
                case TorchSharp.torch.Tensor tensor:
                    _text.Append(TensorText.Header(tensor));
                    return;
                case ITuple tuple:
                    WriteItems("(", Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), ")", depth, tuple.Length);
                    return;
                case IDictionary dictionary:
                    WriteItems("{ ", dictionary.Cast<object>(), " }", depth, dictionary.Count);
                    return;
                case DictionaryEntry entry:
                    WritePair(entry.Key, entry.Value, depth);
                    return;
                case Array { Rank: > 1 } array:
                    _text.Append(TypeName(type.GetElementType()!)).Append('[')
                        .AppendJoin(", ", Enumerable.Range(0, array.Rank).Select(array.GetLength)).Append("] ");
                    WriteItems("[ ", array, " ]", depth, array.Length);
                    return;
                case IEnumerable sequence when !OverridesToStringForText(type):
                    WriteItems("[ ", sequence, " ]", depth, (value as ICollection)?.Count);
                    return;
            }
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
            {
                WritePair(type.GetProperty("Key")!.GetValue(value), type.GetProperty("Value")!.GetValue(value), depth);
                return;
            }
            if (!Members.DescribeType(type))
            {
                _text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                return;
            }
            var name = TypeName(type);
            _text.Append(name);
            if (depth >= depthLimit)
            {
                _text.Append(name.Length > 0 ? " { … }" : "{ … }");
                return;
            }
            _text.Append(name.Length > 0 ? " { " : "{ ");
            var first = true;
            foreach (var member in Members.Of(type))
            {
                _text.Append(first ? "" : ", ").Append(member.Name).Append(" = ");
                Write(Members.Read(member, value), depth + 1);
                first = false;
            }
            _text.Append(" }");
        }

        // Sequences that are texts in their own right (StringBuilder is none, a JSON node or a path may be).
        private static bool OverridesToStringForText(Type type) =>
            typeof(System.Text.Json.Nodes.JsonNode).IsAssignableFrom(type);

        private void WritePair(object? key, object? value, int depth)
        {
            Write(key, depth + 1);
            _text.Append(": ");
            Write(value, depth + 1);
        }

        private void WriteItems(string open, IEnumerable items, string close, int depth, int? count)
        {
            _text.Append(open);
            if (depth >= depthLimit)
            {
                _text.Append('…').Append(close);
                return;
            }
            var written = 0;
            foreach (var item in items)
            {
                if (written == listLimit)
                {
                    // A sequence without a count may have no end: nothing is counted here.
                    _text.Append(count is { } n ? $", … ({n - written} de plus)" : ", …");
                    break;
                }
                _text.Append(written > 0 ? ", " : "");
                Write(item, depth + 1);
                written++;
            }
            _text.Append(close);
        }
    }
}
