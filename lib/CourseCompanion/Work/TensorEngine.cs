using System.Diagnostics;
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

    // The libtorch of LIBTORCH, where it was taken.
    private static string? _libtorch;

    /// <summary>The version of the packaged libtorch, for which the packaged TorchSharp was compiled: <c>2.10.0</c>.</summary>
    public static string PackagedVersion { get; } = Metadata("LibtorchVersion")!;

    /// <summary>Why the libtorch that <c>LIBTORCH</c> names was not taken; null where it was, or where none is named.</summary>
    public static string? Refusal { get; private set; }

    /// <summary>The file of the libtorch that this process has loaded; null where none is yet, or the system does not tell (macOS).</summary>
    public static string? LoadedLibrary
    {
        get
        {
            using Process process = Process.GetCurrentProcess();
            return process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
                .FirstOrDefault(path => Path.GetFileName(path) is "libtorch_cpu.so" or "libtorch_cpu.dylib" or "torch_cpu.dll");
        }
    }

    /// <summary>
    /// The version of the libtorch that this process has loaded; null where its folder does not say. (TorchSharp's own <c>__version__</c> is a constant.)
    /// </summary>
    public static string? LoadedVersion => VersionOfLoaded(LoadedLibrary, _libtorch, Path.GetDirectoryName(typeof(TensorEngine).Assembly.Location)!);

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
            // Which version a TorchSharp of one's own needs, nobody knows here.
            Refusal = ReasonToRefuse(libtorch, Metadata("OwnTorchSharp") is null ? PackagedVersion : null) ?? Load(libtorch);
            _libtorch = Refusal is null ? libtorch : null;
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
    /// <param name="libtorch">The folder.</param>
    /// <param name="expected">The version that TorchSharp was compiled for; null where it is not known: any may fit.</param>
    internal static string? ReasonToRefuse(string libtorch, string? expected)
    {
        if (!Directory.Exists(Path.Combine(libtorch, "lib")))
        {
            return $"LIBTORCH names no libtorch: '{libtorch}' has no folder lib. It has to be the folder that holds lib/ and include/.";
        }

        return expected is not null && VersionOf(libtorch) is { } version && !version.StartsWith(Minor(expected), StringComparison.Ordinal)
            ? $"LIBTORCH names libtorch {version} ('{libtorch}'), and TorchSharp here needs {Minor(expected)}x. "
                + "Name one of that version, or unset LIBTORCH to take the packaged one."
            : null;

        // "2.10.0" -> "2.10."
        static string Minor(string version) => version[..(version.LastIndexOf('.') + 1)];
    }

    /// <summary>The version of a libtorch that is loaded; null where it cannot be told.</summary>
    /// <param name="loaded">Its file, links resolved; null where the system does not tell.</param>
    /// <param name="libtorch">The libtorch that <c>LIBTORCH</c> named and that was taken; null for none.</param>
    /// <param name="program">The folder of the course's assemblies: a libtorch below it is the packaged one.</param>
    internal static string? VersionOfLoaded(string? loaded, string? libtorch, string program)
    {
        if (libtorch is not null)
        {
            string named = Path.GetFullPath(Path.Combine(libtorch, "lib", Path.GetFileName(loaded ?? "")));
            if (loaded is null || loaded == (File.ResolveLinkTarget(named, returnFinalTarget: true)?.FullName ?? named))
            {
                return VersionOf(libtorch);
            }
        }

        if (loaded is null || loaded.StartsWith(Path.TrimEndingDirectorySeparator(program) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return PackagedVersion;
        }

        // <libtorch>/lib/libtorch_cpu.so
        return VersionOf(Path.GetFullPath(Path.Combine(loaded, "../..")));
    }

    // A library that is in the process already is taken before any that lies beside the program.
    private static string? Load(string libtorch)
    {
        try
        {
            foreach (string path in LibrariesOf(libtorch))
            {
                NativeLibrary.Load(path);
            }

            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            return $"The libtorch that LIBTORCH names does not load: {exception.Message}";
        }
    }

    /// <summary>The libraries of a libtorch, in the order in which they are loaded; that of CUDA where it has one.</summary>
    internal static IReadOnlyList<string> LibrariesOf(string libtorch)
    {
        (string prefix, string extension) = OperatingSystem.IsWindows() ? ("", ".dll") : ("lib", OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        string cuda = PathOf("torch_cuda");
        return File.Exists(cuda) ? [PathOf("torch_cpu"), cuda, PathOf("torch")] : [PathOf("torch_cpu"), PathOf("torch")];

        string PathOf(string name) => Path.Combine(libtorch, "lib", prefix + name + extension);
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

    private static string? Metadata(string key) => typeof(TensorEngine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(attribute => attribute.Key == key)?.Value;

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
