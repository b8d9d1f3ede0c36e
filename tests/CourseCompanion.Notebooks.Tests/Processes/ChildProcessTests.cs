using CourseCompanion.Notebooks.Processes;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Notebooks.Tests.Processes;

public class ChildProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [LinuxFact]
    public async Task Program_is_told_by_its_exit_code_and_what_it_prints()
    {
        var result = await ChildProcess.RunAsync(
            "sh", ["-c", "echo \"$WORD\"; echo wrong >&2; exit 3"], new Dictionary<string, string?> { ["WORD"] = "said" }, Limit, CancellationToken.None);

        Assert.Equal(new ChildResult(3, "said\n", "wrong\n"), result);
    }

    /// <summary>As a build server that <c>dotnet</c> leaves behind: what it holds open never ends.</summary>
    [LinuxFact]
    public async Task Program_is_over_when_another_that_it_started_is_not()
    {
        var result = await ChildProcess.RunAsync("sh", ["-c", "sleep 50 & echo said"], environment: null, TimeSpan.FromSeconds(40), CancellationToken.None);

        Assert.Equal(new ChildResult(0, "said\n", ""), result);
    }

    [LinuxFact]
    public async Task Program_that_does_not_end_is_ended() => await Assert.ThrowsAsync<TimeoutException>(
        () => ChildProcess.RunAsync("sleep", ["50"], environment: null, TimeSpan.FromSeconds(0.2), CancellationToken.None));

    [LinuxFact]
    public async Task Program_is_ended_when_it_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(0.2));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ChildProcess.RunAsync("sleep", ["50"], environment: null, Limit, cancellation.Token));
    }
}
