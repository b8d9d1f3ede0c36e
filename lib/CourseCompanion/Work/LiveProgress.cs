using System.Globalization;
using System.Net;

namespace CourseCompanion.Work;

/// <summary>
/// A piece of long work in a notebook, on either host: one bar that is updated in place at most five times a second, and that stays as one line of
/// text.
/// </summary>
internal sealed class LiveProgress : IProgressTask
{
    private const string Done = "terminé en ";
    private const string Interrupted = "interrompu à l’étape ";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Action<string, string?> _show;
    private readonly string _title;
    private readonly int _steps;
    private readonly RemainingTime _time;
    private TimeSpan _next = Interval;
    private int _last;
    private string? _detail;
    private bool _ended;

    /// <summary>Begins to show it.</summary>
    /// <param name="show">Shows a line of text, and the bar as HTML while the work goes on; from the second call on in the place of the first.</param>
    /// <param name="title">What is being done, in French.</param>
    /// <param name="steps">Number of steps it takes.</param>
    /// <param name="clock">Source of time.</param>
    public LiveProgress(Action<string, string?> show, string title, int steps, TimeProvider clock)
    {
        _show = show;
        _title = title;
        _steps = steps;
        _time = new RemainingTime(steps, clock);
        ShowBar("");
    }

    /// <summary>Whether a line is one that ended work leaves.</summary>
    public static bool IsEnd(string line) =>
        line.Contains(" : " + Done, StringComparison.Ordinal) || line.Contains(" : " + Interrupted, StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Report(int step, string? detail)
    {
        _last = step;
        _detail = detail ?? _detail;
        TimeSpan elapsed = _time.Elapsed;
        if (elapsed < _next || _ended)
        {
            return;
        }

        _next = elapsed + Interval;
        ShowBar(_time.Describe(step));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        string took = RemainingTime.Format(_time.Elapsed);
        _show(Line(_last >= _steps ? Done + took : $"{Interrupted}{_last}/{_steps} après {took}", _detail), null);
    }

    private void ShowBar(string remaining)
    {
        string line = Line($"étape {_last}/{_steps}", _detail, remaining);
        string bar = string.Create(
            CultureInfo.InvariantCulture,
            $"<progress max=\"{_steps}\" value=\"{_last}\" aria-label=\"{WebUtility.HtmlEncode(_title)}\"></progress> <span>{WebUtility.HtmlEncode(line)}</span>");
        _show(line, bar);
    }

    private string Line(params string?[] parts) => $"{_title} : {string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)))}";
}
