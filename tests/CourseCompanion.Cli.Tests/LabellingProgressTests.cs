using CourseCompanion.Cli.Running;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Cli.Tests;

/// <summary>How a person sees that labelling gets on.</summary>
public sealed class LabellingProgressTests : IDisposable
{
    private readonly StringWriter _error = new();

    [Fact]
    public void On_a_terminal_a_bar_stays_in_its_line()
    {
        LabellingProgress progress = new(Context(isTerminal: true));
        progress.Report(Job(0));
        progress.Report(Job(500));
        progress.Say("course: going on.");
        progress.Report(Job(1_000, RunState.Done));

        string[] lines = _error.ToString().Split('\n');
        string[] states = lines[0].Split("\r\u001b[K");
        Assert.Equal("[..............................]   0 % 0 of 1,000 images, 0 a second", states[1]);
        Assert.StartsWith("[###############...............]  50 % 500 of 1,000 images, ", states[2], StringComparison.Ordinal);
        Assert.EndsWith(" left", states[2], StringComparison.Ordinal);
        Assert.Equal("course: going on.", lines[1]);
        Assert.StartsWith("\r\u001b[K[##############################] 100 % 1,000 of 1,000 images, ", lines[2], StringComparison.Ordinal);
        Assert.Equal("", lines[3]);
    }

    [Fact]
    public void Elsewhere_it_is_a_line_now_and_then_and_one_at_the_end()
    {
        LabellingProgress progress = new(Context(isTerminal: false));
        progress.Report(Job(0));
        progress.Report(Job(500));   // too soon
        progress.Report(Job(1_000, RunState.Done));

        string[] lines = _error.ToString().Split('\n');
        Assert.Equal(["0 of 1,000 images", "1,000 of 1,000 images", ""], lines.Select(line => line.Split(", ")[0]));
        Assert.DoesNotContain("\r", _error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _error.Dispose();

    private CommandContext Context(bool isTerminal) =>
        new() { Folder = TestCourse.Repository, Output = TextWriter.Null, Error = _error, IsTerminal = isTerminal, Environment = _ => null };

    private static LabellingRun Job(int images, RunState state = RunState.Running) => new(
        1,
        new RunRequest
        {
            Images = "/images", Output = "/output", ImagesFingerprint = "a", ImageCount = 1_000, ShardSize = 100, Model = "/m", ModelFingerprint = "b", Threshold = 0.9, ClassNames = ["x", "y"],
        },
        state, DateTime.UnixEpoch, null, new RunCounts(0, 0, 0, 0, images, 0, 0, 0, 0));
}
