using System.Globalization;
using System.Text;
using CourseCompanion.French;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Notebooks.Slides;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>
/// The sheet that lies beside the instructor while recording: of each cell a picture, the time it takes, the first words to say, and what to
/// put right before. One HTML file that needs nothing else; printed, no cell is cut by the end of a page.
/// </summary>
internal static class TakeSheet
{
    private const string Style = """
        body { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem 3rem; }
        h1 { margin: 1rem 0 .3rem; }
        .facts { color: var(--muted); margin: 0 0 1rem; }
        .verdict { border-left: 4px solid var(--edge); padding: .2rem .9rem; }
        .verdict.faults { border-color: var(--red); }
        .verdict ul, td ul { margin: .2rem 0 .2rem 1.2rem; padding: 0; }
        table { display: table; width: 100%; }
        th, td { vertical-align: top; padding: .45rem .6rem; }
        th[colspan] { font-size: 1.1rem; background: var(--head); }
        td.picture { width: 20.5rem; padding: .3rem; }
        td.picture img { display: block; width: 20rem; border: 1px solid var(--line); background: #fff; }
        .say { font-size: 1.05rem; margin: 0 0 .4rem; }
        .none, .code, .limit { color: var(--muted); }
        .code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85rem; overflow-wrap: anywhere; margin: 0 0 .4rem; }
        .time { white-space: nowrap; text-align: right; }
        .time strong { font-size: 1.1rem; }
        .fault { color: var(--red); }
        .done { width: 2.4rem; text-align: center; font-size: 1.3rem; }
        @media print {
          @page { margin: 12mm; }
          html { font-size: 10.5pt; }
          body { max-width: none; padding: 0; }
          table { break-inside: auto; }
          thead { display: table-header-group; }
          tr { break-inside: avoid; }
          tr.section { break-after: avoid; }
          td.picture { width: 60mm; }
          td.picture img { width: 58mm; }
        }
        """;

    /// <summary>The page.</summary>
    internal static string Page(RehearsalReport report, RehearsalRequest request, NotebookDocument notebook)
    {
        var rows = new StringBuilder();
        foreach (var cell in report.Cells)
        {
            if (cell.Section is { } section)
            {
                rows.Append(CultureInfo.InvariantCulture, $"<tr class=\"section\"><th colspan=\"5\" scope=\"rowgroup\">{HtmlText.Encode(section)}</th></tr>\n");
            }
            rows.Append(Row(cell, [.. report.Findings.Where(finding => finding.Cell == cell.Number)], report.Cells.Any(other => other.Picture is not null)));
        }
        var title = HtmlText.Encode($"Feuille de prises · {report.Title}");
        return $"""
            <!DOCTYPE html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>
            {PageStyle.Css}
            {Style}
            </style>
            </head>
            <body>
            <h1>{title}</h1>
            <p class="facts">{HtmlText.Encode(FrenchText.Typeset(Facts(report, request, notebook)))}</p>
            {Verdict(report)}
            <table>
            <thead><tr><th scope="col">Cellule</th><th scope="col">À l’écran</th><th scope="col">À dire, puis à exécuter</th><th scope="col">Durée</th><th scope="col">Prise</th></tr></thead>
            <tbody>
            {rows}</tbody>
            </table>
            </body>
            </html>

            """;
    }

