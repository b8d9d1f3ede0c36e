namespace CourseCompanion.Files;

/// <summary>Something about a dataset is wrong; the message says what, and the way out.</summary>
public class DatasetException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public DatasetException()
    {
    }

    /// <summary>Creates an exception whose message says what is wrong and the way out.</summary>
    /// <param name="message">What is wrong, and what to do about it.</param>
    public DatasetException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception caused by another one.</summary>
    /// <param name="message">What is wrong, and what to do about it.</param>
    /// <param name="innerException">The cause.</param>
    public DatasetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
