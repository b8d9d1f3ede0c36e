using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using CourseCompanion.Results;
using CourseCompanion.Tests.Shared;
using CourseCompanion.Work;

namespace CourseCompanion.Tests.Work;

public sealed partial class TensorEngineTests : IDisposable
{
    /// <summary>Makes the test assembly a program that says which libtorch it has loaded.</summary>
    public const string Command = "engine";

    private readonly string _libtorch = Directory.CreateTempSubdirectory("course-libtorch-").FullName;

    public static int Report()
    {
        Console.Write(TensorEngine.Refusal ?? Provenance.Capture(null, 1).Engine);
        return 0;
    }

    public void Dispose() => Directory.Delete(_libtorch, recursive: true);

    [LinuxFact]
    public void Native_code_of_any_host_sees_the_bounds_of_the_threads_and_warns_nobody()
    {
        _ = TensorEngine.PackagedVersion;

        Assert.InRange(int.Parse(GetVariableOfC("OMP_NUM_THREADS")!, System.Globalization.CultureInfo.InvariantCulture), 1, 1024);
        Assert.True(GetVariableOfC("GOMP_SPINCOUNT") is not null || GetVariableOfC("OMP_WAIT_POLICY") is not null);
        Assert.NotNull(GetVariableOfC("TORCH_CPP_LOG_LEVEL"));
    }

