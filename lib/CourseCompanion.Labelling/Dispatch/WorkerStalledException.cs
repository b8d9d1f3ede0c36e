namespace CourseCompanion.Labelling.Dispatch;

/// <summary>This worker hung over an image; its process must make place for another.</summary>
public sealed class WorkerStalledException(string message) : IOException(message);
