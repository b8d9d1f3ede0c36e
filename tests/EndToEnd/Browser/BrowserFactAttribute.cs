namespace CourseCompanion.EndToEnd.Browser;

/// <summary>A test in a real browser; skipped, and counted as skipped, where there is no Chromium.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium is null)
        {
            Skip = "Chromium is not installed.";
        }
    }

    /// <summary>Path of the browser, or null.</summary>
    public static string? Chromium { get; } = Notebooks.Processes.Chromium.Find();
}
