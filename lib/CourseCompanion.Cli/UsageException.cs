namespace CourseCompanion.Cli;

/// <summary>What was typed cannot be done as typed: the message says why and what would be right. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
