using CourseCompanion.Charts;

namespace CourseCompanion.Notebooks.Export;

/// <summary>Where a page gets plotly.js from.</summary>
internal static class PlotlyScript
{
    /// <summary>
    /// The script element, with the library inside when its file can be found. Loaded synchronously: figures in
    /// outputs expect the global <c>Plotly</c>.
    /// </summary>
    internal static string Element(string? file, out bool offline)
    {
        var path = file ?? Find();
        offline = path is not null && File.Exists(path);
        if (offline)
        {
            // The one sequence that would end the element early.
            var script = File.ReadAllText(path!).Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
            return $"<script>{script}</script>";
        }
        return $"<script src=\"{Figure.PlotlyUrl}\" integrity=\"{Figure.PlotlyIntegrity}\" crossorigin=\"anonymous\"></script>";
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("COURSE_PLOTLY_JS") is { Length: > 0 } configured)
        {
            return configured;
        }
        foreach (var start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, "artifacts", "web", "plotly.min.js");
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }
        }
        return null;
    }
}
