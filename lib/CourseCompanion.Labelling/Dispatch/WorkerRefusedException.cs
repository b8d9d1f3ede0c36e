namespace CourseCompanion.Labelling.Dispatch;

/// <summary>This worker must not work on a job: it would answer otherwise than the others.</summary>
public sealed class WorkerRefusedException(string message) : InvalidOperationException(message);