    [Fact]
    public void NativeVariables_leave_what_the_user_has_set()
    {
        Assert.Equal(["GOMP_SPINCOUNT", "OMP_NUM_THREADS", "TORCH_CPP_LOG_LEVEL"], TensorEngine.NativeVariables(_ => null).Keys.Order(StringComparer.Ordinal));
        Assert.InRange(int.Parse(TensorEngine.NativeVariables(_ => "")["OMP_NUM_THREADS"], System.Globalization.CultureInfo.InvariantCulture), 1, 8);
        Assert.Empty(TensorEngine.NativeVariables(_ => "3"));
        Assert.Equal(["OMP_NUM_THREADS", "TORCH_CPP_LOG_LEVEL"], TensorEngine.NativeVariables(name => name == "OMP_WAIT_POLICY" ? "passive" : null).Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("build-version", "2.10.0+cu128\n", "2.10.0+cu128")]
    [InlineData("version.py", "from typing import Optional\n__all__ = []\n__version__ = '2.10.1+cpu'\ndebug = False\n", "2.10.1+cpu")]
    public void ReasonToRefuse_libtorch_of_the_same_minor_version_is_taken(string file, string contents, string version)
    {
        Directory.CreateDirectory(Path.Combine(_libtorch, "lib"));
        File.WriteAllText(Path.Combine(_libtorch, file), contents);

        Assert.Equal(version, TensorEngine.VersionOf(_libtorch));
        Assert.Null(TensorEngine.ReasonToRefuse(_libtorch, "2.10.0"));
    }

    [Fact]
    public void ReasonToRefuse_with_a_TorchSharp_of_one_s_own_takes_any_version()
    {
        Directory.CreateDirectory(Path.Combine(_libtorch, "lib"));
        File.WriteAllText(Path.Combine(_libtorch, "build-version"), "2.7.1");

        Assert.Null(TensorEngine.ReasonToRefuse(_libtorch, expected: null));
    }

    [Theory]
    [InlineData("2.11.0")]
    [InlineData("2.1.0")]
    [InlineData("1.13.1+cpu")]
    public void ReasonToRefuse_another_minor_version_is_refused_with_both(string version)
    {
        Directory.CreateDirectory(Path.Combine(_libtorch, "lib"));
        File.WriteAllText(Path.Combine(_libtorch, "build-version"), version);

        string reason = TensorEngine.ReasonToRefuse(_libtorch, "2.10.0")!;
        Assert.Contains(version, reason, StringComparison.Ordinal);
        Assert.Contains(_libtorch, reason, StringComparison.Ordinal);
        Assert.Contains("2.10.x", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ReasonToRefuse_folder_without_a_libtorch_is_named() =>
        Assert.Contains(_libtorch, TensorEngine.ReasonToRefuse(_libtorch, "2.10.0")!, StringComparison.Ordinal);

    /// <summary>A folder like pytorch.org's, of links to the libraries that are here; its name has that of one of them in it.</summary>
    [LinuxFact]
    public async Task Libtorch_that_is_named_is_loaded_and_stands_in_the_provenance()
    {
        TorchSharp.torch.zeros(1).Dispose();
        string libtorch = Path.Combine(_libtorch, "libtorch_cpu"), lib = Directory.CreateDirectory(Path.Combine(libtorch, "lib")).FullName;
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(TensorEngine.LoadedLibrary)!, "lib*.so*"))
        {
            File.CreateSymbolicLink(Path.Combine(lib, Path.GetFileName(file)), file);
        }

        await File.WriteAllTextAsync(Path.Combine(libtorch, "build-version"), "2.10.7+own\n");
        ProcessStartInfo start = new("dotnet", ["exec", typeof(TensorEngineTests).Assembly.Location, Command]) { RedirectStandardOutput = true };
        start.Environment["LIBTORCH"] = libtorch;
        using Process child = Process.Start(start)!;
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();

        Assert.EndsWith(" (libtorch 2.10.7+own)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadedLibrary_is_the_file_that_is_in_the_process()
    {
        TorchSharp.torch.zeros(1).Dispose();

        Assert.True(OperatingSystem.IsMacOS() ? TensorEngine.LoadedLibrary is null : File.Exists(TensorEngine.LoadedLibrary));
    }

    [LinuxFact]
    public void VersionOfLoaded_is_the_packaged_one_only_where_that_lies_below_the_program()
    {
        Assert.Equal(TensorEngine.PackagedVersion, TensorEngine.VersionOfLoaded("/course/runtimes/libtorch_cpu.so", libtorch: null, "/course/"));
        Assert.Equal(TensorEngine.PackagedVersion, TensorEngine.VersionOfLoaded(null, libtorch: null, "/course/"));
        Assert.Null(TensorEngine.VersionOfLoaded("/course-of-another/lib/libtorch_cpu.so", libtorch: null, "/course"));
    }

    [Fact]
    public void VersionOfLoaded_elsewhere_is_what_its_folder_says()
    {
        File.WriteAllText(Path.Combine(_libtorch, "build-version"), "2.10.1");
        string loaded = Path.Combine(Directory.CreateDirectory(Path.Combine(_libtorch, "lib")).FullName, "libtorch_cpu.so");
        File.WriteAllText(loaded, "");

        Assert.Equal("2.10.1", TensorEngine.VersionOfLoaded(loaded, libtorch: null, "/course"));
        Assert.Equal("2.10.1", TensorEngine.VersionOfLoaded(loaded, _libtorch, "/course"));
        Assert.Equal("2.10.1", TensorEngine.VersionOfLoaded(null, _libtorch, "/course"));
    }

    /// <summary>What <c>lib/OlderLinux.targets</c> did: nothing where the system suffices, one mark in the copy where it does not.</summary>
    [LinuxFact]
    public void Native_library_differs_from_its_package_by_one_mark_at_most()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string version = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3);
        byte[] packaged = File.ReadAllBytes(Path.Combine(packages, "torchsharp", version, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
        byte[] used = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));

        TorchSharp.torch.zeros(1).Dispose();
        string runtime = File.ReadLines("/proc/self/maps").First(line => line.Contains("/libstdc++.so.6", StringComparison.Ordinal));
        bool suffices = Encoding.Latin1.GetString(File.ReadAllBytes(runtime[runtime.IndexOf('/', StringComparison.Ordinal)..]))
            .Contains("GLIBCXX_3.4.32\0", StringComparison.Ordinal);
        int[] differences = [.. Enumerable.Range(0, packaged.Length).Where(at => packaged[at] != used[at])];
        Assert.Equal(packaged.Length, used.Length);
        Assert.Equal(suffices ? [] : [(0, 2)], differences.Select(at => ((int)packaged[at], (int)used[at])));
    }

    /// <summary>
    /// What <c>lib/TorchSharpArguments.targets</c> did. Optimised, TorchSharp's methods let a garbage collection of another thread free
    /// their arguments before libtorch reads them: "Unknown scalar type", or silently another number, a few times in a million calls.
    /// </summary>
    [Fact]
    public void TorchSharp_keeps_the_arguments_of_a_call_until_it_returns() =>
        Assert.True(typeof(TorchSharp.torch).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled);

    private static string? GetVariableOfC(string name) => Marshal.PtrToStringUTF8(GetVariable(name));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetVariable(string name);
}
