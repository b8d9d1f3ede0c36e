using Microsoft.Data.Analysis;

namespace CourseCompanion.Tables;

/// <summary>A mean, with what it is a mean of.</summary>
/// <param name="Value">The mean; not-a-number when there is no value.</param>
/// <param name="Count">How many values it is over.</param>
/// <param name="Missing">How many were missing, and left out.</param>
public readonly record struct TableMean(double Value, long Count, long Missing)
{
    /// <summary>The mean and what it is over.</summary>
    /// <returns>French text, such as <c>1,5 (moyenne de 2 valeurs, 1 manquante)</c>.</returns>
    public override string ToString()
    {
        var missing = Missing == 0 ? "" : $", {French.FrenchNumbers.Count(Missing, "manquante")}";
        return $"{French.FrenchNumbers.Compact(Value)} (moyenne de {French.FrenchNumbers.Count(Count, "valeur")}{missing})";
    }
}

/// <summary>
/// Means that leave missing values out and add up in double precision. Those of Microsoft.Data.Analysis 0.23 do not:
/// <c>GroupBy(...).Mean</c> of 1 and a missing value is 0.5, and a mean of floats adds up in floats.
/// </summary>
public static class TableMeans
{
    /// <summary>The mean of a column: <c>patients.MeanOf("âge")</c>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="column">A column of numbers.</param>
    /// <returns>The mean, and how many values it is over.</returns>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold numbers.</exception>
    public static TableMean MeanOf(this DataFrame table, string column)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Mean(Numbers(Column(table, column)));
    }

    /// <summary>The mean of a column for each value of another: <c>patients.MeanOf("âge", by: "sexe")</c>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="column">A column of numbers.</param>
    /// <param name="by">The column that tells the groups; its missing values are a group of their own, the last.</param>
    /// <returns>One row per group, in the order in which they appear: the group, « Moyenne », « Valeurs », « Manquantes ».</returns>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold numbers.</exception>
    public static DataFrame MeanOf(this DataFrame table, string column, string by)
    {
        ArgumentNullException.ThrowIfNull(table);
        var groups = Column(table, by).Cast<object?>().Zip(Numbers(Column(table, column)))
            .GroupBy(row => row.First, row => row.Second)
            .OrderBy(group => group.Key is null)
            .Select(group => (Name: group.Key, Mean: Mean(group)))
            .ToList();
        return new DataFrame(
            new StringDataFrameColumn(by, groups.Select(group => group.Name is null ? null : Convert.ToString(group.Name, System.Globalization.CultureInfo.InvariantCulture))),
            new DoubleDataFrameColumn("Moyenne", groups.Select(group => group.Mean.Count == 0 ? (double?)null : group.Mean.Value)),
            new Int64DataFrameColumn("Valeurs", groups.Select(group => group.Mean.Count)),
            new Int64DataFrameColumn("Manquantes", groups.Select(group => group.Mean.Missing)));
    }

    private static TableMean Mean(IEnumerable<double?> values)
    {
        var (sum, count, missing) = (0.0, 0L, 0L);
        foreach (var value in values)
        {
            if (value is { } present && !double.IsNaN(present))
            {
                sum += present;
                count++;
            }
            else
            {
                missing++;
            }
        }

        return new TableMean(count == 0 ? double.NaN : sum / count, count, missing);
    }

    private static DataFrameColumn Column(DataFrame table, string name) =>
        table.Columns.FirstOrDefault(column => column.Name == name)
        ?? throw new ArgumentException($"The table has no column '{name}': it has {string.Join(", ", table.Columns.Select(column => $"'{column.Name}'"))}.", nameof(name));

    private static IEnumerable<double?> Numbers(DataFrameColumn column) => column.IsNumericColumn()
        ? column.Cast<object?>().Select(value => value is null ? (double?)null : Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture))
        : throw new ArgumentException($"Column '{column.Name}' holds {column.DataType.Name} values, not numbers.", nameof(column));
}
