using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Session;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Notebooks.Tests.Grading;

/// <summary>What a worker can say and do that no honest one does; a shell plays it.</summary>
public sealed class DistrustedWorkerTests
{
    private const string Planted = "COURSE_TEST_PLANTED";

    private static async Task<(WorkerResult Result, List<JsonObject> Heard)> ExecuteAsync(string script, bool hidesEnvironment = false)
    {
        List<JsonObject> heard = [];
        var worker = WorkerProcess.Start(
            new WorkerCommand("/bin/sh", ["-c", "say() { printf '%s\\n' \"$1\" > /dev/fd/$reply; }; command=$0; reply=$1; asked() { read -r line < /dev/fd/$command; }; " + script]), Path.GetTempPath(),
            new Dictionary<string, string>(), TimeSpan.FromSeconds(2), new WorkerDistrust(1 << 20, (message, _) => heard.Add(message), hidesEnvironment));
        await using (worker.ConfigureAwait(false))
        {
            return (await worker.ExecuteAsync("1", TimeSpan.FromSeconds(20), _ => { }, CancellationToken.None), heard);
        }
    }

    [LinuxTheory]
    [InlineData("""{"type":"done","status":"x","ms":1}""")]
    [InlineData("""{"type":"done","ms":1}""")]
    [InlineData("""{"type":"done","status":"Ok"}""")]
    [InlineData("""{"type":"done","status":"Ok","ms":1e300}""")]
    [InlineData("""{"type":"done","status":"Ok","ms":"1"}""")]
    [InlineData("""{"type":"done","type":"done","status":"Ok","ms":1}""")]
    [InlineData("""{"type":"output","kind":"result","count":99999999999}""")]
    [InlineData("""[1]""")]
    [InlineData("""{""")]
    public async Task Forged_line_ends_its_worker_and_nothing_else(string line)
    {
        var (result, _) = await ExecuteAsync($$"""say '{"type":"ready"}'; say '{{line}}'; exec sleep 60""");

        Assert.NotNull(result.Death);
        Assert.True(result.Duration < TimeSpan.FromSeconds(15), $"{result.Duration}");
    }

    [LinuxFact]
    public async Task Honest_line_is_taken()
    {
        var (result, heard) = await ExecuteAsync("""say '{"type":"ready"}'; asked; say '{"type":"mark"}'; say '{"type":"done","status":"Ok","ms":1.5}'; exec sleep 1""");

        Assert.Equal(new WorkerResult(ExecutionStatus.Ok, TimeSpan.FromMilliseconds(1.5), null), result);
        Assert.Single(heard);
    }

    [LinuxFact]
    public async Task Variables_of_the_grader_are_not_passed_on()
    {
        Environment.SetEnvironmentVariable(Planted, "secret");
        try
        {
            const string Script = $$"""say '{"type":"ready"}'; asked; if /bin/grep -q {{Planted}} /proc/$$/environ; then say '{"type":"leak"}'; fi; say '{"type":"done","status":"Ok","ms":1}'""";
            Assert.Single((await ExecuteAsync(Script)).Heard);
            Assert.Empty((await ExecuteAsync(Script, hidesEnvironment: true)).Heard);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Planted, null);
        }
    }
}
