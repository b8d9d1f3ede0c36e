using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CourseCompanion.Work;

/// <summary>
/// What has to be settled before libtorch is loaded, in whatever program the library is used: how many threads it has, how
/// long they wait awake, and which libtorch it is.
/// </summary>
public static partial class TensorEngine
{
    // More than this many help no network of the course, and leave no room for a second notebook.
    private const int MaxThreads = 8;

    // How often a waiting thread looks before it sleeps. By default it looks for seconds, and beside any other busy program
    // the threads then wait for one another on the same core; with 0, each small operation waits for threads to wake up.
    private const string SpinCount = "1000";

    /// <summary>The version of libtorch that TorchSharp's native library was compiled for: <c>2.10.0</c>.</summary>
    public static string ExpectedVersion { get; } = typeof(TensorEngine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "LibtorchVersion").Value!;

    /// <summary>Why the libtorch that <c>LIBTORCH</c> names was not taken; null where it was, or where none is named.</summary>
    public static string? Refusal { get; private set; }

    /// <summary>The file of the libtorch that this process has loaded; null where none is yet, or the system does not tell.</summary>
    public static string? LoadedLibrary => File.Exists("/proc/self/maps")
        ? File.ReadLines("/proc/self/maps")
            .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)[^1])
            .FirstOrDefault(path => path.Contains("/libtorch_cpu.", StringComparison.Ordinal))
        : null;

    /// <summary>The version of the libtorch in a folder; null where the folder does not say.</summary>
    /// <param name="libtorch">A folder with <c>lib/</c>, from pytorch.org or of an installation by pip.</param>
    public static string? VersionOf(string libtorch)
    {
        // pytorch.org's archives have the first, Python packages the second.
        string archive = Path.Combine(libtorch, "build-version"), package = Path.Combine(libtorch, "version.py");
        return File.Exists(archive) ? File.ReadAllText(archive).Trim()
            : File.Exists(package) ? File.ReadLines(package).FirstOrDefault(line => line.StartsWith("__version__", StringComparison.Ordinal))?.Split('\'', '"').ElementAtOrDefault(1)
            : null;
    }

    /// <summary>Settles all of it; the runtime calls this before any other code of the library.</summary>
#pragma warning disable CA2255 // libgomp reads its variables when it is loaded: whoever uses the library would come too late.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Initialise()
    {
        foreach ((string name, string value) in NativeVariables(Environment.GetEnvironmentVariable))
        {
            SetVariable(name, value);
        }

        if (Environment.GetEnvironmentVariable("LIBTORCH") is { Length: > 0 } libtorch)
        {
            Refusal = ReasonToRefuse(libtorch) ?? Load(libtorch);
        }

        ReadLogLevel();
    }

    /// <summary>The variables that libtorch and OpenMP read once, when they are loaded, where the user has not set them.</summary>
    /// <param name="environment">Reads a variable of the user's; null when unset.</param>
    internal static IReadOnlyDictionary<string, string> NativeVariables(Func<string, string?> environment)
    {
        Dictionary<string, string> variables = [];
        if (IsUnset("OMP_NUM_THREADS"))
        {
            variables["OMP_NUM_THREADS"] = Math.Min(Environment.ProcessorCount, MaxThreads).ToString(CultureInfo.InvariantCulture);
        }

        if (IsUnset("OMP_WAIT_POLICY") && IsUnset("GOMP_SPINCOUNT"))
        {
            variables["GOMP_SPINCOUNT"] = SpinCount;
        }

        if (IsUnset("TORCH_CPP_LOG_LEVEL"))
        {
            // Otherwise libtorch writes "Could not initialize NNPACK" into the students' cells, wherever a batch is small and the
            // processor is one that NNPACK does not know; it then computes without it. Errors are exceptions and stay.
            variables["TORCH_CPP_LOG_LEVEL"] = "ERROR";
        }

        return variables;

        bool IsUnset(string name) => string.IsNullOrEmpty(environment(name));
    }

    /// <summary>Why a libtorch cannot serve; null where it can. The C++ interface changes with every minor version.</summary>
    internal static string? ReasonToRefuse(string libtorch)
    {
        if (!Directory.Exists(Path.Combine(libtorch, "lib")))
        {
            return $"LIBTORCH names no libtorch: '{libtorch}' has no folder lib. It has to be the folder that holds lib/ and include/.";
        }

        return VersionOf(libtorch) is { } version && !version.StartsWith(Minor(ExpectedVersion), StringComparison.Ordinal)
            ? $"LIBTORCH names libtorch {version} ('{libtorch}'), and TorchSharp here needs {Minor(ExpectedVersion)}x. "
                + "Name one of that version, or unset LIBTORCH to take the packaged one."
            : null;

        // "2.10.0" -> "2.10."
        static string Minor(string version) => version[..(version.LastIndexOf('.') + 1)];
    }

    // A library that is in the process already is taken before any that lies beside the program.
    private static string? Load(string libtorch)
    {
        string name = OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        string path = Path.Combine(libtorch, "lib", name);
        try
        {
            NativeLibrary.Load(path);
            string cuda = path.Replace("torch_cpu", "torch_cuda", StringComparison.Ordinal);
            if (File.Exists(cuda))
            {
                NativeLibrary.Load(cuda);
            }

            NativeLibrary.Load(path.Replace("torch_cpu", "torch", StringComparison.Ordinal));
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            return $"The libtorch that LIBTORCH names does not load: {exception.Message}";
        }
    }

    /// <summary>
    /// Makes libtorch look at TORCH_CPP_LOG_LEVEL: in c10::initLogging(), which Python calls and TorchSharp does not. A host that finds native libraries
    /// only later calls it again.
    /// </summary>
    internal static unsafe void ReadLogLevel()
    {
        if (OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("libc10.so", typeof(TensorEngine).Assembly, null, out nint c10)
            && NativeLibrary.TryGetExport(c10, "_ZN3c1011initLoggingEv", out nint initLogging))
        {
            ((delegate* unmanaged<void>)initLogging)();
        }
    }

    private static void SetVariable(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows())
        {
            // .NET keeps variables to itself there; native code reads those of C.
            SetInC(name, value, overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetInC(string name, string value, int overwrite);
}
