using System.Text;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Puts what cells write and display into one order and hands it to the front end on a thread of its own. Text is
/// batched (50 ms, 8 K characters); anything else first flushes it.
/// </summary>
/// <remarks>
/// A thread of its own, since an interrupt may wake the cell's thread anywhere, and a message must never be cut in the middle of
/// its way out. A cell that writes faster than the front end reads waits here: memory is bounded. What a cell that was cut off
/// puts out is dropped.
/// </remarks>
internal sealed class OutputChannel : IDisposable
{
    private const int BatchSize = 8192;
    private const int MaxBacklog = 2048;
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private readonly StringBuilder _text = new();
    private readonly Queue<SessionOutput> _queue = new();
    private readonly Action<SessionOutput> _sink;
    private readonly CellThread _cellThread;
    private readonly Thread _pump;
    private string _stream = "";
    private long _textDue;
    private int _backlog;
    private long _queued;
    private long _delivered;
    private bool _closed;

    internal OutputChannel(Action<SessionOutput> sink, CellThread cellThread)
    {
        _sink = sink;
        _cellThread = cellThread;
        _pump = new Thread(Pump) { Name = "notebook outputs", IsBackground = true };
        _pump.Start();
    }

    internal void Write(string stream, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }
        if (MayPutOut())
        {
            Append(stream, text);
        }
    }

    internal void Emit(SessionOutput output)
    {
        if (MayPutOut())
        {
            Enqueue(output);
        }
    }

    /// <summary>Waits until everything written so far has been handed over.</summary>
    internal void Drain()
    {
        lock (_gate)
        {
            QueueText();
            Monitor.PulseAll(_gate);
            // Not until nothing is left: a thread that outlives its cell may put out for ever.
            var last = _queued;
            while (_delivered < last)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Hands over what is left and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            QueueText();
            _closed = true;
            Monitor.PulseAll(_gate);
        }
        _pump.Join();
    }

    /// <summary>Waits for room, and says whether the current code may put out. An interrupted cell ends here.</summary>
    private bool MayPutOut()
    {
        var execution = CellExecution.Flow;
        while (true)
        {
            if (execution is { IsCutOff: true })
            {
                return false;
            }
            if (execution is not null && _cellThread.IsCurrent)
            {
                Checkpoint.Hit();
            }
            if (Volatile.Read(ref _backlog) < MaxBacklog)
            {
                return true;
            }
            Thread.Sleep(2);
        }
    }

    private void Append(string stream, ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            if (_stream != stream)
            {
                QueueText();
                _stream = stream;
            }
            if (_text.Length == 0)
            {
                _textDue = Environment.TickCount64 + (long)BatchTime.TotalMilliseconds;
                Monitor.PulseAll(_gate);
            }
            _text.Append(text);
            if (_text.Length >= BatchSize)
            {
                QueueText(wholeCharacters: true);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Enqueue(SessionOutput output)
    {
        lock (_gate)
        {
            QueueText();
            Queue(output);
            Monitor.PulseAll(_gate);
        }
    }

    private void Queue(SessionOutput output)
    {
        _queue.Enqueue(output);
        _queued++;
        _backlog += Weight(output);
    }

    /// <param name="wholeCharacters">Whether the first half of a character waits for its second, which may be written next.</param>
    private void QueueText(bool wholeCharacters = false)
    {
        var length = _text.Length;
        if (wholeCharacters && length > 1 && char.IsHighSurrogate(_text[length - 1]))
        {
            length--;
            _textDue = Environment.TickCount64 + (long)BatchTime.TotalMilliseconds;
        }
        if (length > 0)
        {
            Queue(new StreamOutput(_stream, _text.ToString(0, length)));
            _text.Remove(0, length);
        }
    }

    private void Pump()
    {
        while (Take() is { } output)
        {
            _sink(output);
            lock (_gate)
            {
                _delivered++;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private SessionOutput? Take()
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_text.Length == 0)
                {
                    if (_closed)
                    {
                        return null;
                    }
                    Monitor.Wait(_gate);
                    continue;
                }
                var wait = _textDue - Environment.TickCount64;
                if (wait > 0 && !_closed)
                {
                    Monitor.Wait(_gate, TimeSpan.FromMilliseconds(wait));
                    continue;
                }
                QueueText(wholeCharacters: true);
            }
            var output = _queue.Dequeue();
            _backlog -= Weight(output);
            return output;
        }
    }

    /// <summary>How much an output counts in the backlog: a long text as much as the batches that it could be.</summary>
    private static int Weight(SessionOutput output) => output is StreamOutput stream ? 1 + stream.Text.Length / BatchSize : 1;
}
