using CourseCompanion.Charts;

namespace CourseCompanion.Notebooks.Export;

/// <summary>plotly.js inside a page.</summary>
internal static class PlotlyScript
{
    /// <summary>The script element with the library inside, synchronous: figures in outputs expect the global <c>Plotly</c>.</summary>
    internal static string Element() =>
        // The one sequence that would end the element early.
        $"<script>{PlotlyLibrary.Read().Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase)}</script>";
}
