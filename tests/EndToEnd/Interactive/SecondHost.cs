using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Interactive;

/// <summary>.NET Interactive for notebooks outside the clone.</summary>
internal static class SecondHost
{
    public const string Name = "dotnet-interactive";

    /// <summary>Puts cours.csx, which the first line of a chapter imports, into a folder; its paths lead to this clone.</summary>
    public static void Prepare(string folder)
    {
        var preparation = File.ReadAllText(Path.Combine(Repository.Notebooks, "cours.csx"));
        File.WriteAllText(Path.Combine(folder, "cours.csx"), preparation.Replace("\"../", $"\"{Repository.Root}/", StringComparison.Ordinal));
    }
}
