using System.Globalization;
using System.Text;
using CourseCompanion.Display;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>State of a key figure.</summary>
public enum KpiState
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>To be watched.</summary>
    Watch,

    /// <summary>Not as it should be.</summary>
    Bad,

    /// <summary>A figure without a target.</summary>
    Neutral,
}

/// <summary>A key figure.</summary>
/// <param name="Name">French name.</param>
/// <param name="Value">The figure, written in French.</param>
/// <param name="Note">Target, interval or source, in French.</param>
/// <param name="State">Its state, told by a word and an icon besides the colour.</param>
public sealed record Kpi(string Name, string Value, string Note, KpiState State = KpiState.Neutral);

/// <summary>
/// A dashboard in one HTML file that needs no network: key figures, charts that react to the pointer, tables. It is a picture of the moment
/// at which it was made; the file carries plotly.js (some 3.5 MB).
/// </summary>
public sealed class DashboardPage
{
    private readonly List<Kpi> _kpis = [];
    private readonly List<(string Html, bool IsWide)> _panels = [];
    private readonly List<string> _warnings = [];

    /// <param name="title">French title.</param>
    /// <param name="subtitle">What it is about, in French.</param>
    public DashboardPage(string title, string subtitle)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        ArgumentNullException.ThrowIfNull(subtitle);
        Title = title;
        Subtitle = subtitle;
    }

    /// <summary>French title.</summary>
    public string Title { get; }

    /// <summary>What it is about, in French.</summary>
    public string Subtitle { get; }

    /// <summary>The key figures, in order.</summary>
    public IReadOnlyList<Kpi> Kpis => _kpis;

    /// <summary>Adds a key figure.</summary>
    /// <param name="kpi">The figure.</param>
    /// <returns>The page.</returns>
    public DashboardPage Add(Kpi kpi)
    {
        ArgumentNullException.ThrowIfNull(kpi);
        _kpis.Add(kpi);
        return this;
    }

    /// <summary>Adds a chart.</summary>
    /// <param name="figure">The chart.</param>
    /// <param name="comment">A French sentence that says what it shows.</param>
    /// <param name="isWide">Whether it takes the whole width.</param>
    /// <returns>The page.</returns>
    public DashboardPage Add(Figure figure, string comment, bool isWide = false)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentNullException.ThrowIfNull(comment);
        _panels.Add(($"{figure.ToHtml()}\n<p>{FrenchText.ToHtml(comment)}</p>", isWide));
        return this;
    }

    /// <summary>Adds anything else that shows itself as HTML: a table, a checklist.</summary>
    /// <param name="content">What to show.</param>
    /// <param name="isWide">Whether it takes the whole width.</param>
    /// <returns>The page.</returns>
    public DashboardPage Add(IDisplayable content, bool isWide = true)
    {
        ArgumentNullException.ThrowIfNull(content);
        _panels.Add((content.ToMimeBundle()[MimeTypes.Html], isWide));
        return this;
    }

    /// <summary>Adds a warning that stands above everything.</summary>
    /// <param name="text">French text.</param>
    /// <returns>The page.</returns>
    public DashboardPage Warn(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        _warnings.Add(text);
        return this;
    }

    /// <summary>The page.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $$"""
            <!DOCTYPE html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{FrenchText.ToHtml(Title)}}</title>
            <style>
            * { box-sizing: border-box; }
            body { background: #F2F4F6; color: #1A1A1A; font-family: "Segoe UI", "Open Sans", sans-serif; margin: 0; padding: 24px; line-height: 1.45; }
            main { max-width: 1500px; margin: 0 auto; }
            h1 { margin: 0; font-size: 30px; }
            .subtitle { color: #555555; margin: 4px 0 16px 0; font-size: 17px; }
            .warning { background: #FDF0D9; border-left: 6px solid #E69F00; padding: 8px 14px; margin: 8px 0; font-weight: bold; }
            .kpis { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 14px; margin: 16px 0; padding: 0; list-style: none; }
            .kpi { background: #FFFFFF; border: 1px solid #D5D9DD; border-top: 6px solid #666666; border-radius: 6px; padding: 12px 16px; }
            .kpi.good { border-top-color: #009E73; } .kpi.watch { border-top-color: #E69F00; } .kpi.bad { border-top-color: #C0392B; }
            .kpi .name { font-size: 15px; color: #333333; } .kpi .value { font-size: 32px; font-weight: bold; margin: 2px 0; white-space: nowrap; }
            .kpi .state { font-size: 14px; font-weight: bold; } .kpi .note { font-size: 14px; color: #555555; }
            .panels { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
            .panel { background: #FFFFFF; border: 1px solid #D5D9DD; border-radius: 6px; padding: 12px; overflow-x: auto; }
            .panel.wide { grid-column: 1 / -1; } .panel p { margin: 6px 8px; }
            footer { color: #555555; font-size: 14px; margin-top: 18px; }
            @media (max-width: 1250px) { .panels { grid-template-columns: 1fr; } .panel.wide { grid-column: auto; } }
            </style>
            <script>
            {{PlotlyLibrary.Read()}}
            </script>
            </head>
            <body><main>
            <h1>{{FrenchText.ToHtml(Title)}}</h1>
            <p class="subtitle">{{FrenchText.ToHtml(Subtitle)}}</p>

            """);
        html.AppendJoin("", _warnings.Select(warning => $"<p class=\"warning\" role=\"note\">⚠️ {FrenchText.ToHtml(warning)}</p>\n"));
        html.Append("<ul class=\"kpis\">\n");
        foreach (Kpi kpi in _kpis)
        {
            (string kind, string state) = kpi.State switch
            {
                KpiState.Good => ("good", "✔️ objectif atteint"),
                KpiState.Watch => ("watch", "⚠️ à surveiller"),
                KpiState.Bad => ("bad", "✖️ objectif manqué"),
                _ => ("neutral", ""),
            };
            html.Append(CultureInfo.InvariantCulture, $"<li class=\"kpi {kind}\"><div class=\"name\">{FrenchText.ToHtml(kpi.Name)}</div><div class=\"value\">{FrenchText.ToHtml(kpi.Value)}</div>");
            html.Append(state.Length == 0 ? "" : $"<div class=\"state\">{state}</div>");
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"note\">{FrenchText.ToHtml(kpi.Note)}</div></li>\n");
        }

        html.Append("</ul>\n<div class=\"panels\">\n");
        html.AppendJoin("", _panels.Select(panel => $"<section class=\"panel{(panel.IsWide ? " wide" : "")}\">{panel.Html}</section>\n"));
        return html.Append("</div>\n<footer>Page écrite par la bibliothèque à partir des résultats ; aucun chiffre n’a été saisi à la main.</footer>\n</main></body>\n</html>\n").ToString();
    }

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <returns>The path.</returns>
    public string Save(string path)
    {
        AtomicFile.WriteAllText(path, ToHtml());
        return path;
    }
}
