using System.Collections.Concurrent;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Brings what follows an <c>await</c> in a cell back to the cell's thread: an interrupt reaches it there, and what
/// belongs to a thread (gradient mode, dispose scopes, OpenMP's team) stays the same.
/// </summary>
internal sealed class CellSynchronizationContext : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _queue.Add((d, state));
        }
        catch (Exception error) when (error is ObjectDisposedException or InvalidOperationException)
        {
            // The cell is over (it was interrupted); whatever it still awaited goes on without its thread.
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Current == this)
        {
            d(state);
            return;
        }
        using var done = new ManualResetEventSlim();
        Exception? failure = null;
        Post(_ =>
        {
            try
            {
                d(state);
            }
            catch (Exception error)
            {
                failure = error;
            }
            finally
            {
                done.Set();
            }
        }, null);
        done.Wait();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs what is posted until the task has ended.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before.</exception>
    internal void RunUntilCompleted(Task task, CancellationToken cancellation)
    {
        task.ContinueWith(
            _ => Post(static _ => { }, null),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        while (!task.IsCompleted)
        {
            var (callback, state) = _queue.Take(cancellation);
            callback(state);
        }
    }

    public void Dispose() => _queue.CompleteAdding();
}
