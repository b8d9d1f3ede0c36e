using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>How a notebook or a cell ended.</summary>
public enum RunStatus
{
    /// <summary>It ran to its end.</summary>
    Ok,

    /// <summary>A cell did not compile, threw, or its process died.</summary>
    Failed,

    /// <summary>A cell ran longer than allowed.</summary>
    TimedOut,

    /// <summary>The user interrupted the run.</summary>
    Interrupted,

    /// <summary>It was not reached, or its tag <c>skip-execution</c> said not to run it.</summary>
    NotRun,
}

/// <summary>What became of one code cell.</summary>
/// <param name="Number">Its number among the executed cells, from 1: the one shown beside it in a notebook.</param>
/// <param name="Id">Its id in the notebook.</param>
/// <param name="Title">Its first line that is not empty.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Duration">How long it ran.</param>
/// <param name="Error">The first line of its error, or null.</param>
/// <param name="Traceback">The report of its error without colours, or null.</param>
public sealed record CellRunResult(
    int Number, string Id, string Title, RunStatus Status, TimeSpan Duration, string? Error = null, string? Traceback = null);

/// <summary>What became of one notebook.</summary>
/// <param name="Notebook">The notebook's file as it was named in the request.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Duration">How long it ran, process start included.</param>
/// <param name="Cells">Its code cells in order.</param>
/// <param name="ExecutedNotebook">The file written, or null when the notebook was not reached.</param>
/// <param name="Page">The HTML page written, or null when the notebook was not reached.</param>
/// <param name="Results">The figures that its cells published.</param>
public sealed record NotebookRunResult(
    string Notebook,
    RunStatus Status,
    TimeSpan Duration,
    IReadOnlyList<CellRunResult> Cells,
    string? ExecutedNotebook,
    string? Page,
    IReadOnlyList<JsonNode> Results)
{
    /// <summary>Why the notebook could not be read or run to its end, or null when its cells say all there is to say.</summary>
    public string? Problem { get; init; }

    /// <summary>What had to be put right when the notebook was read (<see cref="Document.NotebookDocument.Repairs"/>).</summary>
    public IReadOnlyList<string> Repairs { get; init; } = [];

    /// <summary>The cell that ended the run of the notebook, or null when it ran to its end.</summary>
    public CellRunResult? FailedCell =>
        Cells.FirstOrDefault(cell => cell.Status is RunStatus.Failed or RunStatus.TimedOut or RunStatus.Interrupted && Status != RunStatus.Ok);
}

/// <summary>What became of a run.</summary>
/// <param name="ExitCode">0: all is well; 1: a notebook failed; 130: interrupted.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Notebooks">The notebooks in order.</param>
/// <param name="ReportFile">The machine-readable report (<c>run.json</c>).</param>
/// <param name="JUnitFile">The report for CI servers (<c>junit.xml</c>).</param>
public sealed record RunSummary(
    int ExitCode, TimeSpan Duration, IReadOnlyList<NotebookRunResult> Notebooks, string ReportFile, string JUnitFile);
