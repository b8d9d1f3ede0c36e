using System.Globalization;
using System.Text;
using CourseCompanion.Evaluation;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Reports;

/// <summary>A report as lines of text.</summary>
public static class ReportText
{
    private const int MostReasons = 10;

    /// <summary>Shares labelled at which the curve is quoted.</summary>
    private static readonly double[] QuotedShares = [0.2, 0.4, 0.6, 0.8, 1];

    /// <summary>The lines.</summary>
    /// <param name="report">The report.</param>
    /// <param name="reviewList">The file with the list for the radiologist.</param>
    public static string Of(LabellingReport report, string reviewList)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder text = new();
        RunCounts counts = report.Run.Counts;
        Line($"Job {report.Run.Id}: {counts.Images:N0} images. A decision aid, never a diagnosis.");
        foreach ((string label, long count) in report.ByLabel)
        {
            Line($"  {label,-24} {count,12:N0}");
        }

        Line($"  {"left to a human",-24} {counts.Abstained,12:N0}   below a probability of {report.Run.Request.Threshold}");
        Line($"  {"unreadable",-24} {counts.Unreadable,12:N0}");
        foreach ((string reason, long count) in report.ByError.OrderByDescending(entry => entry.Value).Take(MostReasons))
        {
            Line($"    {count,8:N0}  {reason}");
        }

        foreach (ShardOutcome aside in report.SetAside)
        {
            Line($"  shard {aside.Shard} was set aside, its images are not labelled: {aside.Error}");
        }

        Line($"Labelled by the model alone: {Percent(report.Coverage)}. {Risk(report)}");
        foreach (RiskCoveragePoint point in Quoted(report.Curve))
        {
            Line($"  {Percent(point.Coverage),8} labelled: {Percent(point.Risk),7} wrong, from a probability of {point.Confidence:0.000} on");
        }

        Line($"Speed: {report.ImagesPerWorkerSecond:N1} images a second and worker, {report.ImagesPerSecond ?? 0:N1} in all; {counts.Starts:N0} starts for {report.Run.Request.ShardCount:N0} shards.");
        Line($"Cost, by the course's assumptions: {report.Cost.Compute:N2} euros of machines, {report.Cost.Review:N0} euros of radiologists for the {report.ToReview.Count:N0} images of {reviewList}.");
        return text.ToString();

        static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>Of a curve of a hundred points, those that a person compares: the last one within each share.</summary>
    private static IEnumerable<RiskCoveragePoint> Quoted(IReadOnlyList<RiskCoveragePoint> curve) =>
        QuotedShares.Select(share => curve.LastOrDefault(point => point.Coverage <= share)).OfType<RiskCoveragePoint>().Distinct();

    private static string Risk(LabellingReport report) => report.ForetoldRisk is { } risk
        ? string.Create(CultureInfo.InvariantCulture, $"On the images that the threshold was chosen by, {risk * 100:0.0} % of such labels were wrong.")
        : "How many of these are wrong nobody measured: the model came without a risk-coverage curve.";
}
