namespace CourseCompanion.Work;

/// <summary>Progress as plain lines of text in French, at most one per interval: fit for a terminal and for a log.</summary>
/// <param name="output">Where to write; the console, as it is redirected at that moment, if null.</param>
/// <param name="interval">Least time between two lines of one piece of work; 2 seconds if null.</param>
/// <param name="clock">Source of time; the system's if null.</param>
public sealed class ConsoleProgressDisplay(TextWriter? output = null, TimeSpan? interval = null, TimeProvider? clock = null) : IProgressDisplay
{
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IProgressTask Start(string title, int steps) => new Lines(this, title, steps);

    private sealed class Lines(ConsoleProgressDisplay display, string title, int steps) : IProgressTask
    {
        private readonly RemainingTime _time = new(steps, display.Clock);
        private TimeSpan _next = display._interval;
        private int _last;

        public void Report(int step, string? detail)
        {
            _last = step;
            TimeSpan elapsed = _time.Elapsed;
            if (elapsed < _next)
            {
                return;
            }

            _next = elapsed + display._interval;
            Write($"{step}/{steps}", detail, _time.Describe(step));
        }

        public void Dispose()
        {
            string took = RemainingTime.Format(_time.Elapsed);
            Write(_last >= steps ? $"terminé en {took}" : $"interrompu à {_last}/{steps} après {took}");
        }

        private void Write(params string?[] parts) =>
            display.Output.WriteLine($"{title} : {string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)))}");
    }

    private TextWriter Output => output ?? Console.Out;

    private TimeProvider? Clock { get; } = clock;
}
