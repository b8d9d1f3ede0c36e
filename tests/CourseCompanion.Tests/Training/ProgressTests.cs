using CourseCompanion.Work;

namespace CourseCompanion.Tests.Training;

public class ProgressTests
{
    [Theory]
    [InlineData(4.24, "4,2 s")]
    [InlineData(0, "0,0 s")]
    [InlineData(9.97, "10 s")]
    [InlineData(59.7, "1 min 00 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(4320, "1 h 12 min")]
    public void Format_writes_durations_in_French(double seconds, string expected) =>
        Assert.Equal(expected, RemainingTime.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Describe_extrapolates_the_pace_so_far()
    {
        var clock = new ManualClock();
        var time = new RemainingTime(10, clock);
        clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal("reste environ 1 min 20 s", time.Describe(2));
        Assert.Equal("", time.Describe(0));
        Assert.Equal(TimeSpan.Zero, time.After(10));
    }

    [Fact]
    public void ConsoleProgressDisplay_writes_at_most_one_line_per_interval()
    {
        var clock = new ManualClock();
        using var output = new StringWriter { NewLine = "\n" };
        using (IProgressTask task = new ConsoleProgressDisplay(output, TimeSpan.FromSeconds(2), clock).Start("Entraînement", 100))
        {
            for (int step = 1; step <= 100; step++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
                task.Report(step, "perte 0,5");
            }
        }

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, lines.Length);
        Assert.Equal("Entraînement : 20/100 · perte 0,5 · reste environ 8,0 s", lines[0]);
        Assert.Equal("Entraînement : terminé en 10 s", lines[^1]);
    }

    [Fact]
    public void ConsoleProgressDisplay_of_work_that_stopped_early_says_so()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using (IProgressTask task = new ConsoleProgressDisplay(output, clock: new ManualClock()).Start("Entraînement", 100))
        {
            task.Report(7, null);
        }

        Assert.Equal("Entraînement : interrompu à 7/100 après 0,0 s\n", output.ToString());
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
