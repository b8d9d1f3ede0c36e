using System.Text;
using CourseCompanion.Display;
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

    /// <summary>The text of a value.</summary>
    internal static string Format(object value) =>
        value is TorchSharp.torch.Tensor tensor ? TensorText.Format(tensor) : Format(Snapshot.Of(value));

    /// <summary>The text of what was read of a value.</summary>
    internal static string Format(Snapshot snapshot)
    {
        if (snapshot is Snapshot.Text text)
        {
            return text.Value;
        }
        var writer = new Writer(Formatter.ListExpansionLimit, Formatter.RecursionLimit);
        writer.Write(snapshot, 0);
        return writer.ToString();
    }

    /// <summary>One short line, for a table's cell.</summary>
    internal static string Short(Snapshot snapshot, int maxLength)
    {
        var writer = new Writer(listLimit: 8, depthLimit: 2);
        writer.Write(snapshot, 0);
        var text = (snapshot is Snapshot.Text whole ? whole.Value : writer.ToString()).ReplaceLineEndings(" ");
        return text.Length <= maxLength ? text : string.Concat(text.AsSpan(0, maxLength - 1), "…");
    }

    private sealed class Writer(int listLimit, int depthLimit)
    {
        private readonly StringBuilder _text = new();

        public override string ToString() =>
            _text.Length <= MaxLength ? _text.ToString() : string.Concat(_text.ToString(0, MaxLength), "…");

        internal void Write(Snapshot snapshot, int depth)
        {
            if (_text.Length > MaxLength)
            {
                return;
            }
            switch (snapshot)
            {
                case Snapshot.Null:
                    _text.Append("null");
                    break;
                case Snapshot.Text text:
                    _text.Append('"').Append(text.Value).Append('"');
                    break;
                case Snapshot.Number number:
                    _text.Append(Numbers.Plain(number.Value));
                    break;
                case Snapshot.Truth truth:
                    _text.Append(truth.Value);
                    break;
                case Snapshot.Line line:
                    _text.Append(line.Value);
                    break;
                case Snapshot.Html html:
                    _text.Append(html.Value);
                    break;
                case Snapshot.Failed failed:
                    _text.Append(failed.Note);
                    break;
                case Snapshot.Cut cut:
                    WriteCut(cut.Name, cut.Around);
                    break;
                case Snapshot.Pair pair:
                    Write(pair.Key, depth + 1);
                    _text.Append(": ");
                    Write(pair.Value, depth + 1);
                    break;
                case Snapshot.Items items:
                    WriteItems(items, depth);
                    break;
                case Snapshot.Described described:
                    WriteMembers(described, depth);
                    break;
            }
        }

        private void WriteCut(string name, string around) => _text.Append(name)
            .Append(around is "{}" && name.Length > 0 ? " " : "")
            .Append(around switch { [var open, var close] => around is "{}" ? "{ … }" : $"{open} … {close}", _ => "…" });

        private void WriteItems(Snapshot.Items items, int depth)
        {
            _text.Append(items.Name);
            if (depth >= depthLimit)
            {
                WriteCut("", items.Around);
                return;
            }
            var space = items.Around == "()" ? "" : " ";
            _text.Append(items.Around[0]).Append(space);
            var values = items.Shape is { } shape ? Cells(items, shape.Columns) : items.Values;
            var written = 0;
            foreach (var value in values.Take(listLimit))
            {
                _text.Append(written++ > 0 ? ", " : "");
                Write(value, depth + 1);
            }
            var rest = items.Count - written ?? (items.More || values.Count > written ? -1 : 0);
            _text.Append(written > 0 && (rest != 0 || items.Failure is not null) ? ", " : "");
            _text.Append(items.Failure ?? (rest switch { 0 => "", < 0 => "…", _ => $"… ({rest} de plus)" }));
            _text.Append(space).Append(items.Around[1]);
        }

        // Of a matrix that is too wide, the first row; else row after row.
        private static List<Snapshot> Cells(Snapshot.Items matrix, int columns) =>
            [.. matrix.Values.OfType<Snapshot.Items>().Take(matrix.Values is [Snapshot.Items { Values.Count: var read }, ..] && read < columns ? 1 : int.MaxValue).SelectMany(row => row.Values)];

        private void WriteMembers(Snapshot.Described described, int depth)
        {
            var name = TypeNames.Of(described.Type);
            if (depth >= depthLimit)
            {
                WriteCut(name, "{}");
                return;
            }
            _text.Append(name).Append(name.Length > 0 ? " { " : "{ ");
            var separator = "";
            foreach (var (member, value) in described.Members)
            {
                _text.Append(separator).Append(member).Append(" = ");
                Write(value, depth + 1);
                separator = ", ";
            }
            _text.Append(" }");
        }
    }
}
