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
        var body = new NotebookBody(new CellHtml(new PageImages(options.Folder)));
        foreach (var cell in notebook.Cells)
        {
            body.Add(cell);
        }
        var plotly = body.UsesPlotly ? PageScript.Plotly() + "\n" + PageStyle.DrawFigure : "";
        var title = HtmlText.Encode(options.Title ?? notebook.Title ?? "Notebook");
        // The first heading is the page's own; a page without one gets it here.
        var heading = body.HasTitle ? "" : $"<h1>{title}</h1>\n";
        return $"""
            <!DOCTYPE html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>
            {PageStyle.Css}{options.Style}
            </style>
            {plotly}
            </head>
            <body>
            <a class="skip" href="#contenu">Aller au contenu</a>
            {body.Contents()}<main id="contenu">
            {heading}{body}</main>
            </body>
            </html>

            """;
    }
}
