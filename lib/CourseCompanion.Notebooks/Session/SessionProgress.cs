using System.Globalization;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Work;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Long work in a cell as one live bar that is updated in place at most five times a second, and that stays in the
/// notebook as one line of text.
/// </summary>
/// <param name="emit">Puts an output out.</param>
/// <param name="clock">Source of time.</param>
internal sealed class SessionProgress(Action<SessionOutput> emit, TimeProvider clock) : IProgressDisplay
{
    private const string Done = "terminé en ";
    private const string Interrupted = "interrompu à l’étape ";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether an output is the line that a bar left: of no use to those who did not wait for it.</summary>
    internal static bool IsEnd(NotebookOutput output) =>
        output.Kind == NotebookOutputKind.DisplayData && output.MimeTypes.SequenceEqual(["text/plain"])
        && output.TextData("text/plain") is { } line
        && (line.Contains(" : " + Done, StringComparison.Ordinal) || line.Contains(" : " + Interrupted, StringComparison.Ordinal));

    /// <inheritdoc/>
    public IProgressTask Start(string title, int steps) => new Bar(emit, clock, title, steps);

    private sealed class Bar : IProgressTask
    {
        private readonly Action<SessionOutput> _emit;
        private readonly string _title;
        private readonly int _steps;
        private readonly RemainingTime _time;
        private readonly string _id = Guid.NewGuid().ToString("N");
        private TimeSpan _next = Interval;
        private int _last;
        private string? _detail;
        private bool _ended;

        internal Bar(Action<SessionOutput> emit, TimeProvider clock, string title, int steps)
        {
            _emit = emit;
            _title = title;
            _steps = steps;
            _time = new RemainingTime(steps, clock);
            emit(new DisplayOutput(Live(""), _id));
        }

        public void Report(int step, string? detail)
        {
            _last = step;
            _detail = detail ?? _detail;
            var elapsed = _time.Elapsed;
            if (elapsed < _next || _ended)
            {
                return;
            }
            _next = elapsed + Interval;
            _emit(new UpdateDisplayOutput(Live(_time.Describe(step)), _id));
        }

        public void Dispose()
        {
            if (_ended)
            {
                return;
            }
            _ended = true;
            var took = RemainingTime.Format(_time.Elapsed);
            var end = _last >= _steps ? $"{Done}{took}" : $"{Interrupted}{_last}/{_steps} après {took}";
            _emit(new UpdateDisplayOutput(MimeBundle.Of("text/plain", Line(end, _detail)), _id));
        }

        private MimeBundle Live(string remaining)
        {
            var line = Line($"étape {_last}/{_steps}", _detail, remaining);
            var bundle = MimeBundle.Of("text/plain", line);
            bundle.Data["text/html"] = string.Create(CultureInfo.InvariantCulture,
                $"<progress max=\"{_steps}\" value=\"{_last}\" aria-label=\"{HtmlText.Encode(_title)}\"></progress> <span>{HtmlText.Encode(line)}</span>");
            return bundle;
        }

        private string Line(params ReadOnlySpan<string?> parts)
        {
            var line = _title;
            var separator = " : ";
            foreach (var part in parts)
            {
                if (!string.IsNullOrEmpty(part))
                {
                    line += separator + part;
                    separator = " · ";
                }
            }
            return line;
        }
    }
}
