using System.Text.RegularExpressions;

namespace CourseCompanion.Notebooks.Session;

/// <summary>A NuGet package that a cell asks for.</summary>
/// <param name="Name">The package's id.</param>
/// <param name="Version">A version or a range in NuGet's notation; <c>*</c>: the latest stable one.</param>
internal sealed partial record PackageRequest(string Name, string Version)
{
    /// <summary>Reads <c>Name</c> or <c>Name, Version</c>; null when it is neither.</summary>
    internal static PackageRequest? Parse(string text)
    {
        var match = Request().Match(text);
        return match.Success
            ? new PackageRequest(match.Groups["name"].Value, match.Groups["version"] is { Success: true } version ? version.Value : "*")
            : null;
    }

    // Both become part of a project file: nothing but what ids and versions are made of.
    [GeneratedRegex(@"^\s*(?<name>[A-Za-z0-9_][A-Za-z0-9_.\-]*)\s*(,\s*(?<version>[A-Za-z0-9.*+\-]+|[\[(][A-Za-z0-9.,*+\- ]+[\])])\s*)?$")]
    private static partial Regex Request();
}
