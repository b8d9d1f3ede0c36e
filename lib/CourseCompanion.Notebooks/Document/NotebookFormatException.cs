namespace CourseCompanion.Notebooks.Document;

/// <summary>
/// A file that is not a notebook this library can read. The message names the file, the place and the way out, and is
/// meant to be shown as it is.
/// </summary>
public sealed class NotebookFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="source">The file (or other origin) that was read.</param>
    /// <param name="problem">What is wrong, and where.</param>
    /// <param name="innerException">The error underneath, if any.</param>
    public NotebookFormatException(string source, string problem, Exception? innerException = null)
        : base($"{source}: {problem}", innerException)
    {
        NotebookSource = source;
    }

    /// <summary>The file (or other origin) that was read.</summary>
    public string NotebookSource { get; }
}
