using System.Collections;
using System.Globalization;
using System.Text;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>Default HTML of values that are tables by nature: sequences of records, dictionaries, matrices, records.</summary>
internal static class HtmlTables
{
    private const int MaxCellLength = 160;

    /// <summary>A table for the value, or null when plain text shows it better (numbers, texts, lists of them).</summary>
    internal static string? TryFormat(Snapshot snapshot) => snapshot switch
    {
        Snapshot.Items { Shape: { } shape } matrix => OfMatrix(matrix, shape),
        Snapshot.Items { Columns: { } columns } table => OfRows(columns, table.Values.Select(Parts), table),
        Snapshot.Items { Around: "{}" } dictionary => OfRows(["clé", "valeur"], dictionary.Values.Select(Parts), dictionary),
        Snapshot.Items { Around: "[]" } items when Sample(items) is Snapshot.Described or Snapshot.Items { Around: "()" } => OfSequence(items),
        Snapshot.Described described => OfRows(["propriété", "valeur"], described.Members.Select(member => new[] { new Snapshot.Text(member.Name), member.Value }), null),
        _ => null,
    };

    /// <summary>A table with one row per item and one column per member of the items.</summary>
    internal static string OfSequence(IEnumerable sequence) =>
        Snapshot.Of(sequence) is Snapshot.Items items ? TryFormat(items with { Around = "[]" }) ?? OfSequence(items) : "";

    private static string OfSequence(Snapshot.Items items) => Sample(items) switch
    {
        Snapshot.Items { Around: "()" } tuple =>
            OfRows([.. Enumerable.Range(1, tuple.Values.Count).Select(i => $"Item{i}")], items.Values.Select(Parts), items),
        Snapshot.Described sample => OfRows(
            [.. sample.Members.Select(member => member.Name)],
            items.Values.Select(item => item is Snapshot.Described row && row.Type == sample.Type ? Parts(item) : [item]),
            items),
        _ => OfRows(["index", "valeur"], items.Values.Select((item, i) => new[] { new Snapshot.Number(i), item }), items),
    };

    private static Snapshot? Sample(Snapshot.Items items) => items.Values.FirstOrDefault(item => item is not Snapshot.Null);

    private static Snapshot[] Parts(Snapshot row) => row switch
    {
        Snapshot.Pair pair => [pair.Key, pair.Value],
        Snapshot.Items items => [.. items.Values],
        Snapshot.Described described => [.. described.Members.Select(member => member.Value)],
        _ => [row],
    };

    private static string OfMatrix(Snapshot.Items matrix, (int Rows, int Columns) shape)
    {
        var width = matrix.Values is [Snapshot.Items row, ..] ? row.Values.Count : 0;
        var table = OfRows(
            ["", .. Enumerable.Range(0, width).Select(column => column.ToString(CultureInfo.InvariantCulture))],
            matrix.Values.Select((row, i) => Parts(row).Prepend(new Snapshot.Number(i)).ToArray()),
            null);
        return $"{table}<p><small>{shape.Rows} × {shape.Columns}</small></p>";
    }

    private static string OfRows(IReadOnlyList<string> header, IEnumerable<Snapshot[]> rows, Snapshot.Items? counted)
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
        if (counted?.Failure is { } failure)
        {
            html.Append("<p><small>").Append(HtmlText.Encode(failure)).Append("</small></p>");
        }
        else if (counted?.Count > written)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p><small>{counted.Count - written} {(counted.Count - written > 1 ? "lignes" : "ligne")} de plus</small></p>");
        }
        else if (counted is { More: true, Count: null })
        {
            html.Append("<p><small>… et d’autres lignes</small></p>");
        }
        return html.ToString();
    }

    private static void WriteCell(StringBuilder html, Snapshot value)
    {
        if (value is Snapshot.Number number)
        {
            html.Append("<td style=\"text-align:right\">").Append(Numbers.InTable(number.Value)).Append("</td>");
            return;
        }
        var text = value switch
        {
            Snapshot.Null => "",
            Snapshot.Truth truth => truth.Value ? "oui" : "non",
            Snapshot.Html raw => raw.Value,
            _ => HtmlText.Encode(PlainText.Short(value, MaxCellLength)),
        };
        html.Append("<td style=\"text-align:left\">").Append(text).Append("</td>");
    }
}
