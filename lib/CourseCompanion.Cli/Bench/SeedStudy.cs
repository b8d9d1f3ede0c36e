using System.Globalization;
using CourseCompanion.Evaluation;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// Scores of several methods, all on the same seeds, and what each gains over a reference: the mean gain, its 95 % interval (by
/// resampling the seeds), the least and the largest. One seed proves nothing.
/// </summary>
/// <param name="scores">What is measured of each report, by name.</param>
/// <typeparam name="TReport">What a network is judged by.</typeparam>
internal class SeedStudy<TReport>(params (string Name, Func<TReport, double> Read)[] scores)
{
    private const int DefaultSeeds = 20;

    private readonly (string Name, Func<TReport, double> Read)[] _scores = scores;

    // Method -> scores of each seed, in the order of _scores.
    private readonly Dictionary<string, List<IReadOnlyList<double>>> _found = [];

    /// <summary>The seeds of a study: 1 to 20, or to the variable <c>COURSE_SEEDS</c>.</summary>
    public static int[] Seeds =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("COURSE_SEEDS"), CultureInfo.InvariantCulture, out int asked) ? asked : DefaultSeeds)];

    /// <summary>The scores of a report, in the order in which <see cref="Add(string, IReadOnlyList{double})"/> takes them.</summary>
    public double[] ScoresOf(TReport report) => [.. _scores.Select(score => score.Read(report))];

    /// <summary>Adds what a method reached with the next seed.</summary>
    public void Add(string method, TReport report) => Add(method, ScoresOf(report));

    /// <summary>Adds what a method reached with the next seed.</summary>
    /// <param name="method">Its name in results.</param>
    /// <param name="scores">What <see cref="ScoresOf"/> made of its report.</param>
    public void Add(string method, IReadOnlyList<double> scores)
    {
        if (!_found.TryGetValue(method, out List<IReadOnlyList<double>>? list))
        {
            _found[method] = list = [];
        }

        list.Add(scores);
    }

    /// <summary>The figures, by name: <c>accuracy_METHOD_mean</c>, and <c>accuracy_METHOD_gain_mean</c>, <c>_low</c>, <c>_high</c>, <c>_min</c>, <c>_max</c>.</summary>
    /// <param name="figures">Receives them.</param>
    /// <param name="prefix">Goes before each name.</param>
    /// <param name="reference">The method to which the others are compared; null for means alone.</param>
    public void WriteTo(Dictionary<string, double> figures, string prefix = "", string? reference = null)
    {
        for (int score = 0; score < _scores.Length; score++)
        {
            foreach ((string method, List<IReadOnlyList<double>> seeds) in _found)
            {
                string name = $"{prefix}{_scores[score].Name}_{method}";
                figures[$"{name}_mean"] = seeds.Average(scores => scores[score]);
                if (reference is not null && method != reference)
                {
                    double[] gains = [.. seeds.Zip(_found[reference], (with, without) => with[score] - without[score])];
                    ConfidenceInterval mean = Bootstrap.ConfidenceInterval(gains.Length, drawn => drawn.Average(seed => gains[seed]), resamples: 10_000);
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

/// <summary>The same, of classifiers: the course's four scores.</summary>
/// <param name="further">Scores besides these, by name.</param>
internal sealed class SeedStudy(params (string Name, Func<ClassificationReport, double> Read)[] further) : SeedStudy<ClassificationReport>(
[
    ("auc", report => report.MacroAuc),
    ("accuracy", report => report.Accuracy),
    ("macro_f1", report => report.MacroF1),
    ("balanced_accuracy", report => report.BalancedAccuracy),
    .. further,
]);
