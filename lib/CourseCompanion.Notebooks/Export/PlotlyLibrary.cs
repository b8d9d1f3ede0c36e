using System.Reflection;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// plotly.js, which draws the charts, as the package Plotly.NET carries it: a page and a front end need no Internet for it,
/// and this program no other tool than NuGet.
/// </summary>
public static class PlotlyLibrary
{
    private const string ResourcePrefix = "Plotly.NET.plotly-", ResourceSuffix = ".min.js";

    private static readonly Lazy<(string Version, string Script)> Library = new(Read);

    /// <summary>Its version: <c>2.28.0</c>.</summary>
    public static string Version => Library.Value.Version;

    /// <summary>The whole library, 3.6 MB of JavaScript that defines the global <c>Plotly</c>.</summary>
    public static string Script => Library.Value.Script;

    /// <summary>The element with the library inside. It is loaded synchronously: figures in outputs expect the global <c>Plotly</c>.</summary>
    internal static string Element =>
        // The one sequence that would end the element early.
        $"<script>{Script.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase)}</script>";

    private static (string Version, string Script) Read()
    {
        Assembly package = Assembly.Load("Plotly.NET");
        string name = package.GetManifestResourceNames().Single(name =>
            name.StartsWith(ResourcePrefix, StringComparison.Ordinal) && name.EndsWith(ResourceSuffix, StringComparison.Ordinal));
        using StreamReader reader = new(package.GetManifestResourceStream(name)!);
        return (name[ResourcePrefix.Length..^ResourceSuffix.Length], reader.ReadToEnd());
    }
}
