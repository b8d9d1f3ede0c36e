using System.Text;
using System.Text.Json;
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
        private readonly CellHtml _html = new(images);

        internal void Add(NotebookCell cell)
        {
            switch (cell.Kind)
            {
                case NotebookCellKind.Markdown:
                    _body.Append("<section class=\"prose\">\n").Append(_html.Prose(cell.Source, cell.Attachments)).Append("</section>\n");
                    break;
                case NotebookCellKind.Code:
                    AddCode(cell);
                    break;
                case NotebookCellKind.Raw when _html.Raw(cell) is { } raw:
                    _body.Append("<section class=\"html\">\n").Append(raw).Append("</section>\n");
                    break;
            }
        }

        private void AddCode(NotebookCell cell)
        {
            if (cell.Source.Trim().Length == 0 && cell.Outputs.Count == 0)
            {
                return;
            }
            _body.Append("<section class=\"cell\">\n");
            _body.Append(IsHidden(cell)
                ? $"<details><summary>Afficher le code</summary>\n{CellHtml.Source(cell)}</details>\n"
                : CellHtml.Source(cell));
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
                    _body.Append(_html.Output(output));
                }
                _body.Append("</div>\n");
            }
            _body.Append("</section>\n");
        }

        // Solutions and long helpers: Jupyter's marker for a folded input, and the tag that other tools use.
        private static bool IsHidden(NotebookCell cell) =>
            cell.HasTag("hide-input") || cell.Metadata["jupyter"]?["source_hidden"]?.GetValueKind() == JsonValueKind.True;

        internal string ToHtml(string title)
        {
            var plotly = _html.UsesPlotly ? PageScript.Plotly() + "\n" + PageStyle.DrawFigure : "";
            var encoded = HtmlText.Encode(title);
            // The first heading is the page's own; a page without one gets it here.
            var heading = _html.Headings.Any(h => h.Level == 1) ? "" : $"<h1>{encoded}</h1>\n";
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
            var headings = _html.Headings.Where(heading => heading.Level is 2 or 3).ToList();
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
