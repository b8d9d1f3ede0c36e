namespace CourseCompanion.Tests.Shared;

/// <summary>A test in a real browser; skipped, and counted as skipped, where there is no Chromium.</summary>
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
    }

    /// <summary>Path of the browser, or null.</summary>
    public static string? Chromium { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => BrowserNames.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
