using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CourseCompanion.Notebooks.Interactive;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>Default HTML of values that are tables by nature: sequences of records, dictionaries, matrices, records.</summary>
internal static class HtmlTables
{
    private const int MaxCellLength = 160;

    /// <summary>A table for the value, or null when plain text shows it better (numbers, texts, lists of them).</summary>
    internal static string? TryFormat(object value)
    {
        var type = value.GetType();
        switch (value)
        {
            case string or Exception or Delegate or Type or Task or System.Text.Json.Nodes.JsonNode or TorchSharp.torch.Tensor:
                return null;
            case IDictionary dictionary:
                return OfRows(["clé", "valeur"], Pairs(dictionary), dictionary.Count);
            case Array { Rank: 2 } matrix:
                return OfMatrix(matrix);
            case Array { Rank: > 2 }:
                return null;
            case ITuple:
                return null;
            case IEnumerable sequence:
                return ItemType(sequence) is { } item && IsRow(item) ? OfSequence(sequence) : null;
        }
        return Members.DescribeType(type)
            ? OfRows(["propriété", "valeur"], Members.Of(type).Select(member => new[] { member.Name, Members.Read(member, value) }), null)
            : null;
    }

    /// <summary>A table with one row per item and one column per member of the items.</summary>
    internal static string OfSequence(IEnumerable sequence)
    {
        var items = Take(sequence, out var more);
        var sample = items.Find(item => item is not null);
        var count = (sequence as ICollection)?.Count ?? (more ? null : items.Count);
        if (sample is null || !IsRow(sample.GetType()))
        {
            return OfRows(["index", "valeur"], items.Select((item, i) => new[] { i, item }), count, more);
        }
        if (sample is ITuple tuple)
        {
            return OfRows(
                [.. Enumerable.Range(1, tuple.Length).Select(i => $"Item{i}")],
                items.Select(item => item is ITuple row ? [.. Enumerable.Range(0, row.Length).Select(i => row[i])] : Array.Empty<object?>()),
                count,
                more);
        }
        var columns = Members.Of(sample.GetType());
        return OfRows(
            [.. columns.Select(column => column.Name)],
            items.Select(item => item?.GetType() == sample.GetType()
                ? [.. columns.Select(column => Members.Read(column, item))]
                : new[] { item }),
            count,
            more);
    }

    private static bool IsRow(Type type) =>
        type != typeof(TorchSharp.torch.Tensor) && IsComposite(type);

    private static bool IsComposite(Type type) =>
        typeof(ITuple).IsAssignableFrom(type)
        || !typeof(IEnumerable).IsAssignableFrom(type) && Members.DescribeType(type);

    private static Type? ItemType(IEnumerable sequence)
    {
        var seen = 0;
        foreach (var item in sequence)
        {
            // Of a sequence of nothing, which may have no end, only the items that would be shown.
            if (item is not null || ++seen > Formatter.ListExpansionLimit)
            {
                return item?.GetType();
            }
        }
        return null;
    }

    private static List<object?> Take(IEnumerable sequence, out bool more)
    {
        var items = new List<object?>();
        more = false;
        foreach (var item in sequence)
        {
            if (items.Count == Formatter.ListExpansionLimit)
            {
                more = true;
                break;
            }
            items.Add(item);
        }
        return items;
    }

    private static IEnumerable<object?[]> Pairs(IDictionary dictionary)
    {
        // The generic enumerator of a dictionary gives other items than the non-generic one; this one gives entries.
        var entries = dictionary.GetEnumerator();
        for (var i = 0; i < Formatter.ListExpansionLimit && entries.MoveNext(); i++)
        {
            yield return [entries.Key, entries.Value];
        }
    }

    private static string OfMatrix(Array matrix)
    {
        var rows = Math.Min(matrix.GetLength(0), Formatter.ListExpansionLimit);
        var columns = Math.Min(matrix.GetLength(1), Formatter.ListExpansionLimit);
        var table = OfRows(
            ["", .. Enumerable.Range(0, columns).Select(column => column.ToString(CultureInfo.InvariantCulture))],
            Enumerable.Range(0, rows).Select(row =>
                new[] { (object?)row }.Concat(Enumerable.Range(0, columns).Select(column => matrix.GetValue(row, column))).ToArray()),
            null);
        return $"{table}<p><small>{matrix.GetLength(0)} × {matrix.GetLength(1)}</small></p>";
    }

    private static string OfRows(IReadOnlyList<string> header, IEnumerable<object?[]> rows, int? count, bool more = false)
    {
        var html = new StringBuilder("<table><thead><tr>");
        foreach (var name in header)
        {
            html.Append("<th>").Append(HtmlText.Encode(name)).Append("</th>");
        }
        html.Append("</tr></thead><tbody>");
        var written = 0;
        foreach (var row in rows)
        {
            html.Append("<tr>");
            foreach (var value in row)
            {
                WriteCell(html, value);
            }
            html.Append("</tr>");
            written++;
        }
        html.Append("</tbody></table>");
        if (count > written)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p><small>{count - written} lignes de plus</small></p>");
        }
        else if (more && count is null)
        {
            html.Append("<p><small>… et d’autres lignes</small></p>");
        }
        return html.ToString();
    }

    private static void WriteCell(StringBuilder html, object? value)
    {
        if (value is not null && Numbers.IsNumber(value))
        {
            html.Append("<td style=\"text-align:right\">").Append(Numbers.InTable(value)).Append("</td>");
            return;
        }
        var text = value switch
        {
            null => "",
            bool flag => flag ? "oui" : "non",
            RawContent { MimeType: "text/html" } raw => raw.Text,
            _ => HtmlText.Encode(PlainText.Short(value, MaxCellLength)),
        };
        html.Append("<td style=\"text-align:left\">").Append(text).Append("</td>");
    }
}
