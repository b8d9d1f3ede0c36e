using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Export;

/// <summary>Formulas on a page that works without the Internet: their TeX text, set apart and readable.</summary>
internal static class MathText
{
    internal static string Inline(string tex) => $"<span class=\"math\" role=\"math\">{HtmlText.Encode(tex)}</span>";

    internal static string Block(string tex) => $"<div class=\"math\" role=\"math\">{HtmlText.Encode(tex.Trim())}</div>\n";
}
