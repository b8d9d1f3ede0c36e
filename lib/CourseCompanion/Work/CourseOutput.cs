namespace CourseCompanion.Work;

/// <summary>Where a chapter leaves what the next ones need, for example a trained model.</summary>
public static class CourseOutput
{
    /// <summary>Environment variable that names the folder; <c>course run --out</c> sets it.</summary>
    public const string Variable = "COURSE_OUT";

    private const string SolutionFile = "CourseCompanion.sln";

    /// <summary>
    /// The folder: <c>COURSE_OUT</c> where it is set, else <c>out</c> at the top of the clone that holds the current folder, else
    /// <c>out</c> in the current folder. It need not exist yet.
    /// </summary>
    public static string Folder =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(TopOfClone() ?? Environment.CurrentDirectory, "out");

    /// <summary>Path of a file to write in <see cref="Folder"/>, which is created if it does not exist.</summary>
    /// <param name="fileName">Name of the file, without folders.</param>
    /// <exception cref="ArgumentException">The name is empty or holds a folder.</exception>
    public static string PathOf(string fileName)
    {
        string path = Locate(fileName);
        Directory.CreateDirectory(Folder);
        return path;
    }

    /// <summary>Path of a file to read, which need not be there.</summary>
    internal static string Locate(string fileName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fileName);
        if (Path.GetFileName(fileName) != fileName)
        {
            throw new ArgumentException($"'{fileName}' is not the name of a file without folders.", nameof(fileName));
        }

        return Path.Combine(Folder, fileName);
    }

    private static string? TopOfClone()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionFile)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
