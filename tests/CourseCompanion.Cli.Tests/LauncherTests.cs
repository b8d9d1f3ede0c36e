using System.Diagnostics;
using System.Runtime.Versioning;
using CourseCompanion.Notebooks.Processes;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Cli.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class LauncherTests : IDisposable
{
    private readonly LauncherSandbox _machine = new();

    public void Dispose() => _machine.Dispose();

    [LinuxFact]
    public async Task Course_alone_on_a_fresh_clone_shows_help_and_makes_nothing()
    {
        ChildResult result = await _machine.RunAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("./course run", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_machine.Clone, "artifacts")));
    }

    [LinuxFact]
    public async Task Course_without_a_dotnet_sdk_says_how_to_get_it()
    {
        _machine.Remove("dotnet");
        ChildResult result = await _machine.RunAsync("run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("dotnet-sdk-10.0", result.Error, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Course_with_an_older_sdk_says_which_it_needs()
    {
        _machine.Dotnet(sdk: "8.0.400");
        ChildResult result = await _machine.RunAsync("run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("older than 10 (8.0.400)", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.Stamp));
    }

    [LinuxFact]
    public async Task Run_hands_every_argument_over()
    {
        ChildResult result = await _machine.RunAsync("run", "01", "--data", "a b");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("arguments:run 01 --data a b\n", result.Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Run_again_builds_nothing_until_a_source_changes()
    {
        await _machine.RunAsync("run");
        Assert.Contains(_machine.TakeCalls(), IsBuild);

        await _machine.RunAsync("run");
        Assert.Equal(["dotnet"], _machine.TakeCalls().Select(call => call.Split(' ')[0]).Distinct());
        await _machine.RunAsync("doctor");
        Assert.DoesNotContain(_machine.TakeCalls(), IsBuild);

        _machine.Write("lib/CourseCompanion.Cli/New.cs", "// new\n");
        await _machine.RunAsync("run");
        Assert.Contains(_machine.TakeCalls(), IsBuild);

        File.Delete(Path.Combine(_machine.Clone, "lib/CourseCompanion.Cli/New.cs"));
        await _machine.RunAsync("run");
        Assert.Contains(_machine.TakeCalls(), IsBuild);
    }

    [LinuxFact]
    public async Task Run_build_that_fails_shows_why_and_is_tried_again()
    {
        _machine.Dotnet(build: "echo 'Program.cs(1,1): error CS0000: no'; exit 1");
        ChildResult failed = await _machine.RunAsync("run");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("error CS0000", failed.Error, StringComparison.Ordinal);
        Assert.Empty(failed.Output);

        _machine.Dotnet();
        Assert.Equal(0, (await _machine.RunAsync("run")).ExitCode);
    }

    [LinuxFact]
    public async Task Run_installs_nothing_on_the_system()
    {
        foreach (string installer in new[] { "apt-get", "sudo", "npm", "g++" })
        {
            _machine.Stub(installer, "exit 1");
        }

        Assert.Equal(0, (await _machine.RunAsync("test")).ExitCode);
        Assert.All(_machine.TakeCalls(), call => Assert.StartsWith("dotnet ", call, StringComparison.Ordinal));
    }

    [LinuxTheory]
    [InlineData("COURSE_ENGINE", "cuda")]
    [InlineData("LIBTORCH", "/opt/libtorch")]
    [InlineData("TorchSharpPath", "/opt/TorchSharp.dll")]
    public async Task Run_another_engine_is_another_build(string variable, string value)
    {
        await _machine.RunAsync("run");
        _machine.TakeCalls();
        _machine.Environment[variable] = value;
        await _machine.RunAsync("run");
        Assert.Contains(_machine.TakeCalls(), IsBuild);
        await _machine.RunAsync("run");
        Assert.DoesNotContain(_machine.TakeCalls(), IsBuild);
    }

    [LinuxFact]
    public async Task Run_twice_at_the_same_time_builds_once()
    {
        _machine.Dotnet(build: "sleep 1");
        ChildResult[] results = await Task.WhenAll(_machine.RunAsync("run", "a"), _machine.RunAsync("run", "b"));

        Assert.All(results, result => Assert.Equal(0, result.ExitCode));
        Assert.Single(_machine.TakeCalls(), IsBuild);
        Assert.Contains(results, result => result.Error.Contains("Another ./course is building", StringComparison.Ordinal));
    }

    [LinuxFact]
    public async Task Run_interrupted_while_building_exits_with_130_and_leaves_nothing_half_made()
    {
        _machine.Dotnet(build: "sleep 600");
        using Process process = _machine.Start("run");
        List<string> calls = [];
        while (!calls.Exists(IsBuild))
        {
            await Task.Delay(20);
            calls.AddRange(_machine.TakeCalls());
        }

        await Interrupt.GroupAsync(process.Id);
        await process.WaitForExitAsync();

        Assert.Equal(130, process.ExitCode);
        Assert.False(File.Exists(_machine.Stamp));
        _machine.Dotnet();
        Assert.Equal(0, (await _machine.RunAsync("run")).ExitCode);
    }

    [LinuxTheory]
    [InlineData("course")]
    [InlineData(".ci/run")]
    public async Task Scripts_are_valid_and_clean(string script)
    {
        string path = Path.Combine(TestCourse.Repository.Root, script);
        ChildResult syntax = await RunToolAsync("bash", "-n", path);
        Assert.Equal((0, ""), (syntax.ExitCode, syntax.Error));
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
        if (File.Exists("/usr/bin/shellcheck"))
        {
            ChildResult check = await RunToolAsync("shellcheck", path);
            Assert.Equal((0, ""), (check.ExitCode, check.Output));
        }
    }

    private static Task<ChildResult> RunToolAsync(string tool, params string[] arguments) =>
        ChildProcess.RunAsync(tool, arguments, environment: null, TimeSpan.FromMinutes(1), CancellationToken.None);

    private static bool IsBuild(string call) => call.StartsWith("dotnet build", StringComparison.Ordinal);
}
