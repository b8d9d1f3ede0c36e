using System.Reflection;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>What code of the user's threw while a display read a value: the display notes it in its place and goes on.</summary>
internal static class UserFailure
{
    /// <summary>
    /// Whether the display goes on: as a cell's own catch clause would, except that a cancellation ends it once the cell was asked
    /// to end. Endless recursion is explained as an error of the cell.
    /// </summary>
    internal static bool IsNoted(Exception error) =>
        Checkpoint.May(error) && !(Cause(error) is OperationCanceledException && CellExecution.Flow?.Reason is not null);

    /// <summary><c>⚠ FormatException : the first line of the message</c>.</summary>
    internal static string Note(Exception error)
    {
        var cause = Cause(error);
        return $"⚠ {TypeNames.Of(cause.GetType())} : {cause.Message.Split('\n')[0].TrimEnd()}";
    }

    private static Exception Cause(Exception error) => error is TargetInvocationException { InnerException: { } inner } ? Cause(inner) : error;
}
