using System.Reflection;

namespace TorchSharp.Portable.Tests.Conformance;

/// <summary>The managed assembly of the official package, which the project file has downloaded where it can be had.</summary>
internal static class OfficialTorchSharp
{
    public static string? Path { get; } = typeof(OfficialTorchSharp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == nameof(OfficialTorchSharp))?.Value is { } path && File.Exists(path) ? path : null;
}

/// <summary>A test against the official package; skipped, and counted as skipped, where it was not downloaded.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OfficialTorchSharpFactAttribute : FactAttribute
{
    public OfficialTorchSharpFactAttribute()
    {
        if (OfficialTorchSharp.Path is null)
        {
            Skip = "The official TorchSharp package is not here; -p:TorchSharpConformance=true downloads it where the registry has it.";
        }
    }
}
