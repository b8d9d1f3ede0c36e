using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>
/// The encoded messages waiting for one peer, bounded in number and in bytes. A sender that finds the queue full
/// waits a short time for room - a client that reads, however slowly, loses nothing - and then the message is dropped
/// and counted. From then on the peer is known to be slow: its messages are dropped without a wait until half of the
/// queue is free, so that a stuck front end costs a cell one wait, not one per output.
/// </summary>
internal sealed class OutboundQueue(ZmtpLimits limits)
{
    // A monitor and not a Lock: both sides wait on it.
    private readonly object _sync = new();
    private readonly Queue<byte[]> _messages = new();
    private long _bytes;
    private long _dropped;
    private bool _slow;
    private bool _closed;

    /// <summary>How many messages were dropped because the peer did not read.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds a message; false when it was dropped (queue full for too long) or the queue is closed.</summary>
    /// <param name="message">An encoded message.</param>
    /// <param name="hurry">Ends the wait for room early; the message is then dropped if there is still none.</param>
    public bool Enqueue(byte[] message, CancellationToken hurry = default)
    {
        lock (_sync)
        {
            if (!HasRoomFor(message.Length) && !_slow && !_closed)
            {
                WaitForRoom(message.Length, hurry);
            }

            if (_closed)
            {
                return false;
            }

            if (!HasRoomFor(message.Length))
            {
                _slow = true;
                _dropped++;
                return false;
            }

            _messages.Enqueue(message);
            _bytes += message.Length;
            Monitor.PulseAll(_sync);
            return true;
        }
    }

    /// <summary>Waits for the next message; false once the queue is closed and empty.</summary>
    public bool TryTake([NotNullWhen(true)] out byte[]? message) => TryTake(wait: true, out message);

    /// <summary>Takes the next message if there is one now.</summary>
    public bool TryTakeNow([NotNullWhen(true)] out byte[]? message) => TryTake(wait: false, out message);

    /// <summary>Ends the queue: what waits can still be taken, nothing can be added.</summary>
    public void Close()
    {
        lock (_sync)
        {
            _closed = true;
            Monitor.PulseAll(_sync);
        }
    }

    private bool TryTake(bool wait, [NotNullWhen(true)] out byte[]? message)
    {
        lock (_sync)
        {
            while (!_messages.TryDequeue(out message))
            {
                if (_closed || !wait)
                {
                    return false;
                }

                Monitor.Wait(_sync);
            }

            _bytes -= message.Length;
            _slow &= _messages.Count > limits.OutboundMessages / 2 || _bytes > limits.OutboundBytes / 2;
            Monitor.PulseAll(_sync);
            return true;
        }
    }

    private void WaitForRoom(int length, CancellationToken hurry)
    {
        var wake = hurry.UnsafeRegister(_ => WakeAll(), null);
        try
        {
            var started = Stopwatch.GetTimestamp();
            while (!HasRoomFor(length) && !_closed && !hurry.IsCancellationRequested)
            {
                var left = limits.SendPatience - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                {
                    return;
                }

                Monitor.Wait(_sync, left);
            }
        }
        finally
        {
            // Not Dispose, which would wait for a callback that waits for our lock.
            wake.Unregister();
        }
    }

    private void WakeAll()
    {
        lock (_sync)
        {
            Monitor.PulseAll(_sync);
        }
    }

    private bool HasRoomFor(int length) =>
        _messages.Count == 0
        || (_messages.Count < limits.OutboundMessages && _bytes + length <= limits.OutboundBytes);
}
