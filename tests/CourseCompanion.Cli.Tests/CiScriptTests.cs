using System.Runtime.Versioning;
using CourseCompanion.Notebooks.Processes;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Cli.Tests;

/// <summary>What <c>.ci/run</c> makes of the answers of <c>course</c>, which a stub gives here.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class CiScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-ci-").FullName;

    private string Clone => Path.Combine(_folder, "clone");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [LinuxFact]
    public async Task Ci_everything_well_adds_the_notebooks_to_the_tests_and_exits_with_0()
    {
        ChildResult result = await RunAsync("40 passed, 0 failed, 2 skipped", testExit: 0, "3 of 3 notebooks ran to their end", runExit: 0);

        Assert.Equal((0, "43 passed, 0 failed, 2 skipped"), (result.ExitCode, LastLine(result)));
        Assert.DoesNotContain("40 passed", result.Output, StringComparison.Ordinal);
        Assert.Contains("run --profile essai data: offline:1", result.Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Ci_real_images_beside_the_clone_runs_the_notebooks_on_these()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "shared", "datasets"));
        ChildResult result = await RunAsync("40 passed, 0 failed", testExit: 0, "3 of 3 notebooks ran to their end", runExit: 0);

        Assert.Equal("43 passed, 0 failed", LastLine(result));
        Assert.Contains($"run --profile rapide data:{_folder}/clone/../shared/datasets", result.Output, StringComparison.Ordinal);
    }

    [LinuxTheory]
    [InlineData("39 passed, 1 failed", 1, "3 of 3 notebooks ran to their end", 0, "42 passed, 1 failed")]
    [InlineData("40 passed, 0 failed", 0, "2 of 3 notebooks ran to their end", 1, "42 passed, 1 failed")]
    [InlineData("40 passed, 0 failed", 0, "Killed", 137, "40 passed, 1 failed")]
    [InlineData("Killed", 137, "3 of 3 notebooks ran to their end", 0, "3 passed, 1 failed")]
    public async Task Ci_something_failed_is_counted_and_exits_with_1(string tests, int testExit, string notebooks, int runExit, string last)
    {
        ChildResult result = await RunAsync(tests, testExit, notebooks, runExit);

        Assert.Equal((1, last), (result.ExitCode, LastLine(result)));
    }

    private async Task<ChildResult> RunAsync(string tests, int testExit, string notebooks, int runExit)
    {
        Directory.CreateDirectory(Path.Combine(Clone, ".ci"));
        File.Copy(Path.Combine(TestCourse.Repository.Root, ".ci", "run"), Path.Combine(Clone, ".ci", "run"));
        string course = Path.Combine(Clone, "course");
        await File.WriteAllTextAsync(course, $"""
            #!/bin/sh
            echo "$1 $2 $3 data:$COURSE_DATA offline:$COURSE_OFFLINE"
            case $1 in
              test) echo '{tests}'; exit {testExit} ;;
              run) echo '{notebooks}'; exit {runExit} ;;
            esac
            """);
        File.SetUnixFileMode(course, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // A machine that has every package already: this test installs nothing.
        string bin = Path.Combine(_folder, "bin");
        Directory.CreateDirectory(bin);
        string query = Path.Combine(bin, "dpkg-query");
        await File.WriteAllTextAsync(query, "#!/bin/sh\n");
        File.SetUnixFileMode(query, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Dictionary<string, string?> environment = new()
        {
            ["COURSE_DATA"] = null,
            ["PATH"] = bin + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
        };
        return await ChildProcess.RunAsync("bash", [Path.Combine(Clone, ".ci", "run")], environment, TimeSpan.FromMinutes(1), CancellationToken.None);
    }

    private static string LastLine(ChildResult result) => result.Output.TrimEnd().Split('\n')[^1];
}
