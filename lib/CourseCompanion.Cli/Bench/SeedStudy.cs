using CourseCompanion.Evaluation;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// Scores of several methods, all on the same seeds, and what each gains over a reference: the mean gain, its 95 % interval (by
/// resampling the seeds), the least and the largest. One seed proves nothing.
/// </summary>
internal sealed class SeedStudy
{
    private static readonly (string Name, Func<ClassificationReport, double> Read)[] Scores =
    [
        ("auc", report => report.MacroAuc),
        ("accuracy", report => report.Accuracy),
        ("macro_f1", report => report.MacroF1),
        ("balanced_accuracy", report => report.BalancedAccuracy),
    ];

    private readonly Dictionary<string, List<ClassificationReport>> _reports = [];

    /// <summary>Adds what a method reached with the next seed.</summary>
    public void Add(string method, ClassificationReport report)
    {
        if (!_reports.TryGetValue(method, out List<ClassificationReport>? list))
        {
            _reports[method] = list = [];
        }

        list.Add(report);
    }

    /// <summary>The figures, by name: <c>accuracy_METHOD_mean</c>, and <c>accuracy_METHOD_gain_mean</c>, <c>_low</c>, <c>_high</c>, <c>_min</c>, <c>_max</c>.</summary>
    /// <param name="figures">Receives them.</param>
    /// <param name="prefix">Goes before each name.</param>
    /// <param name="reference">The method to which the others are compared; null for means alone.</param>
    public void WriteTo(Dictionary<string, double> figures, string prefix = "", string? reference = null)
    {
        foreach ((string score, Func<ClassificationReport, double> read) in Scores)
        {
            foreach ((string method, List<ClassificationReport> reports) in _reports)
            {
                string name = $"{prefix}{score}_{method}";
                figures[$"{name}_mean"] = reports.Average(read);
                if (reference is not null && method != reference)
                {
                    double[] gains = [.. reports.Zip(_reports[reference], (with, without) => read(with) - read(without))];
                    ConfidenceInterval mean = Bootstrap.ConfidenceInterval(gains.Length, seeds => seeds.Average(seed => gains[seed]), resamples: 10_000);
                    figures[$"{name}_gain_mean"] = mean.Estimate;
                    figures[$"{name}_gain_low"] = mean.Lower;
                    figures[$"{name}_gain_high"] = mean.Upper;
                    figures[$"{name}_gain_min"] = gains.Min();
                    figures[$"{name}_gain_max"] = gains.Max();
                }
            }
        }
    }
}
