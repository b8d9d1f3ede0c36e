using System.Collections.Concurrent;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Brings what follows an <c>await</c> in a cell back to the cell's thread: an interrupt reaches it there, and what
/// belongs to a thread (gradient mode, dispose scopes, OpenMP's team) stays the same.
/// </summary>
/// <param name="leave">Cancelled when the cell is interrupted: nothing of it is continued then, here or elsewhere.</param>
internal sealed class CellSynchronizationContext(CancellationToken leave) : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private volatile bool _interrupted;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_interrupted)
        {
            return;
        }
        try
        {
            _queue.Add((d, state));
        }
        catch (Exception error) when (error is ObjectDisposedException or InvalidOperationException)
        {
            ContinueElsewhere(d, state);
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Current == this)
        {
            d(state);
            return;
        }
        if (_interrupted)
        {
            throw new OperationCanceledException(leave);
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
    /// <exception cref="OperationCanceledException">The cell was interrupted before.</exception>
    internal void RunUntilCompleted(Task task)
    {
        task.ContinueWith(
            _ => Post(static _ => { }, null),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        while (!task.IsCompleted)
        {
            var (callback, state) = _queue.Take(leave);
            callback(state);
        }
        // What the cell has posted by now is still its own: above all the exception of an async void method.
        for (var left = _queue.Count; left > 0 && _queue.TryTake(out var posted); left--)
        {
            leave.ThrowIfCancellationRequested();
            posted.Callback(posted.State);
        }
    }

    /// <summary>The cell is over: what it does not await goes on without its thread, unless it was interrupted.</summary>
    public void Dispose()
    {
        _interrupted = leave.IsCancellationRequested;
        _queue.CompleteAdding();
        while (!_interrupted && _queue.TryTake(out var posted))
        {
            ContinueElsewhere(posted.Callback, posted.State);
        }
    }

    private static void ContinueElsewhere(SendOrPostCallback callback, object? state) =>
        ThreadPool.QueueUserWorkItem(_ => callback(state));
}
