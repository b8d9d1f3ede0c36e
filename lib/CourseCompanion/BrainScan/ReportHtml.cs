using System.Globalization;
using System.Text;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>HTML that the mission's reports share: light, with its own text colour, so that dark themes keep it readable.</summary>
internal static class ReportHtml
{
    /// <summary>Said wherever a result is shown.</summary>
    public const string DecisionAid = "Aide à la décision, jamais un diagnostic.";

    private const string Cell = "border: none; border-bottom: 1px solid #DDDDDD; padding: 5px 12px; text-align: left; vertical-align: top";

    /// <summary>A table of plain texts.</summary>
    public static string Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, string? note = null)
    {
        var html = new StringBuilder("<div style=\"background: #FFFFFF; color: #1A1A1A; padding: 10px; overflow-x: auto; font-family: sans-serif\">\n");
        html.Append("<table style=\"border-collapse: collapse; background: #FFFFFF; color: #1A1A1A; font-size: 15px\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<caption style=\"text-align: left; color: #1A1A1A; font-size: 18px; padding-bottom: 8px\"><b>{FrenchText.ToHtml(title)}</b></caption>\n");
        html.Append("<thead><tr style=\"background: #FFFFFF\">").AppendJoin("", columns.Select(name => $"<th scope=\"col\" align=\"left\" style=\"{Cell}\">{FrenchText.ToHtml(name)}</th>")).Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            html.Append("<tr style=\"background: #FFFFFF\">").AppendJoin("", row.Select((text, column) => column == 0
                ? $"<th scope=\"row\" align=\"left\" style=\"{Cell}; font-weight: normal\">{FrenchText.ToHtml(text)}</th>"
                : $"<td align=\"left\" style=\"{Cell}\">{FrenchText.ToHtml(text)}</td>")).Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n");
        return html.Append(note is null ? "" : $"<p style=\"color: #555555; font-size: 14px; margin: 8px 0 0 0\">{FrenchText.ToHtml(note)}</p>\n").Append("</div>").ToString();
    }
}
