namespace CourseCompanion.Tests.Shared;

/// <summary>The clone that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of <c>CourseCompanion.sln</c>.</summary>
    public static string Root { get; } = Find();

    /// <summary>The folder of the committed notebooks.</summary>
    public static string Notebooks { get; } = Path.Combine(Root, "notebooks");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CourseCompanion.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not inside a clone of the course.");
    }
}
