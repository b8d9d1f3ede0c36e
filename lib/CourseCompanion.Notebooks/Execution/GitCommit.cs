namespace CourseCompanion.Notebooks.Execution;

/// <summary>The commit that is checked out, read from git's files: no git program is needed.</summary>
internal static class GitCommit
{
    /// <summary>The commit of the repository around a folder, or null.</summary>
    internal static string? Of(string folder)
    {
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
        {
            var git = Path.Combine(parent.FullName, ".git");
            if (Directory.Exists(git))
            {
                return Read(git);
            }
        }
        return null;
    }

    private static string? Read(string git)
    {
        try
        {
            var head = File.ReadAllText(Path.Combine(git, "HEAD")).Trim();
            if (!head.StartsWith("ref: ", StringComparison.Ordinal))
            {
                return head;
            }
            var reference = head["ref: ".Length..];
            var loose = Path.Combine(git, reference);
            if (File.Exists(loose))
            {
                return File.ReadAllText(loose).Trim();
            }
            return File.ReadLines(Path.Combine(git, "packed-refs"))
                .Where(line => line.EndsWith(" " + reference, StringComparison.Ordinal))
                .Select(line => line.Split(' ')[0])
                .FirstOrDefault();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
