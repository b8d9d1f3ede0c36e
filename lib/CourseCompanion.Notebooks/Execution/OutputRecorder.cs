using System.Text;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>Writes what cells put out into the document, as a notebook front end would.</summary>
internal sealed partial class OutputRecorder
{
    /// <summary>A cell that prints without end must not make a file that nobody can open.</summary>
    internal const int MaxStreamLength = 1 << 20;

    private readonly Dictionary<string, NotebookOutput> _displays = [];
    private readonly StringBuilder _stream = new();
    private NotebookCell? _cell;
    private string _streamName = "";
    private int _streamed;

    /// <summary>Begins a cell; what it had put out before must be cleared already.</summary>
    internal void Begin(NotebookCell cell)
    {
        _cell = cell;
        _streamed = 0;
    }

    /// <summary>Records one output of the cell.</summary>
    internal void Record(SessionOutput output)
    {
        var cell = _cell!;
        if (output is StreamOutput stream)
        {
            Append(stream);
            return;
        }
        // A change of an earlier display is no output of its own: the text around it stays in one piece.
        if (output is UpdateDisplayOutput update)
        {
            if (_displays.TryGetValue(update.DisplayId, out var displayed))
            {
                displayed.Replace(update.Bundle.Data, update.Bundle.Metadata);
            }
            return;
        }
        FlushStream();
        switch (output)
        {
            case DisplayOutput display:
                var shown = NotebookOutput.Display(display.Bundle.Data, display.Bundle.Metadata);
                _displays[display.DisplayId] = shown;
                cell.AddOutput(shown);
                break;
            case ResultOutput result:
                cell.AddOutput(NotebookOutput.Result(result.ExecutionCount, result.Bundle.Data, result.Bundle.Metadata));
                break;
            case ErrorOutput error:
                cell.AddOutput(NotebookOutput.Error(error.Name, error.Value, error.Traceback));
                break;
        }
    }

    /// <summary>Ends the cell.</summary>
    internal void End() => FlushStream();

    /// <summary>A text without its ANSI escapes.</summary>
    internal static string WithoutColours(string text) => AnsiEscape().Replace(text, "");

    private void Append(StreamOutput output)
    {
        if (_streamName != output.Name)
        {
            FlushStream();
            _streamName = output.Name;
        }
        var room = MaxStreamLength - _streamed;
        _streamed += output.Text.Length;
        if (output.Text.Length <= room)
        {
            _stream.Append(output.Text);
        }
        else if (room > 0)
        {
            _stream.Append(output.Text, 0, room).Append("\n… La suite du texte n’est pas conservée (plus d’un million de caractères).\n");
        }
    }

    private void FlushStream()
    {
        if (_stream.Length > 0)
        {
            _cell!.AddOutput(NotebookOutput.Stream(_streamName, _stream.ToString()));
            _stream.Clear();
        }
    }

    [GeneratedRegex(@"\e\[[0-9;]*[A-Za-z]")]
    private static partial Regex AnsiEscape();
}
