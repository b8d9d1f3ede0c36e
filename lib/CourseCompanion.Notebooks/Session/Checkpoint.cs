using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// What a check throws in a cell that was interrupted. A cancellation, so that tasks end as cancelled and not as failures that
/// nobody observed.
/// </summary>
public sealed class CellInterruptedException : OperationCanceledException
{
    internal CellInterruptedException()
        : base("The cell was interrupted.")
    {
    }
}

/// <summary>
/// The checks that <see cref="CellRewriter"/> puts into cells: by them a cell ends itself when it is interrupted, and a
/// recursion without end becomes an exception before it is the end of the process. Public since cells call them; not for people.
/// </summary>
/// <remarks>
/// <para>The flag belongs to the process. It stays up after an interrupted cell until the next one begins: what the cell left
/// running, and what earlier cells did, ends with it.</para>
/// <para>Recursions that pass no check, or none in time, still end the process: the equality of records that contain each other,
/// LINQ operators stacked 100,000 deep, a <c>stackalloc</c> larger than the stack, an expression tree that calls itself, and
/// .NET code that catches and throws anew at every level (a comparison that sorts, <c>Lazy</c> in <c>Lazy</c>), for a handler
/// runs on top of the stack that it unwinds.</para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Checkpoint
{
    private const int StackStep = 16 << 10;
    private const nuint Window = 1 << 30;
    private const nuint AsyncStack = 1 << 20;

    private static volatile bool _raised;
    private static volatile bool _interrupting;
    private static volatile bool _hasStopped;
    [ThreadStatic]
    private static bool _isCellThread;
    [ThreadStatic]
    private static nuint _floor;
    [ThreadStatic]
    private static nuint _top;

    /// <summary>The same as <see cref="Enter"/> as an expression: true, or it throws.</summary>
    public static bool Ok
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Enter();
            return true;
        }
    }

    /// <summary>Whether a check has thrown since the last cell began.</summary>
    internal static bool HasStopped => _hasStopped;

    /// <summary>Head of a loop's body; before a goto; head of a lambda that calls nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit()
    {
        if (_raised)
        {
            Stop();
        }
    }

    /// <summary>Head of the body of a loop that awaits: there, a cell that was cut off ends also when the flag is down again.</summary>
    public static void HitAsync()
    {
        Hit();
        if (CellExecution.Flow is { IsCutOff: true })
        {
            throw new CellInterruptedException();
        }
    }

    /// <summary>
    /// Head of a method, lambda, accessor: interruption, and stack. The stack is known to suffice down to the thread's floor;
    /// below it, or on a thread that has none yet (0: the difference is huge), the runtime is asked and the floor moved.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Enter()
    {
        byte here;
        if (_raised)
        {
            Stop();
        }
        if ((nuint)(&here) - _floor > Window)
        {
            Probe((nuint)(&here));
        }
    }

    /// <summary>
    /// Head of an async method. Its exceptions are thrown anew at every level, with a stack trace that grows: a deep recursion
    /// would take minutes to unwind. So it gets less stack.
    /// </summary>
    /// <exception cref="InsufficientExecutionStackException">The recursion is too deep.</exception>
    public static unsafe void EnterAsync()
    {
        byte here;
        Enter();
        if (_top - (nuint)(&here) is > AsyncStack and < Window)
        {
            throw new InsufficientExecutionStackException("The recursion is too deep.");
        }
    }

    /// <summary>
    /// Filter of the cells' catch clauses: whether they may have an exception. Not one that ends the cell, however wrapped. Nor
    /// the end of the stack: a catch clause runs on top of the stack that it unwinds, so that a <c>throw;</c> at every level is
    /// deadly.
    /// </summary>
    /// <param name="error">What was thrown.</param>
    public static bool May(Exception? error)
    {
        var isEnding = _interrupting || CellExecution.Flow is { IsCutOff: true };
        for (; error is not null; error = error.InnerException)
        {
            if (error is InsufficientExecutionStackException
                || isEnding && error is CellInterruptedException or ThreadInterruptedException
                || error is OperationCanceledException cancelled && CellExecution.IsLeft(cancelled.CancellationToken)
                || error is AggregateException { InnerExceptions: { Count: > 1 } all } && !all.All(May))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>What a cell awaits outside of its functions: ends when the cell is left.</summary>
    /// <param name="task">What it awaits.</param>
    public static Task Await(Task task) => task is null || task.IsCompleted ? task! : task.WaitAsync(CellExecution.LeaveOfFlow);

    /// <inheritdoc cref="Await(Task)"/>
    /// <typeparam name="T">What the task gives.</typeparam>
    public static Task<T> Await<T>(Task<T> task) => task is null || task.IsCompleted ? task! : task.WaitAsync(CellExecution.LeaveOfFlow);

    /// <inheritdoc cref="Await(Task)"/>
    public static Task Await(ValueTask task) => Await(task.AsTask());

    /// <inheritdoc cref="Await{T}(Task{T})"/>
    public static Task<T> Await<T>(ValueTask<T> task) => Await(task.AsTask());

    /// <summary>What a cell goes through with <c>await foreach</c> outside of its functions: ends when the cell is left.</summary>
    /// <typeparam name="T">What the sequence gives.</typeparam>
    /// <param name="source">The sequence.</param>
    public static IAsyncEnumerable<T> Each<T>(IAsyncEnumerable<T> source) => source is null ? null! : EachOf(source);

    private static async IAsyncEnumerable<T> EachOf<T>(IAsyncEnumerable<T> source)
    {
        var items = source.GetAsyncEnumerator();
        var isStepping = true;
        try
        {
            while (await Await(items.MoveNextAsync()))
            {
                isStepping = false;
                yield return items.Current;
                isStepping = true;
            }
        }
        finally
        {
            // One that was left in the middle of a step cannot be disposed of.
            if (!isStepping || !CellExecution.LeaveOfFlow.IsCancellationRequested)
            {
                await items.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// After a statement of a cell itself: takes down the culture. The runtime forgets what an async method sets when it returns,
    /// and a cell is one.
    /// </summary>
    public static void Culture()
    {
        if (CellExecution.Flow is { IsCutOff: false } execution)
        {
            execution.Culture = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        }
    }

    /// <summary>The same as <see cref="Culture()"/> for the expression that a cell ends with.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="result">What the expression gave.</param>
    public static T Culture<T>(T result)
    {
        Culture();
        return result;
    }

    /// <summary>Says that the current thread is the one that runs cells, and that a cell begins.</summary>
    internal static void Begin()
    {
        _isCellThread = true;
        _raised = _interrupting = _hasStopped = false;
    }

    /// <summary>Makes the next check throw. To be repeated now and then until the cell has ended: something may swallow it.</summary>
    internal static void Raise()
    {
        _interrupting = true;
        _raised = true;
    }

    /// <remarks>
    /// Never returns, and is not marked NoInlining, so that the JIT sees that it never returns: a call that might return would cost
    /// every loop around it the registers that calls do not preserve, which are all of the floating-point ones (dot product: 3.3 times).
    /// What unwinds (finally, Dispose) meets checks too: so the cell's thread lowers the flag, until it is raised again.
    /// </remarks>
    private static void Stop()
    {
        if (_isCellThread)
        {
            _raised = false;
        }
        _hasStopped = true;
        throw new CellInterruptedException();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Probe(nuint here)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new InsufficientExecutionStackException("The recursion is too deep.");
        }
        _floor = here - StackStep;
        _top = _top == 0 ? here : _top;
    }
}
