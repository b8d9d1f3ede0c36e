using CourseCompanion.Charts;

namespace CourseCompanion.Notebooks.Export;

/// <summary>Libraries inside a page.</summary>
internal static class PageScript
{
    /// <summary>The script element with plotly.js inside, synchronous: figures in outputs expect the global <c>Plotly</c>.</summary>
    internal static string Plotly() => Element(PlotlyLibrary.Read());

    /// <summary>A script element with a program inside.</summary>
    internal static string Element(string code) =>
        // The one sequence that would end the element early.
        $"<script>{code.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase)}</script>";
}
