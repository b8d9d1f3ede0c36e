using System.Runtime.ExceptionServices;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Keeps the process alive when an exception that nothing catches is thrown on a thread that a cell started, in a timer, an
/// async void method or a finalizer: the thread ends, and the cell that runs, or the last one, says what was thrown.
/// </summary>
internal static class UncaughtExceptions
{
    private static int _installed;

    /// <summary>Does so from now on, while there is a session.</summary>
    internal static void Install()
    {
        if (Interlocked.Exchange(ref _installed, 1) == 0)
        {
            // Once per process: a second handler is an error.
            ExceptionHandling.SetUnhandledExceptionHandler(Handle);
        }
    }

    private static bool Handle(Exception error)
    {
        if (IsOurThread() || CSharpSession.CurrentOrNull is not { } session)
        {
            return false;
        }
        // A check that ended the thread is what the interrupt was for.
        if (Checkpoint.May(error) || RecursionReport.Find(error) is not null)
        {
            session.Report(error);
        }
        return true;
    }

    // A thread of the kernel without which it would stand still.
    private static bool IsOurThread() =>
        Thread.CurrentThread.Name is { } name
        && (name.StartsWith("Jupyter ", StringComparison.Ordinal) || name.StartsWith("ZMTP ", StringComparison.Ordinal)
            || name.StartsWith("notebook ", StringComparison.Ordinal));
}
