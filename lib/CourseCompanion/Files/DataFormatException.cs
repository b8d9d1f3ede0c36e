
namespace CourseCompanion.Files;

/// <summary>
/// A data file is not what it should be: truncated, foreign, hostile, or of the wrong shape. Names the file, the entry
/// in it, the value that was found and the way out.
/// </summary>
public sealed class DataFormatException : DatasetException
{
    /// <summary>Creates an exception without a message.</summary>
    public DataFormatException()
    {
    }

    /// <summary>Creates an exception with a ready message.</summary>
    /// <param name="message">What is wrong, and what to do about it.</param>
    public DataFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception caused by another one.</summary>
    /// <param name="message">What is wrong, and what to do about it.</param>
    /// <param name="innerException">The cause.</param>
    public DataFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception that names everything there is to name.</summary>
    /// <param name="file">The file read.</param>
    /// <param name="entry">The entry in it (<c>train_images</c>), or null for the file as a whole.</param>
    /// <param name="problem">What is wrong, as the end of a sentence.</param>
    /// <param name="remedy">The way out, as a sentence.</param>
    /// <param name="innerException">The cause, if another exception told.</param>
    public DataFormatException(string file, string? entry, string problem, string remedy, Exception? innerException = null)
        : base($"{file}{(entry is null ? "" : $", entry '{entry}'")}: {problem}. {remedy}", innerException!)
    {
        File = file;
        Entry = entry;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>The file read.</summary>
    public string? File { get; }

    /// <summary>The entry in the file, or null for the file as a whole.</summary>
    public string? Entry { get; }

    /// <summary>What is wrong, with the value that was found.</summary>
    public string? Problem { get; }

    /// <summary>The way out.</summary>
    public string? Remedy { get; }
}
