using System.Globalization;
using System.Net;
using System.Text;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Dashboard;

/// <summary>The first page of the dashboard: jobs, how far they are, and who works.</summary>
internal static class DashboardView
{
    private const string Style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif } body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
        table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem } th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8886 }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } progress { width: 10rem; accent-color: #0072B2 } .bad { color: #C0392B; font-weight: 600 }
        @media (prefers-color-scheme: dark) { .bad { color: #FF8A7A } a { color: #7CC4F5 } }
        """;

    /// <summary>The page.</summary>
    /// <param name="runs">The jobs, the newest first.</param>
    /// <param name="workers">Who works.</param>
    /// <param name="now">The time, UTC.</param>
    public static string Of(IReadOnlyList<LabellingRun> runs, IReadOnlyList<WorkerRecord> workers, DateTime now)
    {
        StringBuilder page = new();
        page.Append("<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"3\">")
            .Append("<title>Étiquetage</title><style>").Append(Style).Append("</style><h1>Étiquetage</h1>")
            .Append("<p>Aide à la décision, jamais un diagnostic. La page se met à jour toutes les trois secondes. <a href=\"/hangfire\">Les tâches, vues par Hangfire</a></p>")
            .Append("<h2>Travaux</h2>");
        page.Append(runs.Count == 0 ? "<p>Aucun travail.</p>" : Jobs(runs, now));
        page.Append("<h2>Machines au travail</h2>");
        page.Append(workers.Count == 0 ? "<p>Aucune machine depuis une minute.</p>" : Workers(workers));
        return page.Append("</html>").ToString();
    }

    private static string Jobs(IReadOnlyList<LabellingRun> runs, DateTime now) => Table(
        ["Travail", "État", "Avancement", "#Images", "#À relire", "#Illisibles", "#Lots mis de côté", "#Images/s"],
        runs.Select(run =>
        {
            double seconds = ((run.Finished ?? now) - run.Created).TotalSeconds;
            long total = run.Request.ImageCount;
            return (string[])
            [
                Number(run.Id), State(run.State),
                $"<progress max=\"{total.ToString(CultureInfo.InvariantCulture)}\" value=\"{run.Counts.Images.ToString(CultureInfo.InvariantCulture)}\"></progress>",
                $"{Number(run.Counts.Images)} sur {Number(total)}", Number(run.Counts.Abstained), Number(run.Counts.Unreadable),
                run.Counts.SetAside > 0 ? $"<span class=\"bad\">{Number(run.Counts.SetAside)}</span>" : "0",
                seconds > 1 ? Number((long)Math.Round(run.Counts.Images / seconds)) : "–",
            ];
        }));

    private static string Workers(IReadOnlyList<WorkerRecord> workers) => Table(
        ["Machine et processus", "Lot en cours", "#Images étiquetées"],
        workers.Select(worker => (string[])[WebUtility.HtmlEncode(worker.Name), WebUtility.HtmlEncode(worker.Shard ?? "attend"), Number(worker.Images)]));

    private static string Table(IReadOnlyList<string> heads, IEnumerable<string[]> rows)
    {
        // A heading that begins with # is of numbers.
        bool[] isNumber = [.. heads.Select(head => head.StartsWith('#'))];
        string Cell(string tag, int column, string html) => $"<{tag}{(isNumber[column] ? " class=\"n\"" : "")}>{html}</{tag}>";
        return $"<table><tr>{string.Concat(heads.Select((head, i) => Cell("th", i, head.TrimStart('#'))))}</tr>"
            + string.Concat(rows.Select(row => $"<tr>{string.Concat(row.Select((cell, i) => Cell("td", i, cell)))}</tr>")) + "</table>";
    }

    private static string State(RunState state) => state switch
    {
        RunState.Running => "en cours",
        RunState.Merging => "assemblage",
        RunState.Done => "terminé",
        RunState.Cancelled => "annulé",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    private static string Number(long value) => value.ToString("N0", French.FrenchNumbers.Format);
}
