using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// The one thread on which a session's cells run. One for the whole session, since gradient mode, dispose scopes and
/// OpenMP's worker threads belong to a thread; with a big stack, since students write recursions.
/// </summary>
/// <remarks>
/// Only an aborted cell costs the thread. .NET 10 aborts a thread out of a signal handler, which leaves the signal blocked
/// on that thread and on every thread that it starts: there, a second abort would never arrive in a tight loop. So a
/// thread that was aborted ends, and a supervisor that never was starts the next one.
/// </remarks>
internal sealed class CellThread : IDisposable
{
    private const int StackSize = 16 << 20;

    private readonly BlockingCollection<Action> _work = [];
    private volatile Thread? _thread;
    private bool _aborted;

    internal CellThread() =>
        new Thread(Supervise, 256 << 10) { Name = "notebook cell supervisor", IsBackground = true }.Start();

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

    /// <summary>
    /// Runs user code on the current (cell) thread until its task has ended. An interruption ends it wherever it is, also
    /// after an <c>await</c>.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    internal void RunAbortable(Func<Task> body, Interruption interruption)
    {
        var previous = SynchronizationContext.Current;
        using var context = new CellSynchronizationContext(interruption.Leave);
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
                    context.RunUntilCompleted(task);
                    task.GetAwaiter().GetResult();
                },
                interruption.Abort);
#pragma warning restore SYSLIB0046
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
            _aborted = interruption.Abort.IsCancellationRequested;
        }
    }

    private void Supervise()
    {
        while (!_work.IsCompleted)
        {
            var thread = new Thread(RunWork, StackSize) { Name = "notebook cells", IsBackground = true };
            thread.Start();
            thread.Join();
        }
    }

    private void RunWork()
    {
        _thread = Thread.CurrentThread;
        ActivationSignal.Unblock();
        // Flows from here to the tasks and threads that cells start.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("fr-FR");
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
            if (_aborted)
            {
                _aborted = false;
                return;
            }
        }
    }

    public void Dispose() => _work.CompleteAdding();
}
