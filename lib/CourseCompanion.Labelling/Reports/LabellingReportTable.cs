using CourseCompanion.BrainScan;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Labelling.Reports;

/// <summary>A report as a French table, for notebooks.</summary>
/// <param name="report">The report.</param>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class LabellingReportTable(LabellingReport report) : IDisplayable
{
    private static readonly string[] Columns = ["Résultat", "Images", "Part", "Remarque"];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ReportHtml.Table($"Travail terminé : {FrenchNumbers.Count(report.Run.Counts.Images, "image")}", Columns, Rows, $"{ReportHtml.DecisionAid} {Work}"),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The rows as text.</summary>
    /// <returns>French text.</returns>
    public override string ToString() =>
        FrenchText.Typeset(string.Join('\n', Rows.Select(row => $"{row[0]} : {row[1]}{(row[3].Length > 0 ? $" ({row[3]})" : "")}").Append(Work).Append(ReportHtml.DecisionAid)));

    private IEnumerable<IReadOnlyList<string>> Rows =>
    [
        .. report.ByLabel.Select(label => Row($"Étiquetées « {label.Key} »", label.Value, "par le modèle seul")),
        Row("Laissées au radiologue", report.Run.Counts.Abstained, $"probabilité sous {FrenchNumbers.Number(report.Run.Request.Threshold, 3)}"),
        Row("Illisibles", report.Run.Counts.Unreadable, report.ByError.Count > 0 ? "la raison est écrite pour chacune" : ""),
    ];

    private string Work => $"{FrenchNumbers.Count(report.Run.Counts.Done, "lot")}, {FrenchNumbers.Count(report.SetAside.Count, "lot")} mis de côté"
        + (report.ForetoldRisk is { } risk ? $" ; erreurs que la courbe annonce parmi les étiquettes du modèle : {FrenchNumbers.Percent(risk)}." : ".");

    private string[] Row(string name, long count, string remark) =>
        [name, FrenchNumbers.Whole(count), FrenchNumbers.Percent(count / (double)Math.Max(1, report.Run.Counts.Images), 0), remark];
}
