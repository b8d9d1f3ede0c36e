using System.Globalization;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Cli.Running;

/// <summary>Shows a run as it goes: one line a cell; on a terminal also what the running cell is doing.</summary>
/// <param name="context">Where to write.</param>
/// <param name="showsPage">Whether the page of a notebook is named at its end.</param>
/// <param name="areMixed">Whether several notebooks run at a time, so that each line has to name its own.</param>
internal sealed class RunProgress(CommandContext context, bool showsPage = true, bool areMixed = false) : IRunObserver
{
    private const int LiveWidth = 110;

    private readonly Dictionary<string, int> _cellCounts = [];
    private bool _hasLiveLine;

    public void NotebookStarted(string notebook, int cellCount)
    {
        _cellCounts[notebook] = cellCount;
        WriteLine($"{Path.GetFileNameWithoutExtension(notebook)} ({cellCount} cells)");
    }

    public void CellStarted(string notebook, int number, string title) => ShowLive($"{Place(notebook, number)}  ...     {title}");

    public void CellOutput(string notebook, int number, SessionOutput output)
    {
        // Long work reports by updating a display in place; its text is the line to show.
        if (output is UpdateDisplayOutput update && update.Bundle.Data["text/plain"] is { } text)
        {
            string line = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
            ShowLive($"{Place(notebook, number)}  ...     {line}");
        }
    }

    public void CellFinished(string notebook, CellRunResult cell)
    {
        string mark = cell.Status switch
        {
            RunStatus.Ok => "",
            RunStatus.TimedOut => "TIMED OUT  ",
            RunStatus.Interrupted => "INTERRUPTED  ",
            _ => "FAILED  ",
        };
        string seconds = cell.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        WriteLine($"{Place(notebook, cell.Number)} {seconds,6} s  {mark}{Shorten(cell.Title)}");
        if (cell.Error is not null)
        {
            WriteLine($"          {cell.Error}");
        }
    }

    public void NotebookFinished(NotebookRunResult result)
    {
        if (result.Problem is not null)
        {
            WriteLine($"{Path.GetFileNameWithoutExtension(result.Notebook)}: FAILED, it cannot be run");
            context.Error.WriteLine($"course: {result.Problem}");
            return;
        }

        if (result.Repairs.Count > 0)
        {
            WriteLine($"{Of(result.Notebook)}  warning: the notebook was put right before it ran: {string.Join("; ", result.Repairs)}");
        }

        string end = result.FailedCell is { } failed
            ? $"stopped at cell {failed.Number} of {result.Cells.Count} after"
            : "done in";
        string seconds = result.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        WriteLine($"{Of(result.Notebook)}  {end} {seconds} s{(showsPage ? $" -> {context.Folder.Shorten(result.Page ?? result.Notebook)}" : "")}");
    }

    private string Place(string notebook, int number)
    {
        string count = _cellCounts[notebook].ToString(CultureInfo.InvariantCulture);
        return $"{Of(notebook)}  [{number.ToString(CultureInfo.InvariantCulture).PadLeft(count.Length)}/{count}]";
    }

    private string Of(string notebook) => areMixed ? Path.GetFileNameWithoutExtension(notebook) : "";

    private void WriteLine(string line)
    {
        ClearLive();
        context.Output.WriteLine(line);
        context.Output.Flush();
    }

    private void ShowLive(string line)
    {
        if (context.IsTerminal)
        {
            ClearLive();
            context.Output.Write(Shorten(line));
            context.Output.Flush();
            _hasLiveLine = true;
        }
    }

    private void ClearLive()
    {
        if (_hasLiveLine)
        {
            context.Output.Write("\r\u001b[K");
            _hasLiveLine = false;
        }
    }

    private static string Shorten(string line) => line.Length <= LiveWidth ? line : line[..(LiveWidth - 3)] + "...";
}
