namespace CourseCompanion.Notebooks.Session;

/// <summary>How a cell ended.</summary>
public enum ExecutionStatus
{
    /// <summary>It ran to its end.</summary>
    Ok,

    /// <summary>It did not compile, or threw.</summary>
    Error,

    /// <summary>The user interrupted it.</summary>
    Interrupted,

    /// <summary>It ran longer than allowed.</summary>
    TimedOut,
}

/// <summary>What became of one execution.</summary>
/// <param name="Status">How the cell ended.</param>
/// <param name="ExecutionCount">The cell's number, from 1.</param>
/// <param name="Duration">How long it took, compilation included.</param>
/// <param name="Error">The error that was put out, unless the status is <see cref="ExecutionStatus.Ok"/>.</param>
public sealed record ExecutionResult(ExecutionStatus Status, int ExecutionCount, TimeSpan Duration, ErrorOutput? Error)
{
    /// <summary>What <see cref="CSharpSession.EvaluateAsync"/> found; null for cells, and when there is no value.</summary>
    public MimeBundle? Value { get; init; }
}

/// <summary>How one cell is executed.</summary>
public sealed record ExecuteOptions
{
    /// <summary>How long the cell may run; null: as long as it likes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the execution leaves no number and shows no result (Jupyter's <c>silent</c>).</summary>
    public bool Silent { get; init; }

    /// <summary>Whether the execution has a number (Jupyter's <c>store_history</c>); a silent one has none anyway.</summary>
    public bool StoreHistory { get; init; } = true;

    /// <summary>Whether the text is an expression whose value is wanted, and that leaves no trace.</summary>
    internal bool Evaluate { get; init; }

    /// <summary>Whether the kernel executes it for itself: no user waits for its end, and an interrupt is not meant for it.</summary>
    internal bool Internal { get; init; }

    /// <summary>Interrupts the execution, also before it begins.</summary>
    internal CancellationToken Interrupt { get; init; }

    /// <summary>Whether the execution counts.</summary>
    internal bool IsCounted => StoreHistory && !Silent && !Evaluate;
}

/// <summary>How a session is set up.</summary>
public sealed record SessionOptions
{
    /// <summary>The folder against which cells resolve <c>#r</c> and <c>#load</c>; null: the current one.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>
    /// Assemblies that cells see besides the framework, and whose <c>CourseCompanion.*</c> namespaces are imported;
    /// null: the course library and its tensor engine.
    /// </summary>
    public IReadOnlyList<System.Reflection.Assembly>? Assemblies { get; init; }

    /// <summary>What <c>Console.ReadLine</c> reads from; null: reading is refused with a French explanation.</summary>
    public TextReader? Input { get; init; }
}