    private static string Facts(RehearsalReport report, RehearsalRequest request, NotebookDocument notebook)
    {
        var total = Enumerable.Range(0, request.Takes).Max(take => report.Cells.Sum(cell => cell.Seconds[take] ?? 0));
        string?[] parts =
        [
            $"profil {request.Run.Profile}",
            FrenchNumbers.Count(request.Takes, "prise"),
            $"{FrenchNumbers.Count(report.Cells.Count, "cellule")} en {Duration(total)} au plus",
            $"image de {request.Preset.Width} × {request.Preset.Height}, code de {FrenchNumbers.Number(RecordingPreset.CodeSize * request.Preset.Scale, 0)} pixels",
            DateTime.Now.ToString("d MMMM yyyy", CultureInfo.GetCultureInfo("fr-FR")),
            Deck.FooterOf(notebook),
        ];
        return string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string Verdict(RehearsalReport report)
    {
        var looked = report.Cells.Any(cell => cell.Picture is not null) ? ""
            : "<p>Aucun navigateur n’a pu dessiner les cellules\u00A0: ni images, ni mesure de la taille des textes.</p>";
        if (report.Findings.Count == 0)
        {
            var figures = report.Cells.Any(cell => cell.Seconds.Count > 1) ? "mêmes chiffres à chaque prise" : "une seule prise, donc rien à comparer";
            return $"<div class=\"verdict\"><p><strong>Prêt à enregistrer\u00A0:</strong> durées tenues, {figures}, rien qui vienne du réseau.</p>{looked}</div>";
        }
        var cells = report.Findings.Select(finding => finding.Cell).Distinct().Order().ToList();
        return $"<div class=\"verdict faults\"><p><strong>{FrenchNumbers.Count(report.Findings.Count, "point")} à reprendre</strong>, "
            + $"{(cells.Count == 1 ? "cellule" : "cellules")}\u00A0{string.Join(", ", cells)}.</p>{looked}</div>";
    }

    private static string Row(RehearsedCell cell, List<RehearsalFinding> findings, bool hasPictures)
    {
        var picture = cell.Picture is { } file ? $"<img src=\"data:image/jpeg;base64,{Convert.ToBase64String(file)}\" alt=\"La cellule {cell.Number} à l’écran\">"
            : hasPictures ? "<span class=\"none\">non exécutée</span>" : "<span class=\"none\">sans image</span>";
        var say = cell.Line is { } line ? $"<p class=\"say\">{HtmlText.Encode(line)}</p>" : "<p class=\"say none\">(enchaînez)</p>";
        var faults = findings.Count == 0 ? ""
            : $"<ul class=\"fault\">{string.Concat(findings.Select(finding => $"<li>{HtmlText.Encode(FrenchText.Typeset(French(finding)))}</li>"))}</ul>";
        var slowest = cell.Seconds.Max();
        var isLong = findings.Exists(finding => finding.Fault == RehearsalFault.OverBudget);
        var time = slowest is { } seconds
            ? $"<strong{(isLong ? " class=\"fault\"" : "")}>{Duration(seconds)}</strong><br><span class=\"limit\">prévu\u00A0: {FrenchNumbers.Number(cell.Budget.TotalSeconds, cell.Budget.TotalSeconds % 1 > 0 ? 1 : 0)}\u00A0s</span>"
            : "<span class=\"none\">-</span>";
        var others = cell.Seconds.Count > 1 && slowest is > 1
            ? $"<br><span class=\"limit\">{string.Join(" · ", cell.Seconds.Select(take => take is { } value ? FrenchNumbers.Number(value, 1) : "-"))}</span>" : "";
        return $"""
            <tr>
            <td>{cell.Number}</td>
            <td class="picture">{picture}</td>
            <td>{say}<p class="code">{HtmlText.Encode(cell.Title)}</p>{(cell.Varies ? "<p class=\"limit\">Mesure ce poste\u00A0: les chiffres changent d’une prise à l’autre.</p>" : "")}{faults}</td>
            <td class="time">{time}{others}</td>
            <td class="done">☐</td>
            </tr>

            """;
    }

    private static string French(RehearsalFinding finding) => finding.Fault switch
    {
        RehearsalFault.Failed => $"Prise {finding.Take} : la cellule échoue ({finding.Found}).",
        RehearsalFault.OverBudget => $"Prise {finding.Take} : {Number(finding.Found)} s pour {Number(finding.Instead)} s prévues.",
        RehearsalFault.Differs => $"Prise {finding.Take} ({Where(finding.Place)}) : « {finding.Found} » devient « {finding.Instead} ».",
        RehearsalFault.SmallText => $"Texte de {Number(finding.Found)} points, il en faut {Number(finding.Instead)} : « {finding.Place} ».",
        RehearsalFault.WideCode when finding.Place is null => "Le code défile de côté dans un navigateur.",
        RehearsalFault.WideCode => $"{Where(finding.Place)} : {finding.Found} colonnes de code, il en tient {finding.Instead}.",
        _ => $"Vient du réseau : {finding.Place}",
    };

    private static string? Number(string? invariant) => invariant?.Replace('.', ',');

    private static string? Where(string? place) => place?
        .Replace("the number of outputs", "nombre de sorties", StringComparison.Ordinal).Replace("output", "sortie", StringComparison.Ordinal)
        .Replace("line", "ligne", StringComparison.Ordinal).Replace(" more)", " de plus)", StringComparison.Ordinal).Replace("(and ", "(et ", StringComparison.Ordinal);

    private static string Duration(double seconds) => FrenchNumbers.Duration(TimeSpan.FromSeconds(seconds));
}
