namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Ends one execution from outside, politely first: a token that training loops watch, then one that a cell meets at its
/// next <c>await</c>, then an abort of the cell's thread, then a wake-up call for a thread that sleeps or waits.
/// </summary>
/// <remarks>
/// Politeness pays: a loop that honours the token ends at a step of its own choosing, and the cell keeps the variables
/// it had set. The grace period leaves time for a step, and a whole interrupt under 200 ms.
/// </remarks>
/// <param name="cellThread">The thread to end the execution on.</param>
/// <param name="noAbort">A lock that the thread holds where it must not be aborted.</param>
internal sealed class Interruption(Thread cellThread, object noAbort) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AwaitGrace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WakeUpEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cooperative = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly CancellationTokenSource _abort = new();
    private bool _ended;
    private bool _woken;

    /// <summary>Why the execution is being ended; null while it is not.</summary>
    internal ExecutionStatus? Reason { get; private set; }

    /// <summary>Cancelled at once: compilation and training loops watch it.</summary>
    internal CancellationToken Cooperative => _cooperative.Token;

    /// <summary>
    /// Cancelled after the grace period: what follows an <c>await</c> is not begun any more. It comes before the abort, since
    /// the runtime has been seen to crash (PAL_SEHException) when it aborts a thread that goes from one await to the next.
    /// </summary>
    internal CancellationToken Leave => _leave.Token;

    /// <summary>Cancelled a little later: aborts the cell's thread.</summary>
    internal CancellationToken Abort => _abort.Token;

    internal void Request(ExecutionStatus reason)
    {
        lock (_gate)
        {
            if (_ended || Reason is not null)
            {
                return;
            }
            Reason = reason;
        }
        // Cancelling runs other people's callbacks, and aborting a thread waits for it: neither may hold up the caller.
        // Threads of our own, since the cell may be the reason why the thread pool has none to give.
        StartThread(CancelCooperative);
        StartThread(Escalate);
    }

    private static void StartThread(ThreadStart body) =>
        new Thread(body, 256 << 10) { Name = "notebook interrupt", IsBackground = true }.UnsafeStart();

    private void CancelCooperative()
    {
        try
        {
            _cooperative.Cancel();
        }
        catch (Exception error) when (error is ObjectDisposedException or AggregateException)
        {
            // The execution ended by itself, or a callback of the cell's own failed: the abort is still to come.
        }
    }

    private void Escalate()
    {
        Thread.Sleep(Grace);
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }
            _leave.Cancel();
        }
        Thread.Sleep(AwaitGrace);
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }
            StartThread(AbortCell);
        }
        while (true)
        {
            Thread.Sleep(WakeUpEvery);
            lock (_gate)
            {
                if (_ended)
                {
                    return;
                }
                _woken = true;
                cellThread.Interrupt();
            }
        }
    }

    private void AbortCell()
    {
        // Cancelling returns when the abort has begun; until then the thread stays out of what the lock protects.
        lock (noAbort)
        {
            try
            {
                _abort.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The execution ended by itself in the meantime.
            }
        }
    }

    /// <summary>Called on the cell's thread when its execution is over: nothing reaches the thread any more.</summary>
    internal void End()
    {
        while (true)
        {
            try
            {
                lock (_gate)
                {
                    _ended = true;
                }
                if (_woken)
                {
                    // Swallows a wake-up call that came too late, so that the next cell does not get it.
                    Thread.Sleep(1);
                }
                return;
            }
            catch (ThreadInterruptedException)
            {
                // The late call; once more to be sure that the flag is set.
            }
        }
    }

    public void Dispose()
    {
        _cooperative.Dispose();
        _leave.Dispose();
        _abort.Dispose();
    }
}
