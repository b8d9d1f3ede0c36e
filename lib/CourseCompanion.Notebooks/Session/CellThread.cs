using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime;

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
        _thread.Start();
    }

    internal Thread Thread => _thread;

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

    /// <summary>
    /// Runs user code on the current (cell) thread until its task has ended. The token aborts it wherever it is,
    /// also after an <c>await</c>.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal static void RunAbortable(Func<Task> body, CancellationToken abort)
    {
        var previous = SynchronizationContext.Current;
        using var context = new CellSynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            // The supported way to stop code that does not cooperate. Its warning is about processes that must stay
            // consistent afterwards; here a cell may leave its own data half-changed, as in any notebook.
#pragma warning disable SYSLIB0046
            ControlledExecution.Run(
                () =>
                {
                    var task = body();
                    context.RunUntilCompleted(task, abort);
                    task.GetAwaiter().GetResult();
                },
                abort);
#pragma warning restore SYSLIB0046
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    private void RunWork()
    {
        // Flows from here to the tasks and threads that cells start.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("fr-FR");
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    public void Dispose() => _work.CompleteAdding();
}
