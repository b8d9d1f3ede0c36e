namespace CourseCompanion.Tests.Shared;

/// <summary>
/// A test in a real browser; skipped, and counted as skipped, where there is no Chromium or no plotly.js
/// (<c>lib/CourseCompanion.Notebooks/web/fetch-plotly.sh</c> gets it).
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    private static readonly string[] BrowserNames = ["chromium", "chromium-browser", "google-chrome", "chrome"];

    public BrowserFactAttribute()
    {
        if (Chromium is null)
        {
            Skip = "Chromium is not installed.";
        }
        else if (!File.Exists(PlotlyFile))
        {
            Skip = "plotly.js is not there (artifacts/web/plotly.min.js).";
        }
    }

    /// <summary>Path of the browser, or null.</summary>
    public static string? Chromium { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => BrowserNames.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);

    /// <summary>Path of plotly.js, whether it is there or not.</summary>
    public static string PlotlyFile { get; } = Path.Combine(Repository.Root, "artifacts", "web", "plotly.min.js");
}
