using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// An executed notebook as one HTML file that needs nothing else: styles, images and, where there are charts, plotly.js are
/// inside.
/// </summary>
/// <remarks>
/// HTML in Markdown and in outputs is taken as it is: it comes from a notebook that the user chose to run.
/// </remarks>
public static class HtmlExporter
{
    private const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>The types that can be shown, best first.</summary>
    private static readonly string[] Preference =
    [
        Plotly, "text/html", "image/svg+xml", "image/png", "image/jpeg", "image/gif", "text/markdown", "text/latex",
        "application/json", "text/plain",
    ];

    // "<" is escaped, so that data cannot end the script element around it.
    private static readonly JsonSerializerOptions ScriptJson = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Makes the page.</summary>
    /// <param name="notebook">The notebook, executed or not.</param>
    /// <param name="options">How to make it; null: with the defaults.</param>
    /// <returns>The text of the HTML file, to be written as UTF-8.</returns>
    public static string Export(NotebookDocument notebook, HtmlExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        options ??= new HtmlExportOptions();
        var page = new Page(new PageImages(options.Folder));
        foreach (var cell in notebook.Cells)
        {
            page.Add(cell);
        }
        return page.ToHtml(options.Title ?? notebook.Title ?? "Notebook");
    }

    private sealed class Page(PageImages images)
    {
        private readonly StringBuilder _body = new();
        private readonly MarkdownHtml _markdown = new(images);
        private int _figures;
        private bool _usesPlotly;

        internal void Add(NotebookCell cell)
        {
            switch (cell.Kind)
            {
                case NotebookCellKind.Markdown:
                    _body.Append("<section class=\"prose\">\n").Append(_markdown.Render(cell.Source, cell.Attachments)).Append("</section>\n");
                    break;
                case NotebookCellKind.Code:
                    AddCode(cell);
                    break;
                case NotebookCellKind.Raw when RawType(cell) == "text/html":
                    _body.Append("<section class=\"html\">\n").Append(images.Embed(cell.Source, cell.Attachments)).Append("</section>\n");
                    break;
            }
        }

        // Jupyter's two spellings of what a raw cell is for; one without is for other formats than a page.
        private static string? RawType(NotebookCell cell) =>
            (cell.Metadata["raw_mimetype"] ?? cell.Metadata["format"]) is JsonValue value && value.TryGetValue(out string? type) ? type : null;

        private void AddCode(NotebookCell cell)
        {
            if (cell.Source.Trim().Length == 0 && cell.Outputs.Count == 0)
            {
                return;
            }
            var number = cell.ExecutionCount?.ToString(CultureInfo.InvariantCulture);
            var label = number is null ? "Code non exécuté" : $"Code, cellule {number}";
            _body.Append("<section class=\"cell\">\n");
            if (IsHidden(cell))
            {
                _body.Append("<details><summary>Afficher le code</summary>\n");
                AddSource(cell, label);
                _body.Append("</details>\n");
            }
            else
            {
                AddSource(cell, label);
            }
            if (cell.Metadata["course"]?["status"]?.GetValueKind() == JsonValueKind.String
                && cell.Metadata["course"]!["status"]!.GetValue<string>() == "not-run")
            {
                _body.Append("<p class=\"not-run\">Cellule non exécutée.</p>\n");
            }
            var outputs = cell.Outputs;
            if (outputs.Count > 0)
            {
                _body.Append("<div class=\"outputs\">\n");
                foreach (var output in outputs)
                {
                    AddOutput(output);
                }
                _body.Append("</div>\n");
            }
            _body.Append("</section>\n");
        }

        // Solutions and long helpers: Jupyter's marker for a folded input, and the tag that other tools use.
        private static bool IsHidden(NotebookCell cell) =>
            cell.HasTag("hide-input") || cell.Metadata["jupyter"]?["source_hidden"]?.GetValueKind() == JsonValueKind.True;

        private void AddSource(NotebookCell cell, string label) => _body
            .Append(CultureInfo.InvariantCulture, $"<div class=\"source\"><span class=\"count\" aria-hidden=\"true\">{cell.ExecutionCount}</span>")
            .Append(CultureInfo.InvariantCulture, $"<pre tabindex=\"0\" aria-label=\"{label}\"><code>{CSharpHighlighter.Highlight(cell.Source.TrimEnd())}</code></pre></div>\n");

        private void AddOutput(NotebookOutput output)
        {
            switch (output.Kind)
            {
                case NotebookOutputKind.Stream:
                    _body.Append(CultureInfo.InvariantCulture, $"<pre class=\"stream {(output.StreamName == "stderr" ? "stderr" : "stdout")}\">{AnsiHtml.Convert(Overwritten(output.Text))}</pre>\n");
                    break;
                case NotebookOutputKind.Error:
                    var report = output.Traceback.Count > 0 ? string.Join('\n', output.Traceback) : $"{output.ErrorName}: {output.ErrorValue}";
                    _body.Append(CultureInfo.InvariantCulture, $"<pre class=\"error\" role=\"alert\">{AnsiHtml.Convert(report)}</pre>\n");
                    break;
                default:
                    AddBundle(output);
                    break;
            }
        }

