using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// One execution, from the moment it is asked for, and what ends it from outside: politely first, by a token that training
/// loops watch; then by the checks in the cell's own code (<see cref="Checkpoint"/>), by a token that it meets at an
/// <c>await</c>, and by a wake-up call for a thread that sleeps or waits.
/// </summary>
/// <remarks>
/// <para>Politeness pays: a loop that honours the token ends at a step of its own choosing, and the cell keeps the variables
/// it had set. The grace period leaves time for a step, and a whole interrupt under 200 ms.</para>
/// <para>No thread is ever aborted. What neither checks nor waits - native code, a read, a long operation of the framework
/// alone - runs until it returns, and the student is told so.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Late code of the cell may still look at the tokens, which hold nothing but memory.")]
internal sealed class CellExecution
{
    private const int GraceMilliseconds = 100;
    private const int WakeUpMilliseconds = 50;
    private const int AgainMilliseconds = 100;
    private const int UnstoppableMilliseconds = 5_000;

    private static readonly AsyncLocal<CellExecution?> FlowOfExecution = new();

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cooperative = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly Action _unstoppable;
    private Thread? _thread;
    private bool _ended;
    private volatile bool _isCutOff;

    /// <param name="isInternal">Whether the kernel executes it for itself, and no user waits for its end.</param>
    /// <param name="unstoppable">Called once when the cell goes on for seconds after it was interrupted.</param>
    internal CellExecution(bool isInternal, Action unstoppable)
    {
        IsInternal = isInternal;
        _unstoppable = unstoppable;
        Cooperative = _cooperative.Token;
        Leave = _leave.Token;
    }

    /// <summary>
    /// The execution that the current code belongs to: it flows to the tasks and threads that a cell starts. Null outside of
    /// cells.
    /// </summary>
    internal static CellExecution? Flow
    {
        get => FlowOfExecution.Value;
        set => FlowOfExecution.Value = value;
    }

    /// <summary>The token <see cref="Leave"/> of the current code's cell.</summary>
    internal static CancellationToken LeaveOfFlow => Flow?.Leave ?? CancellationToken.None;

    /// <summary>The cultures that hold after the cell's statements so far; null when nothing asked for them.</summary>
    internal (CultureInfo Culture, CultureInfo UICulture)? Culture { get; set; }

    /// <summary>Whether the kernel executes it for itself.</summary>
    internal bool IsInternal { get; }

    /// <summary>Why the execution is being ended; null while it is not.</summary>
    internal ExecutionStatus? Reason { get; private set; }

    /// <summary>Whether politeness is over: the cell was told to end by its checks.</summary>
    internal bool IsForced { get; private set; }

    /// <summary>Cancelled at once: compilation and training loops watch it.</summary>
    internal CancellationToken Cooperative { get; }

    /// <summary>Cancelled after the grace period, or when the cell failed while it waited: what it awaits ends.</summary>
    internal CancellationToken Leave { get; }

    /// <summary>
    /// Whether the cell ended before its task did, was left or interrupted: what still runs of it has no part in the session any
    /// more, and puts nothing out.
    /// </summary>
    internal bool IsCutOff => _isCutOff;

    /// <summary>Whether a token is the one by which the current code's cell was left.</summary>
    internal static bool IsLeft(CancellationToken token) => token.IsCancellationRequested && token == LeaveOfFlow;

    /// <summary>Ends the execution, or keeps it from beginning; does nothing when it has ended, or is being ended.</summary>
    /// <param name="reason">What its status will be.</param>
    internal void Request(ExecutionStatus reason)
    {
        lock (_gate)
        {
            if (_ended || Reason is not null)
            {
                return;
            }
            Reason = reason;
            if (_thread is not null)
            {
                Escalate();
            }
        }
    }

    /// <summary>Says that the execution begins on the current thread.</summary>
    /// <exception cref="CellInterruptedException">It was interrupted before.</exception>
    internal void Begin()
    {
        Flow = this;
        lock (_gate)
        {
            Checkpoint.Begin();
            if (Reason is not null)
            {
                throw new CellInterruptedException();
            }
            _thread = Thread.CurrentThread;
        }
    }

    /// <summary>Ends what the cell awaits: it failed elsewhere.</summary>
    internal void LeaveAwaits() => _leave.Cancel();

    /// <summary>The cell ended while its task did not.</summary>
    internal void CutOff() => _isCutOff = true;

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
                    _isCutOff |= Reason is not null || Leave.IsCancellationRequested;
                }
                if (Reason is not null)
                {
                    // Swallows a wake-up call that came too late, so that the next cell does not get it.
                    Thread.Sleep(1);
                }
                Flow = null;
                return;
            }
            catch (ThreadInterruptedException)
            {
                // The late call; once more to be sure that the flag is set.
            }
        }
    }

    // Cancelling runs other people's callbacks, which may not hold up the caller. Threads of our own, since the cell may be
    // the reason why the thread pool has none to give.
    private void Escalate()
    {
        StartThread(() => Cancel(_cooperative));
        StartThread(() =>
        {
            Thread.Sleep(GraceMilliseconds);
            var isLeft = false;
            var watch = Stopwatch.StartNew();
            var isTold = false;
            for (var wait = WakeUpMilliseconds; ; wait = AgainMilliseconds)
            {
                lock (_gate)
                {
                    if (_ended)
                    {
                        return;
                    }
                    IsForced = true;
                    Checkpoint.Raise();
                    if (isLeft)
                    {
                        _thread!.Interrupt();
                    }
                }
                if (!isLeft)
                {
                    isLeft = true;
                    StartThread(() => Cancel(_leave));
                }
                Thread.Sleep(wait);
                if (!isTold && watch.ElapsedMilliseconds > UnstoppableMilliseconds)
                {
                    isTold = true;
                    StartThread(TellUnstoppable);
                }
            }
        });
    }

    private void TellUnstoppable()
    {
        if (!_ended)
        {
            _unstoppable();
        }
    }

    private static void StartThread(ThreadStart body)
    {
        // Not the flow of whoever interrupts.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        new Thread(body, 256 << 10) { Name = "notebook interrupt", IsBackground = true }.Start();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException)
        {
            // A callback of the cell's own failed: the rest is still to come.
        }
    }
}
