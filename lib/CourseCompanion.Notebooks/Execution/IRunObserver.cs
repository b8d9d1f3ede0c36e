using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>Is told about the progress of a run. Calls come one at a time, on any thread.</summary>
public interface IRunObserver
{
    /// <summary>A notebook's process is being started.</summary>
    /// <param name="notebook">The notebook's file.</param>
    /// <param name="cellCount">How many cells will be executed.</param>
    void NotebookStarted(string notebook, int cellCount)
    {
    }

    /// <summary>A cell is about to be executed.</summary>
    /// <param name="notebook">The notebook's file.</param>
    /// <param name="number">The cell's number, from 1.</param>
    /// <param name="title">Its first line that is not empty.</param>
    void CellStarted(string notebook, int number, string title)
    {
    }

    /// <summary>A cell has put something out; the plain text of an update of a display is a progress line.</summary>
    /// <param name="notebook">The notebook's file.</param>
    /// <param name="number">The cell's number, from 1.</param>
    /// <param name="output">What it put out.</param>
    void CellOutput(string notebook, int number, SessionOutput output)
    {
    }

    /// <summary>A cell has ended.</summary>
    /// <param name="notebook">The notebook's file.</param>
    /// <param name="cell">What became of it.</param>
    void CellFinished(string notebook, CellRunResult cell)
    {
    }

    /// <summary>A notebook has ended and its files are written.</summary>
    /// <param name="result">What became of it.</param>
    void NotebookFinished(NotebookRunResult result)
    {
    }
}
