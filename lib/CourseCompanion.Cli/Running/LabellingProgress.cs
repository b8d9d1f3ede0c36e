using System.Diagnostics;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Cli.Running;

/// <summary>Shows how labelling gets on: a bar that stays in its line on a terminal, otherwise a line every few seconds.</summary>
/// <param name="context">Where to write.</param>
internal sealed class LabellingProgress(CommandContext context)
{
    private const int Width = 30;
    private const double SecondsBetweenLines = 5;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _writing = new();
    private long? _doneBefore;
    private double _lastLine = double.NegativeInfinity;
    private bool _hasLiveLine;

    /// <summary>Shows how far the job is.</summary>
    /// <param name="run">The job.</param>
    public void Report(LabellingRun run)
    {
        double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        lock (_writing)
        {
            // What an earlier go labelled says nothing about the speed of this one.
            _doneBefore ??= run.Counts.Images;
            string line = Line(run, (run.Counts.Images - _doneBefore.Value) / Math.Max(0.001, seconds));
            if (context.IsTerminal)
            {
                context.Error.Write($"\r\u001b[K{Bar(run)} {line}");
                _hasLiveLine = true;
                if (run.State == RunState.Done)
                {
                    EndLine();
                }
            }
            else if (seconds - _lastLine >= SecondsBetweenLines || run.State == RunState.Done)
            {
                _lastLine = seconds;
                context.Error.WriteLine(line);
            }
        }
    }

    /// <summary>Writes a remark below the bar.</summary>
    /// <param name="remark">The remark.</param>
    public void Say(string remark)
    {
        lock (_writing)
        {
            EndLine();
            context.Error.WriteLine(remark);
        }
    }

    private void EndLine()
    {
        if (_hasLiveLine)
        {
            context.Error.WriteLine();
            _hasLiveLine = false;
        }
    }

    private static string Bar(LabellingRun run)
    {
        int full = (int)(Width * run.Counts.Images / Math.Max(1, run.Request.ImageCount));
        return FormattableString.Invariant($"[{new string('#', full)}{new string('.', Width - full)}] {100 * run.Counts.Images / Math.Max(1, run.Request.ImageCount),3} %");
    }

    private static string Line(LabellingRun run, double speed)
    {
        string left = speed > 0 && run.State == RunState.Running ? $", {Duration((run.Request.ImageCount - run.Counts.Images) / speed)} left" : "";
        return FormattableString.Invariant($"{run.Counts.Images:N0} of {run.Request.ImageCount:N0} images, {speed:N0} a second{left}");
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 90 => FormattableString.Invariant($"{seconds:0} s"),
        < 5400 => FormattableString.Invariant($"{seconds / 60:0} min"),
        _ => FormattableString.Invariant($"{seconds / 3600:0.#} h"),
    };
}
