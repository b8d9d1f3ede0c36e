using System.Collections;
using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Interactive;
using Tensor = TorchSharp.torch.Tensor;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>
/// What a display has read of a value: text and table are both written from it. So each property and each sequence is read
/// once, whatever code of the user's fails while it is read leaves a note in its place, and the reading is bounded in depth,
/// width and total.
/// </summary>
internal abstract record Snapshot
{
    /// <summary>Levels that a table shows, however few <see cref="Formatter.RecursionLimit"/> asks for.</summary>
    private const int LevelsOfTables = 4;

    /// <summary>No display reads more values than this, whatever its limits multiply to.</summary>
    private const int MaxValues = 20_000;

    internal sealed record Null : Snapshot;

    /// <summary>A text; quoted when inside other values.</summary>
    internal sealed record Text(string Value) : Snapshot;

    /// <summary>A number, for each form to write in its own way.</summary>
    internal sealed record Number(object Value) : Snapshot;

    internal sealed record Truth(bool Value) : Snapshot;

    /// <summary>What one line says in full: a date, a task, a type with a <c>ToString</c> of its own.</summary>
    internal sealed record Line(string Value) : Snapshot;

    /// <summary>HTML as it is, where HTML is written.</summary>
    internal sealed record Html(string Value) : Snapshot;

    /// <summary>A sequence, as far as it was read.</summary>
    /// <param name="Values">The items.</param>
    /// <param name="Around">What opens and what closes it: <c>[]</c>, <c>{}</c> for a dictionary, <c>()</c> for a tuple.</param>
    internal sealed record Items(IReadOnlyList<Snapshot> Values, string Around) : Snapshot
    {
        /// <summary>What precedes the items; empty for most.</summary>
        internal string Name { get; init; } = "";

        /// <summary>How many there are; null when that cannot be known without reading them all.</summary>
        internal int? Count { get; init; }

        /// <summary>Whether there are more than were read.</summary>
        internal bool More { get; init; }

        /// <summary>Why the reading ended before its time.</summary>
        internal string? Failure { get; init; }

        /// <summary>Of a matrix, of which <see cref="Values"/> are the first rows.</summary>
        internal (int Rows, int Columns)? Shape { get; init; }

        /// <summary>The names of a table's columns; <see cref="Values"/> are its rows.</summary>
        internal IReadOnlyList<string>? Columns { get; init; }
    }

    internal sealed record Pair(Snapshot Key, Snapshot Value) : Snapshot;

    /// <summary>A record, an anonymous type or a plain class.</summary>
    internal sealed record Described(Type Type, IReadOnlyList<(string Name, Snapshot Value)> Members) : Snapshot;

    /// <summary>What stands where code of the user's failed: <c>⚠ FormatException : ...</c>.</summary>
    internal sealed record Failed(string Note) : Snapshot;

    /// <summary>What lies too deep, or comes when enough has been read.</summary>
    /// <param name="Around">What opens and what closes it; empty, or two characters.</param>
    internal sealed record Cut(string Around = "") : Snapshot
    {
        /// <summary>What precedes it; empty for most.</summary>
        internal string Name { get; init; } = "";
    }

    /// <summary>Reads a value.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <remarks>A sequence that is computed as it is read is the cell's own work: what it throws is an error of the cell.</remarks>
    internal static Snapshot Of(object? value) =>
        new Reader(isComputed: value is IEnumerable and not (string or ICollection or JsonNode or Tensor)).Read(value, 0);

    private sealed class Reader(bool isComputed)
    {
        private readonly int _limit = Formatter.ListExpansionLimit;
        private readonly int _levels = Math.Max(Formatter.RecursionLimit, LevelsOfTables);
        private readonly HashSet<object> _open = new(ReferenceEqualityComparer.Instance);
        private int _read;

        internal Snapshot Read(object? value, int depth)
        {
            if (value is null)
            {
                return new Null();
            }
            if (++_read > MaxValues)
            {
                return new Cut();
            }
            if (Numbers.IsNumber(value))
            {
                return new Number(value);
            }
            if (!value.GetType().IsValueType && !_open.Add(value))
            {
                return new Line("(cycle)");
            }
            try
            {
                return OneLine(value) ?? Composite(value, depth);
            }
            catch (Exception error) when (IsNoted(error, depth))
            {
                return new Failed(UserFailure.Note(error));
            }
            finally
            {
                if (!value.GetType().IsValueType)
                {
                    _open.Remove(value);
                }
            }
        }

