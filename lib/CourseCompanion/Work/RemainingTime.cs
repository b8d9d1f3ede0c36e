using CourseCompanion.French;

namespace CourseCompanion.Work;

/// <summary>Remaining time of a piece of work, from the pace so far; the same words in every progress display.</summary>
/// <param name="steps">Number of steps of the work.</param>
/// <param name="clock">Source of time; the system's if null.</param>
public sealed class RemainingTime(int steps, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _start = (clock ?? TimeProvider.System).GetTimestamp();

    /// <summary>Time since the work began.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Estimated time that is left after <paramref name="step"/> steps; null before the first one.</summary>
    public TimeSpan? After(int step) => step <= 0 ? null : Elapsed * ((double)Math.Max(steps - step, 0) / step);

    /// <summary>The estimate in French, for example <c>reste environ 1 min 20 s</c>; nothing before the first step.</summary>
    public string Describe(int step) => After(step) is { } left ? $"reste environ {Format(left)}" : "";

    /// <summary>A duration in French: <c>4,2 s</c>, <c>35 s</c>, <c>2 min 05 s</c>, <c>1 h 12 min</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        // Rounded before the unit is chosen, so that 59.7 s reads 1 min 00 s.
        var whole = TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds));
        return duration switch
        {
            { TotalSeconds: < 9.95 } => $"{duration.TotalSeconds.ToString("0.0", FrenchNumbers.Format)} s",
            _ when whole.TotalSeconds < 60 => $"{whole.Seconds} s",
            _ when whole.TotalHours < 1 => $"{whole.Minutes} min {whole.Seconds:00} s",
            _ => $"{(int)whole.TotalHours} h {whole.Minutes:00} min",
        };
    }
}
