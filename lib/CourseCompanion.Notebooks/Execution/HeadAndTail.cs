using System.Globalization;
using System.Text;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>
/// A text of which the beginning and the end are kept, in whole lines: of what a dying process says, the cause stands first
/// and the code that called it last.
/// </summary>
/// <param name="head">How many characters of the beginning are kept.</param>
/// <param name="tail">How many characters of the end are kept.</param>
internal sealed class HeadAndTail(int head, int tail)
{
    private readonly StringBuilder _head = new();
    private readonly StringBuilder _tail = new();
    private int _lost;
    private bool _isCut;

    internal void Append(string text)
    {
        var room = Math.Clamp(head - _head.Length, 0, text.Length);
        _head.Append(text, 0, room);
        _tail.Append(text, room, text.Length - room);
        if (_tail.Length > 2 * tail)
        {
            Drop(_tail.Length - tail);
        }
    }

    internal void Clear()
    {
        _head.Clear();
        _tail.Clear();
        _lost = 0;
        _isCut = false;
    }

    /// <summary>The text, with a line in the place of those that were left out.</summary>
    public override string ToString()
    {
        if (_tail.Length > tail)
        {
            Drop(_tail.Length - tail);
        }
        var first = _head.ToString();
        var last = _tail.ToString();
        if (!_isCut)
        {
            return first + last;
        }
        // The lines that were cut in two are left out whole.
        var firstEnd = first.LastIndexOf('\n') + 1;
        var lastStart = last.IndexOf('\n', StringComparison.Ordinal) + 1;
        var lines = _lost + (lastStart > 0 ? 1 : 0);
        var mark = lines > 1 ? string.Create(CultureInfo.InvariantCulture, $"… {lines} lignes omises …") : "…";
        return firstEnd > 0 ? $"{first[..firstEnd]}{mark}\n{last[lastStart..]}" : $"{first}\n{mark}\n{last[lastStart..]}";
    }

    private void Drop(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _lost += _tail[i] == '\n' ? 1 : 0;
        }
        _tail.Remove(0, count);
        _isCut = true;
    }
}
