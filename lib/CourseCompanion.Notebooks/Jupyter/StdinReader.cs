using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Notebooks.Jupyter.Zmtp;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>
/// What <c>Console.ReadLine</c> reads from in a cell: asks the front end that runs the cell for a line, if that front
/// end allows it.
/// </summary>
internal sealed class StdinReader(MessageCodec codec) : TextReader
{
    private readonly ConcurrentQueue<JupyterMessage> _replies = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private volatile JupyterMessage? _requester;
    private volatile CancellationTokenSource _cell = new();
    private string _line = "";
    private int _position;

    /// <summary>The socket on which front ends are asked.</summary>
    public RouterSocket? Socket { get; set; }

    /// <summary>The request whose front end is asked from now on; null when it must not be asked.</summary>
    public void BeginCell(JupyterMessage? request)
    {
        // A thread that an earlier cell left waiting for a line gets none any more: it holds the console's reader.
        Interlocked.Exchange(ref _cell, new CancellationTokenSource()).Cancel();
        // A late answer to a question of an earlier cell answers nothing now.
        while (_arrived.Wait(0))
        {
            _replies.TryDequeue(out _);
        }

        _line = "";
        _position = 0;
        _requester = request;
    }

    /// <summary>A message came in on the stdin channel.</summary>
    public void OnMessage(JupyterMessage message)
    {
        // A question has one answer, and nobody asks a hundred.
        if (message.Type == "input_reply" && _arrived.CurrentCount < 100)
        {
            _replies.Enqueue(message);
            _arrived.Release();
        }
    }

    public override string? ReadLine()
    {
        if (_position < _line.Length)
        {
            var rest = _line[_position..].TrimEnd('\n');
            _position = _line.Length;
            return rest;
        }

        return Ask();
    }

    public override int Peek() => _position < _line.Length ? _line[_position] : -1;

    public override int Read()
    {
        if (_position >= _line.Length)
        {
            if (Ask() is not { } line)
            {
                return -1;
            }

            _line = line + "\n";
            _position = 0;
        }

        return _line[_position++];
    }

    public override int Read(char[] buffer, int index, int count)
    {
        var read = 0;
        // Like a console: one line at most.
        while (read < count && (read == 0 || _position < _line.Length) && Read() is >= 0 and var character)
        {
            buffer[index + read++] = (char)character;
        }

        return read;
    }

    /// <summary>The next line of the front end; null when the cell that asks for it is over.</summary>
    private string? Ask()
    {
        var cell = _cell.Token;
        var requester = _requester ?? throw new NotSupportedException(
            "Cette interface ne permet pas de saisir du texte pendant une cellule. "
            + "Mettez la valeur dans une variable, au début de la cellule.");
        var question = codec.Encode(
            requester.Route, "input_request", requester.Header, new JsonObject { ["prompt"] = "", ["password"] = false });
        if (Socket?.Send(requester.Route[0], [.. question.Skip(1)]) != true)
        {
            throw new NotSupportedException("L’interface qui exécute cette cellule n’écoute pas les demandes de saisie.");
        }

        while (true)
        {
            // Ends with the answer, or with an interrupt of the cell's thread.
            try
            {
                _arrived.Wait(cell);
            }
            catch (OperationCanceledException)
            {
                return null;
            }

            if (_replies.TryDequeue(out var reply))
            {
                return reply.GetString("value").TrimEnd('\n', '\r');
            }
        }
    }
}
