using CourseCompanion.French;

namespace CourseCompanion.Results;

/// <summary>How the values of a column are written.</summary>
public enum MetricFormat
{
    /// <summary>A number with decimals.</summary>
    Number,

    /// <summary>A share from 0 to 1, written as a percentage.</summary>
    Percent,

    /// <summary>A duration in seconds.</summary>
    Seconds,
}

/// <summary>Which value of a column is the best.</summary>
public enum Better
{
    /// <summary>The highest: scores.</summary>
    Higher,

    /// <summary>The lowest: errors, durations.</summary>
    Lower,

    /// <summary>None is: counts.</summary>
    Neither,
}

/// <summary>A column of a <see cref="ResultTable"/>.</summary>
/// <param name="Name">French heading.</param>
/// <param name="Key">Name for machines: lower-case ASCII letters, digits and underscores.</param>
/// <param name="Format">How values are written.</param>
/// <param name="Decimals">How many decimals.</param>
/// <param name="Better">Which value is the best.</param>
public sealed record Metric(
    string Name, string Key, MetricFormat Format = MetricFormat.Number, int Decimals = 3, Better Better = Better.Higher)
{
    /// <summary>Macro-averaged area under the ROC curve, one class against the rest.</summary>
    public static Metric MacroAuc { get; } = new("AUC macro", "auc");

    /// <summary>Share of images rightly classified.</summary>
    public static Metric Accuracy { get; } = new("Exactitude", "accuracy", MetricFormat.Percent, 1);

    /// <summary>Macro-averaged F1.</summary>
    public static Metric MacroF1 { get; } = new("F1 macro", "macro_f1");

    /// <summary>Mean of the classes' recalls.</summary>
    public static Metric BalancedAccuracy { get; } = new("Exactitude équilibrée", "balanced_accuracy", MetricFormat.Percent, 1);

    /// <summary>The course's four scores, in its order.</summary>
    public static IReadOnlyList<Metric> Standard { get; } = [MacroAuc, Accuracy, MacroF1, BalancedAccuracy];

    /// <summary>A value as the column writes it.</summary>
    /// <param name="value">The value, in the metric's own unit; not-a-number when it is not known.</param>
    /// <returns>French text.</returns>
    public string Write(double value) => Format switch
    {
        MetricFormat.Percent => FrenchNumbers.Percent(value, Decimals),
        MetricFormat.Seconds when double.IsFinite(value) => FrenchNumbers.Duration(TimeSpan.FromSeconds(value)),
        _ => FrenchNumbers.Number(value, Decimals),
    };
}