        // What has no parts that a reader would want.
        private static Snapshot? OneLine(object value) => value switch
        {
            string text => new Text(text),
            bool truth => new Truth(truth),
            char character => new Line(character.ToString()),
            DateTime or DateTimeOffset => new Line(((IFormattable)value).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
            Type type => new Line(TypeNames.Of(type)),
            Exception error => new Line($"{TypeNames.Of(error.GetType())}: {error.Message}"),
            // Its properties would be misleading, and reading Result would wait for it.
            Task task => new Line($"{TypeNames.Of(TypeNames.OfTask(task))} ({task.Status}, await manquant ?)"),
            Delegate => new Line(TypeNames.Of(value.GetType())),
            Tensor tensor => new Line(TensorText.Header(tensor)),
            JsonNode json => new Line(json.ToString()),
            RawContent { MimeType: "text/html" } html => new Html(html.Text),
            RawContent content => new Line(content.Text),
            _ when TypeNames.Implemented(value.GetType(), typeof(IAsyncEnumerable<>)) is { } type =>
                new Line($"{TypeNames.Of(type)} (à parcourir par await foreach)"),
            _ => null,
        };

        private Snapshot Composite(object value, int depth)
        {
            var type = value.GetType();
            // Of a struct that nothing was put into, such as default(ArraySegment<byte>), even the enumerator throws.
            if (value is IEnumerable && type.IsValueType && value.Equals(RuntimeHelpers.GetUninitializedObject(type)))
            {
                return new Line($"{TypeNames.Of(type)} (default)");
            }
            switch (value)
            {
                case ITuple tuple:
                    return Sequence(Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), depth, tuple.Length, around: "()");
                case DictionaryEntry entry:
                    return new Pair(Read(entry.Key, depth + 1), Read(entry.Value, depth + 1));
                case Array { Rank: 2 } matrix:
                    return Matrix(matrix, depth);
                case Array { Rank: > 2 } array:
                    return Sequence(array, depth, array.Length, name: ArrayName(array));
                case IDictionary dictionary:
                    return Sequence(Entries(dictionary), depth, Count(dictionary), around: "{}");
                case DataSet tables:
                    return Sequence(tables.Tables.Cast<DataTable>().Select(table => new DictionaryEntry(table.TableName, table)), depth, tables.Tables.Count, around: "{}");
                case DataTable table:
                    return Table(table.Columns, table.Rows, depth);
                case DataView { Table: { } viewed } view:
                    return Table(viewed.Columns, view, depth);
                case DataRow row:
                    return Sequence(row.Table.Columns.Cast<DataColumn>().Select(column => new DictionaryEntry(column.ColumnName, row[column])), depth, row.Table.Columns.Count, around: "{}");
                case DataRowView row:
                    return Composite(row.Row, depth);
                case IEnumerable sequence:
                    return OwnText(sequence, type) is { } text && IsTree(type) ? new Line(text) : Enumerated(sequence, type, depth);
            }
            if (type.IsGenericType && type.GetGenericTypeDefinition() is { } generic)
            {
                if (generic == typeof(KeyValuePair<,>))
                {
                    return new Pair(Read(type.GetProperty("Key")!.GetValue(value), depth + 1), Read(type.GetProperty("Value")!.GetValue(value), depth + 1));
                }
                if (generic == typeof(Memory<>) || generic == typeof(ReadOnlyMemory<>))
                {
                    return Part(value, type, depth);
                }
            }
            return Members.DescribeType(type) ? Describe(value, type, depth) : new Line(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }

        private Snapshot Enumerated(IEnumerable sequence, Type type, int depth)
        {
            var count = Count(sequence);
            if (TypeNames.Implemented(type, typeof(IGrouping<,>)) is { } grouping)
            {
                return new Pair(Read(grouping.GetProperty("Key")!.GetValue(sequence), depth + 1), Sequence(sequence, depth + 1, count));
            }
            var isDictionary = TypeNames.Implemented(type, typeof(IReadOnlyDictionary<,>)) ?? TypeNames.Implemented(type, typeof(IDictionary<,>));
            // A text that begins as a list does writes the items itself, as those of F# do.
            var text = OwnText(sequence, type);
            return text is ['[' or '{', ..] ? new Line(text) : Sequence(sequence, depth, count, isDictionary is null ? "[]" : "{}", text is null ? "" : text + " ");
        }

        private Snapshot Sequence(IEnumerable sequence, int depth, int? count, string around = "[]", string name = "")
        {
            if (depth >= _levels)
            {
                return new Cut(around);
            }
            var values = new List<Snapshot>();
            bool more = false;
            string? failure = null;
            try
            {
                foreach (var item in sequence)
                {
                    // A sequence without a count may have no end: nothing is counted here.
                    more = values.Count == _limit || _read > MaxValues;
                    if (more)
                    {
                        break;
                    }
                    values.Add(Read(item, depth + 1));
                }
            }
            catch (Exception error) when (IsNoted(error, depth))
            {
                failure = UserFailure.Note(error);
            }
            return new Items(values, around) { Name = name, Count = count ?? (more || failure is not null ? null : values.Count), More = more, Failure = failure };
        }

        private Snapshot Matrix(Array matrix, int depth)
        {
            int rows = Math.Min(matrix.GetLength(0), _limit), columns = Math.Min(matrix.GetLength(1), _limit);
            if (depth >= _levels)
            {
                return new Cut("[]");
            }
            return new Items(
                [.. Enumerable.Range(0, rows).Select(row => Sequence(Enumerable.Range(0, columns).Select(column => matrix.GetValue(row, column)), depth, columns))], "[]")
            {
                Name = ArrayName(matrix),
                Count = matrix.Length,
                Shape = (matrix.GetLength(0), matrix.GetLength(1)),
            };
        }

        private Snapshot Table(DataColumnCollection columns, IEnumerable rows, int depth)
        {
            var read = Sequence(rows.Cast<object>().Select(row => (row as DataRow ?? ((DataRowView)row).Row).ItemArray), depth, Count(rows));
            var names = columns.Cast<DataColumn>().Select(column => column.ColumnName);
            return read is Items items ? items with { Columns = [.. names.Take(_limit), .. columns.Count > _limit ? ["…"] : Array.Empty<string>()] } : read;
        }

        // Of a Memory<T>, only what is shown is copied.
        private Snapshot Part(object memory, Type type, int depth)
        {
            var length = (int)type.GetProperty("Length")!.GetValue(memory)!;
            var part = type.GetMethod("Slice", [typeof(int), typeof(int)])!.Invoke(memory, [0, Math.Min(length, _limit + 1)])!;
            return Sequence((Array)type.GetMethod("ToArray")!.Invoke(part, null)!, depth, length);
        }

        private Snapshot Describe(object value, Type type, int depth) => depth >= _levels
            ? new Cut("{}") { Name = TypeNames.Of(type) }
            : new Described(type, [.. Members.Of(type).Select(member => (member.Name, ReadMember(member, value, depth)))]);

        private Snapshot ReadMember(Members.Member member, object value, int depth)
        {
            object? content;
            try
            {
                content = member.Get(value);
            }
            catch (Exception error) when (UserFailure.IsNoted(error))
            {
                return new Failed(UserFailure.Note(error));
            }
            return Read(content, depth + 1);
        }

        private bool IsNoted(Exception error, int depth) => UserFailure.IsNoted(error) && !(isComputed && depth == 0);

        private static string ArrayName(Array array) =>
            $"{TypeNames.Of(array.GetType().GetElementType()!)}[{string.Join(", ", Enumerable.Range(0, array.Rank).Select(array.GetLength))}] ";

        // The generic enumerator of a dictionary gives other items than the non-generic one; this one gives entries.
        private static IEnumerable<DictionaryEntry> Entries(IDictionary dictionary)
        {
            for (var entries = dictionary.GetEnumerator(); entries.MoveNext();)
            {
                yield return entries.Entry;
            }
        }

        private static string? OwnText(IEnumerable sequence, Type type) => Members.OverridesToString(type) ? sequence.ToString() : null;

        // A sequence of its own kind, as paths and the JSON values of other libraries are: its items say less than it does.
        private static bool IsTree(Type type) =>
            TypeNames.AllImplemented(type, typeof(IEnumerable<>)).Any(items => items.GetGenericArguments()[0] is var item && item != typeof(object) && item.IsAssignableFrom(type));

        private static int? Count(IEnumerable sequence)
        {
            try
            {
                return (sequence as ICollection)?.Count;
            }
            catch (Exception error) when (UserFailure.IsNoted(error))
            {
                return null;
            }
        }
    }
}
