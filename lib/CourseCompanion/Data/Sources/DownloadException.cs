using CourseCompanion.Files;

namespace CourseCompanion.Data.Sources;

/// <summary>What stopped a download.</summary>
public enum DownloadFailure
{
    /// <summary>The server cannot be reached or broke off again and again; what arrived is kept for the next try.</summary>
    Unreachable,

    /// <summary>The server answered that it will not give the file.</summary>
    Refused,

    /// <summary>The server wanted to go on without encryption.</summary>
    Insecure,

    /// <summary>What arrived is not the official file; it was discarded.</summary>
    WrongContent,

    /// <summary>The file could not be stored: disk full, folder read-only or in use. Nothing half-written is left.</summary>
    Storage,
}

/// <summary>A dataset could not be downloaded; the message says why, and the way out.</summary>
public sealed class DownloadException : DatasetException
{
    /// <summary>Creates an exception without a message.</summary>
    public DownloadException()
    {
    }

    /// <summary>Creates an exception with a ready message.</summary>
    /// <param name="message">What is wrong, and what to do about it.</param>
    public DownloadException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception caused by another one.</summary>
    /// <param name="message">What is wrong, and what to do about it.</param>
    /// <param name="innerException">The cause.</param>
    public DownloadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception of a kind.</summary>
    /// <param name="failure">What stopped the download.</param>
    /// <param name="message">What is wrong, and what to do about it.</param>
    /// <param name="innerException">The cause, if another exception told.</param>
    public DownloadException(DownloadFailure failure, string message, Exception? innerException = null)
        : base(message, innerException!) => Failure = failure;

    /// <summary>What stopped the download.</summary>
    public DownloadFailure Failure { get; }
}
