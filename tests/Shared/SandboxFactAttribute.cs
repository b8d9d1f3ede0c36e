namespace CourseCompanion.Tests.Shared;

/// <summary>A test that needs bubblewrap; skipped, and counted as skipped, where it is not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute() => Skip = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "bwrap"))) ? null : "bubblewrap is not installed.";
}
