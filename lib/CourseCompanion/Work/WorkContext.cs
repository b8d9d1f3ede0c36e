namespace CourseCompanion.Work;

/// <summary>
/// Where long work reports to and what can stop it, for the whole process. A notebook session installs its own display and
/// token, so that a training loop called from a cell shows a live bar and obeys the stop button without being told.
/// </summary>
public static class WorkContext
{
    /// <summary>Checked at every step of every training loop, besides the token given to the method itself.</summary>
    public static CancellationToken Cancellation { get; set; } = CancellationToken.None;

    /// <summary>Where progress is shown; plain lines on the console unless a host installs something better.</summary>
    public static IProgressDisplay Progress { get; set; } = new ConsoleProgressDisplay();

    /// <summary>Does short work without showing its progress. It can be cancelled all the same.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="work">The work.</param>
    /// <returns>What it gave.</returns>
    public static T Quietly<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        IProgressDisplay shown = Progress;
        Progress = new NoDisplay();
        try
        {
            return work();
        }
        finally
        {
            Progress = shown;
        }
    }

    /// <summary>Stops the work if the host or the caller asked for it.</summary>
    /// <exception cref="OperationCanceledException">One of the two tokens was cancelled.</exception>
    public static void ThrowIfCancelled(CancellationToken cancellation)
    {
        Cancellation.ThrowIfCancellationRequested();
        cancellation.ThrowIfCancellationRequested();
    }

    private sealed class NoDisplay : IProgressDisplay, IProgressTask
    {
        public IProgressTask Start(string title, int steps) => this;

        public void Report(int step, string? detail = null)
        {
        }

        public void Dispose()
        {
        }
    }
}
