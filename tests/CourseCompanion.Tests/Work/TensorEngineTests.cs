using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using CourseCompanion.Tests.Shared;
using CourseCompanion.Work;

namespace CourseCompanion.Tests.Work;

public sealed partial class TensorEngineTests : IDisposable
{
    private readonly string _libtorch = Directory.CreateTempSubdirectory("course-libtorch-").FullName;

    public void Dispose() => Directory.Delete(_libtorch, recursive: true);

    [LinuxFact]
    public void Native_code_of_any_host_sees_the_bounds_of_the_threads_and_warns_nobody()
    {
        _ = TensorEngine.ExpectedVersion;

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
        Assert.Null(TensorEngine.ReasonToRefuse(_libtorch));
    }

    [Theory]
    [InlineData("2.11.0")]
    [InlineData("2.1.0")]
    [InlineData("1.13.1+cpu")]
    public void ReasonToRefuse_another_minor_version_is_refused_with_both(string version)
    {
        Directory.CreateDirectory(Path.Combine(_libtorch, "lib"));
        File.WriteAllText(Path.Combine(_libtorch, "build-version"), version);

        string reason = TensorEngine.ReasonToRefuse(_libtorch)!;
        Assert.Contains(version, reason, StringComparison.Ordinal);
        Assert.Contains(_libtorch, reason, StringComparison.Ordinal);
        Assert.Contains("2.10.x", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ReasonToRefuse_folder_without_a_libtorch_is_named() =>
        Assert.Contains(_libtorch, TensorEngine.ReasonToRefuse(_libtorch)!, StringComparison.Ordinal);

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
