using System.Diagnostics;
using System.Runtime.Versioning;
using System.Xml.Linq;
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
    public async Task Run_packages_missing_without_root_or_sudo_prints_the_command_and_stops()
    {
        _machine.Stub("dpkg-query", "exit 1");
        _machine.Stub("apt-get", ":");
        _machine.Remove("g++");
        ChildResult result = await _machine.RunAsync("run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "sudo apt-get update && sudo apt-get install -y --no-install-recommends libjpeg-dev libpng-dev g++ libtorch-dev libopenblas0-openmp\n",
            result.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain(_machine.TakeCalls(), call => call.StartsWith("apt-get", StringComparison.Ordinal));
        Assert.False(File.Exists(_machine.Stamp));
    }

    [LinuxFact]
    public async Task Run_packages_missing_as_root_installs_only_those()
    {
        _machine.Stub("id", "echo 0");
        _machine.Stub("dpkg-query", "case \"$*\" in *libpng-dev*) exit 1 ;; *) echo 'ii ' ;; esac");
        _machine.Stub("apt-get", ":");
        ChildResult result = await _machine.RunAsync("run");

        Assert.Equal(0, result.ExitCode);
        string install = Assert.Single(_machine.TakeCalls(), call => call.Contains("install -y", StringComparison.Ordinal));
        Assert.EndsWith("--no-install-recommends libpng-dev", install, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Run_packages_missing_with_sudo_uses_it()
    {
        _machine.Stub("dpkg-query", "case \"$*\" in *libpng-dev*) exit 1 ;; *) echo 'ii ' ;; esac");
        _machine.Stub("apt-get", ":");
        _machine.Stub("sudo", "[ \"$1\" != -n ] || shift; \"$@\"");
        _machine.Stub("true", ":");
        ChildResult result = await _machine.RunAsync("run");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(_machine.TakeCalls(), call => call.StartsWith("sudo env", StringComparison.Ordinal) && call.EndsWith("libpng-dev", StringComparison.Ordinal));
    }

    [LinuxFact]
    public async Task Run_failed_install_shows_its_output_and_stops()
    {
        _machine.Stub("id", "echo 0");
        _machine.Stub("dpkg-query", "exit 1");
        _machine.Stub("apt-get", "echo 'E: Unable to locate package'; exit 100");
        ChildResult result = await _machine.RunAsync("run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("E: Unable to locate package", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.Stamp));
    }

    [LinuxFact]
    public async Task Run_hands_every_argument_over_and_bounds_the_threads()
    {
        ChildResult result = await _machine.RunAsync("run", "01", "--data", "a b");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("arguments:run 01 --data a b\n", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"engine:portable threads:[1-8]\n", result.Output);
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
    public async Task Doctor_installs_nothing_and_asks_no_registry()
    {
        _machine.Stub("dpkg-query", "exit 1");
        _machine.Stub("apt-get", ":");
        ChildResult result = await _machine.RunAsync("doctor");

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain(_machine.TakeCalls(), call =>
            call.StartsWith("apt-get", StringComparison.Ordinal) || call.StartsWith("dotnet restore", StringComparison.Ordinal) || call.StartsWith("build.sh", StringComparison.Ordinal));
        // What it left out is done by the first command that needs it.
        await _machine.RunAsync("data", "list");
        Assert.Contains(_machine.TakeCalls(), call => call.StartsWith("dotnet restore", StringComparison.Ordinal));
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
    public async Task Run_registry_without_the_official_packages_is_asked_once()
    {
        await _machine.RunAsync("run");
        Assert.Contains(_machine.TakeCalls(), call => call.StartsWith("dotnet restore", StringComparison.Ordinal));
        _machine.Write("lib/CourseCompanion.Cli/Program.cs", "// changed\n");
        ChildResult again = await _machine.RunAsync("run");

        Assert.Contains("engine:portable", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_machine.TakeCalls(), call => call.StartsWith("dotnet restore", StringComparison.Ordinal));
    }

    [LinuxTheory]
    [InlineData(":", "torchsharp-cpu")]
    [InlineData("echo \"/lib/libstdc++.so.6: version \\`GLIBCXX_3.4.32' not found\"", "portable")]
    [InlineData("echo \"/lib/libstdc++.so.6: version \\`GLIBCXX_3.4.32' not found\"; i=0; while [ $i -lt 9999 ]; do echo /lib/libm.so.6 || exit 141; i=$((i+1)); done", "portable")]
    public async Task Run_official_packages_are_taken_where_they_restore_and_load(string ldd, string engine)
    {
        _machine.Dotnet(restore: ":");
        _machine.Stub("ldd", ldd);
        string packages = Path.Combine(_machine.Root, "packages");
        string version = XDocument.Load(Path.Combine(_machine.Clone, "Directory.Packages.props")).Descendants("TorchSharpVersion").Single().Value;
        string native = Path.Combine(packages, "torchsharp", version, "runtimes", "linux-x64", "native");
        Directory.CreateDirectory(native);
        await File.WriteAllTextAsync(Path.Combine(native, "libLibTorchSharp.so"), "");
        _machine.Environment["NUGET_PACKAGES"] = packages;

        ChildResult result = await _machine.RunAsync("run");

        Assert.Contains($"engine:{engine} ", result.Output, StringComparison.Ordinal);
        IReadOnlyList<string> calls = _machine.TakeCalls();
        Assert.Equal(engine == "portable", calls.Any(call => call.StartsWith("build.sh", StringComparison.Ordinal)));
        // Its libtorch, hundreds of megabytes, is asked for only where the small package loads.
        Assert.Equal(engine == "portable" ? 1 : 2, calls.Count(call => call.StartsWith("dotnet restore", StringComparison.Ordinal)));
    }

    [LinuxFact]
    public async Task Run_unknown_engine_is_refused_with_the_known_ones()
    {
        _machine.Environment["COURSE_ENGINE"] = "tensorflow";
        ChildResult result = await _machine.RunAsync("run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("use portable, torchsharp-cpu or torchsharp-cuda", result.Error, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Run_libtorch_of_ones_own_needs_no_packaged_one_and_no_registry()
    {
        _machine.Environment["LIBTORCH"] = "/opt/libtorch";
        _machine.Stub("id", "echo 0");
        _machine.Stub("dpkg-query", "exit 1");
        _machine.Stub("apt-get", ":");
        ChildResult result = await _machine.RunAsync("run");

        Assert.Contains("engine:portable", result.Output, StringComparison.Ordinal);
        IReadOnlyList<string> calls = _machine.TakeCalls();
        Assert.DoesNotContain(calls, call => call.Contains("libtorch-dev", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, call => call.StartsWith("dotnet restore", StringComparison.Ordinal));
    }

    [LinuxFact]
    public async Task Run_twice_at_the_same_time_builds_once()
    {
        _machine.Dotnet(build: "sleep 1");
        ChildResult[] results = await Task.WhenAll(_machine.RunAsync("run", "a"), _machine.RunAsync("run", "b"));

        Assert.All(results, result => Assert.Equal(0, result.ExitCode));
        Assert.Single(_machine.TakeCalls(), IsBuild);
        Assert.Contains(results, result => result.Error.Contains("Another ./course is setting up", StringComparison.Ordinal));
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

        using Process kill = Process.Start("bash", ["-c", $"kill -INT -- -{process.Id}"]);
        await kill.WaitForExitAsync();
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
