using System.Globalization;
using CourseCompanion.Evaluation;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// Scores of several methods, all on the same seeds, and what each gains over a reference: the mean gain, its 95 % interval (by
/// resampling the seeds), the least and the largest. One seed proves nothing.
/// </summary>
/// <param name="further">Scores besides the course's four, by name.</param>
internal sealed class SeedStudy(params (string Name, Func<ClassificationReport, double> Read)[] further)
{
    private const int DefaultSeeds = 20;

    private readonly (string Name, Func<ClassificationReport, double> Read)[] _scores =
    [
        ("auc", report => report.MacroAuc),
        ("accuracy", report => report.Accuracy),
        ("macro_f1", report => report.MacroF1),
        ("balanced_accuracy", report => report.BalancedAccuracy),
        .. further,
    ];

    private readonly Dictionary<string, List<ClassificationReport>> _reports = [];

    /// <summary>The seeds of a study: 1 to 20, or to the variable <c>COURSE_SEEDS</c>.</summary>
    public static int[] Seeds =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("COURSE_SEEDS"), CultureInfo.InvariantCulture, out int asked) ? asked : DefaultSeeds)];

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
        foreach ((string score, Func<ClassificationReport, double> read) in _scores)
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
