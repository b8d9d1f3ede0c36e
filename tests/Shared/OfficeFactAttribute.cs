namespace CourseCompanion.Tests.Shared;

/// <summary>A test in LibreOffice; skipped, and counted as skipped, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OfficeFactAttribute : FactAttribute
{
    public OfficeFactAttribute()
    {
        if (Office is null)
        {
            Skip = "LibreOffice is not installed.";
        }
    }

    /// <summary>Path of LibreOffice, or null.</summary>
    public static string? Office { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "soffice"))
            .FirstOrDefault(File.Exists);
}
