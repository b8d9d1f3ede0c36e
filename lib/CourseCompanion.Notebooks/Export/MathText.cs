using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// Formulas on a page that works without the Internet: MathML, which browsers draw themselves; a formula that is beyond
/// <see cref="TexToMathML"/> stands as its TeX text.
/// </summary>
internal static class MathText
{
    internal static string Inline(string tex) => TexToMathML.TryConvert(tex) is { } math
        ? $"<math>{math}</math>"
        : $"<code class=\"math\">{HtmlText.Encode(tex)}</code>";

    /// <summary>A formula on a line of its own; valid inside a paragraph.</summary>
    internal static string Displayed(string tex) => TexToMathML.TryConvert(tex.Trim()) is { } math
        ? $"<math display=\"block\">{math}</math>\n"
        : $"<code class=\"math displayed\">{HtmlText.Encode(tex.Trim())}</code>\n";
}
