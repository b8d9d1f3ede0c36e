using System.Collections.Concurrent;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Brings what follows an <c>await</c> in a cell back to the cell's thread: an interrupt reaches it there, and what
/// belongs to a thread (gradient mode, dispose scopes, OpenMP's team) stays the same.
/// </summary>
/// <param name="execution">The cell: when it is left, what it awaits ends, and nothing of it is continued afterwards, here or elsewhere.</param>
internal sealed class CellSynchronizationContext(CellExecution execution) : SynchronizationContext, IDisposable
{
    // How long a cell that was left may take to get from its await to its end: its finally blocks run then.
    private const int LeaveMilliseconds = 100;

    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private volatile bool _isCutOff;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_isCutOff)
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
        if (_isCutOff)
        {
            throw new OperationCanceledException(execution.Leave);
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

    /// <summary>
    /// Runs what is posted until the cell's task has ended; or, when the cell was left, has not ended soon after: then it is cut off.
    /// </summary>
    /// <returns>What the cell posted and failed, above all an async void method: the cell's error, whatever became of its task.</returns>
    internal Exception? RunUntilCompleted(Task task)
    {
        Exception? failure = null;
        task.ContinueWith(
            _ => Post(static _ => { }, null),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        long end = 0;
        while (!task.IsCompleted)
        {
            if (Take(ref end) is not { } posted)
            {
                execution.CutOff();
                return failure;
            }
            try
            {
                posted.Callback(posted.State);
            }
            catch (Exception error)
            {
                // What it still awaits would come back to a cell that has failed.
                failure ??= error;
                execution.LeaveAwaits();
            }
        }
        // What the cell has posted by now is still its own: above all the exception of an async void method.
        for (var left = _queue.Count; left > 0 && !execution.Leave.IsCancellationRequested && _queue.TryTake(out var posted); left--)
        {
            try
            {
                posted.Callback(posted.State);
            }
            catch (Exception error)
            {
                failure ??= error;
            }
        }
        return failure;
    }

    /// <summary>The cell is over: what it does not await goes on without its thread, unless it was cut off.</summary>
    public void Dispose()
    {
        _isCutOff = execution.IsCutOff || execution.Reason is not null || execution.Leave.IsCancellationRequested;
        _queue.CompleteAdding();
        while (!_isCutOff && _queue.TryTake(out var posted))
        {
            ContinueElsewhere(posted.Callback, posted.State);
        }
    }

    /// <param name="end">When the time of a cell that was left is over; 0 as long as it was not.</param>
    /// <returns>What is to be done next; null when that time is over.</returns>
    private (SendOrPostCallback Callback, object? State)? Take(ref long end)
    {
        while (true)
        {
            try
            {
                if (!execution.Leave.IsCancellationRequested)
                {
                    return _queue.Take(execution.Leave);
                }
                end = end == 0 ? Environment.TickCount64 + LeaveMilliseconds : end;
                var rest = (int)(end - Environment.TickCount64);
                return rest > 0 && _queue.TryTake(out var posted, rest) ? posted : null;
            }
            catch (Exception error) when (error is OperationCanceledException or ThreadInterruptedException)
            {
                // Left, or woken to be left: from here on, time is short.
            }
        }
    }

    private static void ContinueElsewhere(SendOrPostCallback callback, object? state) =>
        ThreadPool.QueueUserWorkItem(_ => callback(state));
}
