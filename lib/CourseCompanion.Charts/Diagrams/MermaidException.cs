namespace CourseCompanion.Charts;

/// <summary>A diagram that cannot be drawn; the message, in French, says why.</summary>
public sealed class MermaidException(string message, Exception? inner = null) : Exception(message, inner);