        /// <summary>What a terminal would show in the end: after a carriage return, a line is written over.</summary>
        private static string Overwritten(string text)
        {
            if (!text.Contains('\r', StringComparison.Ordinal))
            {
                return text;
            }
            return string.Join('\n', text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(line =>
                line.Split('\r').Aggregate((shown, over) => over.Length >= shown.Length ? over : over + shown[over.Length..])));
        }

        private void AddBundle(NotebookOutput output)
        {
            var types = output.MimeTypes.ToHashSet(StringComparer.Ordinal);
            var mime = Array.Find(Preference, types.Contains);
            var alternative = HtmlText.Encode((output.TextData("text/plain") ?? "").Trim());
            switch (mime)
            {
                case Plotly:
                    AddFigure(output.JsonData(Plotly)!, alternative);
                    break;
                case "text/html":
                    var html = output.TextData(mime)!;
                    // Figures that bring only HTML still need the library.
                    _usesPlotly |= html.Contains("Plotly", StringComparison.Ordinal);
                    _body.Append("<div class=\"html\">").Append(html).Append("</div>\n");
                    break;
                case "image/svg+xml":
                    var svg = Convert.ToBase64String(Encoding.UTF8.GetBytes(output.TextData(mime)!));
                    AddImage(mime, svg, alternative);
                    break;
                case "image/png" or "image/jpeg" or "image/gif":
                    AddImage(mime, output.TextData(mime)!.ReplaceLineEndings(""), alternative);
                    break;
                case "text/markdown":
                    _body.Append("<div class=\"prose\">").Append(_markdown.Render(output.TextData(mime)!)).Append("</div>\n");
                    break;
                case "text/latex":
                    _body.Append(MathText.Displayed(output.TextData(mime)!.Trim('$', ' ', '\n')));
                    break;
                case "application/json":
                    var json = output.JsonData(mime)?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "null";
                    _body.Append(CultureInfo.InvariantCulture, $"<pre class=\"result\">{HtmlText.Encode(json)}</pre>\n");
                    break;
                case "text/plain":
                    _body.Append(CultureInfo.InvariantCulture, $"<pre class=\"result\">{AnsiHtml.Convert(output.TextData(mime)!)}</pre>\n");
                    break;
            }
        }

        private void AddImage(string mime, string data, string alternative) =>
            _body.Append(CultureInfo.InvariantCulture, $"<img src=\"data:{mime};base64,{data}\" alt=\"{alternative}\">\n");

        private void AddFigure(JsonNode figure, string alternative)
        {
            _usesPlotly = true;
            var id = $"figure-{++_figures}";
            var height = figure["layout"]?["height"] is JsonValue value && value.TryGetValue(out double given) ? given : 450;
            _body.Append(CultureInfo.InvariantCulture, $"<figure><div id=\"{id}\" class=\"plotly\" role=\"img\" aria-label=\"{alternative}\" style=\"min-height:{height}px\"></div>\n");
            // Without the library the text stands in for the chart.
            _body.Append(CultureInfo.InvariantCulture, $"<noscript><pre>{alternative}</pre></noscript></figure>\n");
            _body.Append(CultureInfo.InvariantCulture, $"<script>drawFigure(\"{id}\", {figure.ToJsonString(ScriptJson)});</script>\n");
        }

        internal string ToHtml(string title)
        {
            var plotly = _usesPlotly ? PlotlyScript.Element() + "\n" + PageStyle.DrawFigure : "";
            var encoded = HtmlText.Encode(title);
            // The first heading is the page's own; a page without one gets it here.
            var heading = _markdown.Headings.Exists(h => h.Level == 1) ? "" : $"<h1>{encoded}</h1>\n";
            return $"""
                <!DOCTYPE html>
                <html lang="fr">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>{encoded}</title>
                <style>
                {PageStyle.Css}
                </style>
                {plotly}
                </head>
                <body>
                <a class="skip" href="#contenu">Aller au contenu</a>
                {Contents()}<main id="contenu">
                {heading}{_body}</main>
                </body>
                </html>

                """;
        }

        private string Contents()
        {
            var headings = _markdown.Headings.Where(heading => heading.Level is 2 or 3).ToList();
            if (headings.Count < 2)
            {
                return "";
            }
            var items = headings.Select(heading =>
                $"<li class=\"level-{heading.Level}\"><a href=\"#{HtmlText.Encode(heading.Id)}\">{HtmlText.Encode(heading.Text)}</a></li>\n");
            return $"<nav aria-label=\"Sommaire\"><details open><summary>Sommaire</summary><ul>\n{string.Concat(items)}</ul></details></nav>\n";
        }
    }
}
