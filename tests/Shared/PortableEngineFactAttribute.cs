namespace CourseCompanion.Tests.Shared;

/// <summary>A test of what only the portable engine has; skipped where the official packages are underneath.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PortableEngineFactAttribute : FactAttribute
{
    public PortableEngineFactAttribute() =>
        Skip = File.Exists(Path.Combine(AppContext.BaseDirectory, "TorchSharp.Portable.dll")) ? null : "For the portable engine.";
}
