using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Site;

/// <summary>What all pages of the site have: their head, which lets nothing in from outside, and the bar above.</summary>
internal static partial class SitePage
{
    /// <summary>The folder of what pages share.</summary>
    internal const string Assets = "site";

    internal const string StyleFile = Assets + "/site.css";
    internal const string ScriptFile = Assets + "/site.js";
    internal const string ThemeFile = Assets + "/theme.js";
    internal const string IndexFile = Assets + "/recherche.js";
    internal const string PlotlyFile = Assets + "/plotly.min.js";

    /// <summary>What stands at the foot of every page.</summary>
    internal const string Reminder = "Une aide pour apprendre, jamais un diagnostic.";

    /// <summary>The style sheet: that of exported pages, then the site's own, whose dark colours serve the system's wish and the switch alike.</summary>
    internal static string Style()
    {
        var dark = EmbeddedText.Read("Site/dark.css");
        return $$"""
            {{PageStyle.Css}}
            {{EmbeddedText.Read("Site/site.css")}}
            @media screen and (prefers-color-scheme: dark) {
            :root:not([data-theme="light"]) {
            {{dark}}}
            }
            @media screen {
            :root[data-theme="dark"] {
            {{dark}}}
            }

            """;
    }

    /// <summary>The program that all pages share.</summary>
    internal static string Script() =>
        $"const showThumbnails = {Charts.Thumbnails.Script};\n{EmbeddedText.Read("Site/site.js")}";

    /// <summary>A whole page.</summary>
    /// <param name="title">Its title, as text.</param>
    /// <param name="kind">The class of its body.</param>
    /// <param name="body">What stands in it, as HTML.</param>
    /// <param name="scripts">Files of the site that it loads, in order; plotly.js comes before the body of a page that draws at once.</param>
    /// <param name="drawsAtOnce">Whether scripts in the body count on them.</param>
    internal static string Whole(string title, string kind, string body, IReadOnlyList<string> scripts, bool drawsAtOnce = false) => $"""
        <!DOCTYPE html>
        <html lang="fr">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Policy(kind == "sheet" ? "" : body)}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta name="color-scheme" content="light dark">
        <title>{HtmlText.Encode(title)}</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="{StyleFile}">
        <script src="{ThemeFile}"></script>
        {string.Concat(scripts.Select(file => $"<script src=\"{file}\"{(drawsAtOnce && file == PlotlyFile ? "" : " defer")}></script>\n"))}</head>
        <body class="{kind}">
        <a class="skip" href="#contenu">Aller au contenu</a>
        {body}</body>
        </html>

        """;

    /// <summary>The bar above: the way home, the search, the switch. The last two need scripts, and show themselves when these run.</summary>
    internal static string Bar(string title) => $"""
        <header class="bar">
        <a class="home" href="index.html">{HtmlText.Encode(title)}</a>
        <form class="search" role="search" data-index="{IndexFile}" hidden>
        <label for="recherche">Rechercher</label>
        <input id="recherche" type="search" autocomplete="off" spellcheck="false" placeholder="un mot du cours" aria-keyshortcuts="Control+K Meta+K" title="Ctrl+K" aria-describedby="trouve">
        <kbd aria-hidden="true">Ctrl+K</kbd>
        <div class="found" hidden>
        <p id="trouve" role="status"></p>
        <ol></ol>
        </div>
        </form>
        <button class="theme" type="button" aria-pressed="false" hidden>Mode sombre</button>
        </header>

        """;

    internal static string Foot(string? remark = null) =>
        $"<footer>{(remark is null ? "" : HtmlText.Encode(Sentence(remark)) + " ")}{Reminder}</footer>\n";

    /// <summary>
    /// What a page may load: the site's own files and what stands in the page. Scripts in the body run only if they stood there when the
    /// page was made: their sums are named. A summary sheet is printed, perhaps without a sandbox (<see cref="PdfPrinter"/>): it runs none.
    /// </summary>
    private static string Policy(string body)
    {
        // On a disk, "self" is no folder: "file:" says it, and means nothing to a page that comes from a server.
        var sums = string.Concat(InlineScript().Matches(body)
            .Select(script => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.Groups["code"].Value.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')))))
            .Distinct().Select(sum => $" 'sha256-{sum}'"));
        return $"default-src 'none'; script-src 'self' file:{sums}; style-src 'self' file: 'unsafe-inline'; img-src data: blob:; "
            + "font-src data:; media-src data:; base-uri 'none'; form-action 'none'";
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + (text[^1] is '.' ? "" : ".");

    /// <summary>Whether a body has scripts that run as the page is read.</summary>
    internal static bool RunsScripts(string body) => InlineScript().IsMatch(body);

    [GeneratedRegex("<script(?![^>]*\\b(?:src|type)\\s*=)[^>]*>(?<code>.*?)</script", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();
}
