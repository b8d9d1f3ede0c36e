namespace CourseCompanion.Cli;

/// <summary>A clone of the course: where its notebooks, tests and build outputs are.</summary>
/// <param name="Root">Full path of the folder that holds <c>CourseCompanion.sln</c>.</param>
internal sealed record CourseFolder(string Root)
{
    private const string Marker = "CourseCompanion.sln";

    public string Solution => Path.Combine(Root, Marker);

    public string Notebooks => Path.Combine(Root, "notebooks");

    public string Tests => Path.Combine(Root, "tests");

    /// <summary>Build outputs and everything else that can be made again.</summary>
    public string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>Where <c>course run</c> writes unless told otherwise.</summary>
    public string Output => Path.Combine(Root, "out");

    /// <summary>The clone that a folder lies in.</summary>
    /// <param name="start">The folder to start from, going up.</param>
    /// <exception cref="UsageException">No folder above is a clone of the course.</exception>
    public static CourseFolder Containing(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Marker)))
            {
                return new CourseFolder(folder.FullName);
            }
        }

        throw new UsageException($"{start} is not inside a clone of the course (no {Marker} in any folder above it).");
    }

    /// <summary>A path as a person reads it: relative to the clone when it lies in there.</summary>
    public string Shorten(string path)
    {
        string relative = Path.GetRelativePath(Root, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative;
    }
}
