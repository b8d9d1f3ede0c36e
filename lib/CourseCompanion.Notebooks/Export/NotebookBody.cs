using System.Text;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Export;

/// <summary>The cells of a notebook, one below the other, as the body of a page.</summary>
/// <param name="html">What cells become.</param>
internal sealed class NotebookBody(CellHtml html)
{
    private readonly StringBuilder _body = new();

    /// <summary>Whether the page needs plotly.js.</summary>
    internal bool UsesPlotly => html.UsesPlotly;

    /// <summary>Whether the page has a heading of its own.</summary>
    internal bool HasTitle => html.Headings.Any(heading => heading.Level == 1);

    /// <summary>The elements, in order.</summary>
    public override string ToString() => _body.ToString();

    /// <summary>Adds a cell.</summary>
    /// <returns>What it became; empty for one that a page does not show.</returns>
    internal string Add(NotebookCell cell)
    {
        var element = cell.Kind switch
        {
            NotebookCellKind.Markdown => $"<section class=\"prose\">\n{html.Prose(cell.Source, cell.Attachments)}</section>\n",
            NotebookCellKind.Code => Code(cell),
            _ => html.Raw(cell) is { } raw ? $"<section class=\"html\">\n{raw}</section>\n" : "",
        };
        _body.Append(element);
        return element;
    }

    /// <summary>The page's own table of contents; empty where there is little to list.</summary>
    internal string Contents()
    {
        var headings = html.Headings.Where(heading => heading.Level is 2 or 3).ToList();
        if (headings.Count < 2)
        {
            return "";
        }
        var items = headings.Select(heading =>
            $"<li class=\"level-{heading.Level}\"><a href=\"#{HtmlText.Encode(heading.Id)}\">{HtmlText.Encode(heading.Text)}</a></li>\n");
        return $"<nav aria-label=\"Sommaire\"><details open><summary>Sommaire</summary><ul>\n{string.Concat(items)}</ul></details></nav>\n";
    }

    private string Code(NotebookCell cell)
    {
        var outputs = cell.Outputs;
        if (cell.Source.Trim().Length == 0 && outputs.Count == 0)
        {
            return "";
        }
        StringBuilder section = new("<section class=\"cell\">\n");
        section.Append(IsHidden(cell)
            ? $"<details><summary>Afficher le code</summary>\n{CellHtml.Source(cell)}</details>\n"
            : CellHtml.Source(cell));
        if (cell.Metadata.At("course", "status").AsText() == "not-run")
        {
            section.Append("<p class=\"not-run\">Cellule non exécutée.</p>\n");
        }
        if (outputs.Count > 0)
        {
            section.Append("<div class=\"outputs\">\n").AppendJoin("", outputs.Select(html.Output)).Append("</div>\n");
        }
        return section.Append("</section>\n").ToString();
    }

    // Solutions and long helpers: Jupyter's marker for a folded input, and the tag that other tools use.
    private static bool IsHidden(NotebookCell cell) =>
        cell.HasTag("hide-input") || cell.Metadata.At("jupyter", "source_hidden").IsTrue();
}
