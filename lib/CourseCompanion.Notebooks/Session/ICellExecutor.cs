namespace CourseCompanion.Notebooks.Session;

/// <summary>What executes cells, one after the other: a session of ours, or another kernel.</summary>
public interface ICellExecutor : IDisposable
{
    /// <summary>What cells put out, in order.</summary>
    event Action<SessionOutput>? Output;

    /// <summary>Does what the first cell need not wait for.</summary>
    Task WarmUpAsync();

    /// <summary>Executes a cell; the task ends after its last output.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="options">How to run it.</param>
    /// <returns>How the cell ended; an error in the cell is a result, not an exception.</returns>
    Task<ExecutionResult> ExecuteAsync(string code, ExecuteOptions? options = null);

    /// <summary>Ends the running cell, as far as this executor can.</summary>
    void Interrupt();
}
