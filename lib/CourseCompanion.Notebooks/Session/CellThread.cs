using System.Collections.Concurrent;
using System.Globalization;
using CourseCompanion.French;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// The one thread on which a session's cells run. One for the whole session, since gradient mode, dispose scopes and
/// OpenMP's worker threads belong to a thread; with a big stack, since students write recursions.
/// </summary>
internal sealed class CellThread : IDisposable
{
    private const int StackSize = 16 << 20;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    internal CellThread()
    {
        _thread = new Thread(RunWork, StackSize) { Name = "notebook cells", IsBackground = true };
        // Not the flow of whoever made the session.
        _thread.UnsafeStart();
    }

    /// <summary>Whether the caller runs on the cells' thread.</summary>
    internal bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Queues work for the thread; executions run one after the other.</summary>
    internal Task<T> Enqueue<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                completion.SetResult(work());
            }
            catch (Exception error)
            {
                completion.SetException(error);
            }
        });
        return completion.Task;
    }

    private void RunWork()
    {
        // Flows from here to the tasks and threads that cells start.
        CultureInfo.CurrentCulture = FrenchNumbers.Culture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("fr-FR");
        while (Take() is { } work)
        {
            work();
        }
    }

    private Action? Take()
    {
        while (true)
        {
            try
            {
                return _work.TryTake(out var work, Timeout.Infinite) ? work : null;
            }
            catch (ThreadInterruptedException)
            {
                // A cell's own call, made on its thread for whatever reason.
            }
        }
    }

    public void Dispose() => _work.CompleteAdding();
}
