using CourseCompanion.Evaluation;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // More points are not seen, but make a page heavy.
    private const int MostRiskPoints = 100;

    /// <summary>Risk-coverage curves: the share of wrong answers when only the surest ones are given.</summary>
    /// <param name="title">French title.</param>
    /// <param name="curves">French name of each method, and its curve by <see cref="RiskCoverage"/>.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There is no curve, or one is empty.</exception>
    public static Figure RiskCoverage(string title, params IEnumerable<(string Name, IReadOnlyList<RiskCoveragePoint> Points)> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        return Line(
            title,
            Axis.Percent("Couverture : images qui reçoivent une réponse") with { Minimum = 0, Maximum = 1 },
            Axis.Percent("Risque : erreurs parmi les réponses") with { Minimum = 0 },
            curves.Select(curve =>
            {
                var step = Math.Max(1, curve.Points.Count / MostRiskPoints);
                RiskCoveragePoint[] shown = [.. curve.Points.Where((_, i) => i % step == 0 || i == curve.Points.Count - 1)];
                return new Series(curve.Name, shown.Select(point => point.Risk)).At(shown.Select(point => point.Coverage));
            }));
    }
}
