using System.Globalization;
using System.Text;
using CourseCompanion.Display;
using CourseCompanion.French;
using Microsoft.Data.Analysis;

namespace CourseCompanion.Tables;

/// <summary>How a data frame shows itself: its size, the types of its columns and its first rows, numbers the French way.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class TableView : IDisplayable
{
    private const int LongestText = 80;
    private const string Ellipsis = "…";

    private readonly DataFrame _table;
    private readonly DataFrameColumn[] _columns;
    private readonly int _rows;
    private readonly int[] _decimals;

    /// <param name="table">The table.</param>
    /// <param name="rows">How many rows are shown at most.</param>
    /// <param name="columns">How many columns are shown at most.</param>
    public TableView(DataFrame table, int rows = 10, int columns = 15)
    {
        ArgumentNullException.ThrowIfNull(table);
        _table = table;
        _columns = [.. table.Columns.Take(columns)];
        _rows = (int)Math.Min(rows, table.Rows.Count);
        _decimals = Array.ConvertAll(_columns, Decimals);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ToHtml(),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The table as aligned text.</summary>
    /// <returns>French text.</returns>
    public override string ToString()
    {
        string[][] cells =
        [
            [.. _columns.Select(column => column.Name)],
            [.. _columns.Select(TypeName)],
            .. Enumerable.Range(0, _rows).Select(Texts),
        ];
        var widths = _columns.Select((_, i) => cells.Max(row => row[i].Length)).ToArray();
        var text = new StringBuilder(Caption()).Append('\n');
        foreach (var row in cells)
        {
            text.Append(string.Join("  ", row.Select((cell, i) => IsNumber(_columns[i]) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd()).Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    private static bool IsNumber(DataFrameColumn column) => column.IsNumericColumn();

    private static string TypeName(DataFrameColumn column) => Type.GetTypeCode(column.DataType) switch
    {
        TypeCode.String or TypeCode.Char => "texte",
        TypeCode.Boolean => "vrai ou faux",
        TypeCode.DateTime => "date",
        TypeCode.Double or TypeCode.Single or TypeCode.Decimal => "décimal",
        TypeCode.Object => column.DataType.Name,
        _ => "entier",
    };

    private static string Text(object? value, int decimals)
    {
        var text = value switch
        {
            null => FrenchNumbers.Missing,
            string words => words.ReplaceLineEndings(" "),
            bool truth => truth ? "vrai" : "faux",
            DateTime date => date.ToString(date.TimeOfDay == TimeSpan.Zero ? "dd/MM/yyyy" : "dd/MM/yyyy HH:mm:ss", CultureInfo.InvariantCulture),
            double or float or decimal => FrenchNumbers.Number(Convert.ToDouble(value, CultureInfo.InvariantCulture), decimals),
            IFormattable number when value.GetType().IsPrimitive => number.ToString("N0", FrenchNumbers.Format),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return text.Length > LongestText ? text[..LongestText] + Ellipsis : text;
    }

    private string[] Texts(int row) => [.. _columns.Select((column, i) => Text(column[row], _decimals[i]))];

    // As few as show what the rows have, up to three; more for small numbers.
    private int Decimals(DataFrameColumn column)
    {
        if (Type.GetTypeCode(column.DataType) is not (TypeCode.Double or TypeCode.Single or TypeCode.Decimal))
        {
            return 0;
        }

        double[] values =
        [
            .. Enumerable.Range(0, _rows).Select(row => column[row]).OfType<object>()
                .Select(value => Convert.ToDouble(value, CultureInfo.InvariantCulture)).Where(double.IsFinite),
        ];
        var exact = Enumerable.Range(0, 3).FirstOrDefault(
            decimals => Array.TrueForAll(values, value => Math.Abs(value - Math.Round(value, decimals)) <= 1e-9 * Math.Max(1, Math.Abs(value)) && (value == 0) == (Math.Round(value, decimals) == 0)),
            -1);
        return exact >= 0 ? exact : values.Max(value => Math.Max(3, FrenchNumbers.DecimalsFor(value)));
    }

    private string Caption()
    {
        var size = $"Tableau de {FrenchNumbers.Count(_table.Rows.Count, "ligne")} et {FrenchNumbers.Count(_table.Columns.Count, "colonne")}";
        string[] shown =
        [
            .. _rows < _table.Rows.Count ? [_rows == 0 ? "aucune ligne montrée" : $"les {FrenchNumbers.Count(_rows, "première", "premières")}"] : Array.Empty<string>(),
            .. _columns.Length < _table.Columns.Count ? [$"{FrenchNumbers.Count(_columns.Length, "colonne montrée", "colonnes montrées")}"] : Array.Empty<string>(),
        ];
        return FrenchText.Typeset(shown.Length == 0 ? size + "." : $"{size} ; {string.Join(", ", shown)}.");
    }

    private string ToHtml()
    {
        const string Cell = "border: none; border-bottom: 1px solid #DDDDDD; padding: 6px 14px";
        var html = new StringBuilder();
        html.Append("<div style=\"background: #FFFFFF; color: #1A1A1A; padding: 10px; overflow-x: auto; font-family: sans-serif\">\n");
        html.Append("<table style=\"border-collapse: collapse; background: #FFFFFF; color: #1A1A1A; font-size: 16px\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<caption style=\"text-align: left; color: #555555; font-size: 14px; padding-bottom: 8px\">{FrenchText.Encode(Caption())}</caption>\n");
        html.Append("<thead><tr style=\"background: #FFFFFF\">");
        foreach (var column in _columns)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\" style=\"{Cell}; text-align: {Side(column)}\">{FrenchText.Encode(column.Name)}<br>");
            html.Append(CultureInfo.InvariantCulture, $"<span style=\"color: #555555; font-size: 13px; font-weight: normal\">{FrenchText.Encode(TypeName(column))}</span></th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        for (var row = 0; row < _rows; row++)
        {
            html.Append("<tr style=\"background: #FFFFFF\">");
            foreach (var (column, text) in _columns.Zip(Texts(row)))
            {
                var look = column[row] is null ? "; color: #555555; font-style: italic" : "";
                html.Append(CultureInfo.InvariantCulture, $"<td style=\"{Cell}; text-align: {Side(column)}{(IsNumber(column) ? "; white-space: nowrap" : "")}{look}\">{FrenchText.Encode(text)}</td>");
            }

            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>\n</div>").ToString();
    }

    private static string Side(DataFrameColumn column) => IsNumber(column) ? "right" : "left";
}
