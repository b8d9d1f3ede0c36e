using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.VisualBasic.FileIO;

namespace CourseCompanion.Tables;

/// <summary>CSV files as data frames, with the types that the caller names instead of guessed ones.</summary>
public static class Table
{
    private static readonly string[] True = ["true", "vrai", "oui", "1"];
    private static readonly string[] False = ["false", "faux", "non", "0"];

    /// <summary>
    /// Loads columns of a CSV file with a header: <c>Table.LoadCsv("patients.csv", ("nom", typeof(string)), ("âge", typeof(int)))</c>.
    /// An empty cell is a missing value.
    /// </summary>
    /// <remarks>
    /// <c>DataFrame.LoadCsv</c> guesses types, reads numbers as the machine's culture writes them, and takes <c>1,5</c> for 15. Here a cell that is not of its
    /// type is an error that says where it stands.
    /// </remarks>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="columns">
    /// Names and types of the columns to keep, in the order wished: <see cref="string"/>, <see cref="int"/>, <see cref="long"/>,
    /// <see cref="double"/>, <see cref="bool"/> or <see cref="DateTime"/> (ISO 8601). Numbers have a decimal point.
    /// </param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The file has no such column, or a type is none of these.</exception>
    /// <exception cref="InvalidDataException">A cell is not of its column's type, or a line has not as many cells as the header.</exception>
    public static DataFrame LoadCsv(string path, params IReadOnlyList<(string Name, Type Type)> columns) => LoadCsv(path, ',', columns);

    /// <summary>The same for another separator; with <c>;</c>, numbers may have a decimal comma, as spreadsheets set to French write them.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="separator">What stands between two cells.</param>
    /// <param name="columns">Names and types of the columns to keep.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The file has no such column, or a type is none of these.</exception>
    /// <exception cref="InvalidDataException">A cell is not of its column's type, or a line has not as many cells as the header.</exception>
    public static DataFrame LoadCsv(string path, char separator, params IReadOnlyList<(string Name, Type Type)> columns)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
        {
            throw new ArgumentException("Name at least one column, with its type.", nameof(columns));
        }

        var file = Path.GetFileName(path);
        var lines = ReadLines(path, separator);
        string[] header = [.. (lines.Count > 0 ? lines[0].Cells : throw new InvalidDataException($"'{file}' is empty.")).Select(name => name.Trim())];
        if (lines.Find(line => line.Cells.Length != header.Length) is { Cells: { } cells, Number: var number })
        {
            throw new InvalidDataException($"'{file}', line {number}: {cells.Length} cells where the header has {header.Length}.");
        }

        return new DataFrame(columns.Select(column =>
        {
            var place = Array.IndexOf(header, column.Name);
            return place >= 0
                ? Converted(file, column.Name, column.Type, [.. lines.Skip(1).Select(line => (line.Cells[place], line.Number))], decimalComma: separator == ';')
                : throw new ArgumentException(
                    $"'{file}' has no column '{column.Name}': it has {string.Join(", ", header.Select(name => $"'{name}'"))}.", nameof(columns));
        }));
    }

    private static List<(string[] Cells, long Number)> ReadLines(string path, char separator)
    {
        // The parser that DataFrame.LoadCsv uses; that one lets short lines pass.
        using var parser = new TextFieldParser(path) { HasFieldsEnclosedInQuotes = true };
        parser.SetDelimiters(separator.ToString());
        var lines = new List<(string[] Cells, long Number)>();
        try
        {
            while (!parser.EndOfData)
            {
                var number = parser.LineNumber;
                lines.Add((parser.ReadFields() ?? [], number));
            }
        }
        catch (MalformedLineException error)
        {
            throw new InvalidDataException($"'{Path.GetFileName(path)}', line {parser.ErrorLineNumber}: a quotation mark is out of place.", error);
        }

        return lines;
    }

    private static DataFrameColumn Converted(string file, string name, Type type, (string Text, long Line)[] cells, bool decimalComma)
    {
        var place = -1;
        try
        {
            if (type == typeof(string))
            {
                return new StringDataFrameColumn(name, cells.Select(cell => Present(cell.Text)));
            }

            var culture = CultureInfo.InvariantCulture;
            return type == typeof(int) ? new Int32DataFrameColumn(name, Values(text => int.Parse(text, NumberStyles.AllowLeadingSign, culture)))
                : type == typeof(long) ? new Int64DataFrameColumn(name, Values(text => long.Parse(text, NumberStyles.AllowLeadingSign, culture)))
                : type == typeof(double) ? new DoubleDataFrameColumn(name, Values(text => double.Parse(decimalComma ? text.Replace(',', '.') : text, NumberStyles.Float, culture)))
                : type == typeof(bool) ? new BooleanDataFrameColumn(name, Values(Truth))
                : type == typeof(DateTime) ? new DateTimeDataFrameColumn(name, Values(text => DateTime.Parse(text, culture, DateTimeStyles.RoundtripKind)))
                : throw new ArgumentException($"Column '{name}': {type.Name} is not a type of column. Use string, int, long, double, bool or DateTime.", nameof(type));
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new InvalidDataException($"'{file}', column '{name}', line {cells[place].Line}: '{cells[place].Text}' is not a value of type {type.Name}.", error);
        }

        IEnumerable<T?> Values<T>(Func<string, T> parse)
            where T : struct
        {
            foreach (var (text, _) in cells)
            {
                place++;
                yield return Present(text) is { } present ? parse(present) : null;
            }
        }
    }

    private static string? Present(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool Truth(string text) =>
        True.Contains(text, StringComparer.OrdinalIgnoreCase) || (False.Contains(text, StringComparer.OrdinalIgnoreCase) ? false : throw new FormatException());
}
