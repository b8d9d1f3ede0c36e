using CourseCompanion.Results;
using Microsoft.Data.Analysis;

namespace CourseCompanion.Tables;

/// <summary>Result tables as data frames and back: to filter, sort, join and save them.</summary>
public static class TableResults
{
    private const string Method = "Méthode";
    private const string Key = "Clé";
    private const string IsBaseline = "Référence";

    /// <summary>The results as a data frame: « Méthode », « Clé », « Référence », then one column per metric.</summary>
    /// <param name="results">The results; their provenance is left behind.</param>
    /// <returns>A table with one row per method; what is not known is missing.</returns>
    public static DataFrame ToDataFrame(this ResultTable results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var metrics = results.Metrics.Index().Select(metric => (DataFrameColumn)new DoubleDataFrameColumn(
            metric.Item.Name,
            results.Rows.Select(row => double.IsFinite(row.Values[metric.Index]) ? row.Values[metric.Index] : (double?)null)));
        return new DataFrame(
        [
            new StringDataFrameColumn(Method, results.Rows.Select(row => row.Name)),
            new StringDataFrameColumn(Key, results.Rows.Select(row => row.Key)),
            new BooleanDataFrameColumn(IsBaseline, results.Rows.Select(row => row.IsBaseline)),
            .. metrics,
        ]);
    }

    /// <summary>A data frame as results: what <see cref="ToDataFrame"/> made, or a table with the same columns.</summary>
    /// <param name="table">The table; « Référence » may be left out.</param>
    /// <param name="title">French title.</param>
    /// <param name="metrics">The metrics, told by their names among the columns.</param>
    /// <param name="provenance">Where the figures come from, or null.</param>
    /// <returns>The results; a missing value is one that is not known.</returns>
    /// <exception cref="ArgumentException">A column is missing, or the rows do not make a result table.</exception>
    public static ResultTable ToResultTable(
        this DataFrame table, string title, IEnumerable<Metric> metrics, Provenance? provenance = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        Metric[] list = [.. metrics ?? throw new ArgumentNullException(nameof(metrics))];
        foreach (var name in list.Select(metric => metric.Name).Prepend(Key).Prepend(Method))
        {
            if (table.Columns.IndexOf(name) < 0)
            {
                throw new ArgumentException($"The table has no column '{name}'.", nameof(table));
            }
        }

        var hasBaselines = table.Columns.IndexOf(IsBaseline) >= 0;
        var results = new ResultTable(title, list, provenance);
        foreach (var row in table.Rows)
        {
            var values = list.Select(metric => row[metric.Name] is { } value ? Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) : double.NaN);
            var (name, key) = ($"{row[Method]}", $"{row[Key]}");
            results = hasBaselines && row[IsBaseline] is true ? results.Baseline(name, key, values) : results.Row(name, key, values);
        }

        return results;
    }
}
