using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CourseCompanion.Interactive;

/// <summary>
/// Finds the native libraries of the course's packages (libtorch, SQLite, Skia) beside its assemblies. The host knows those of packages that it has
/// restored itself only.
/// </summary>
internal static class NativeLibraries
{
    private static readonly string Program = Path.GetDirectoryName(typeof(NativeLibraries).Assembly.Location)!;

    // As packages name their folders: an SDK that a distribution has built calls itself ubuntu.24.04-x64.
    private static readonly string Platform =
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    // Those of packages, and those beside a TorchSharp.dll of one's own.
    private static readonly string[] Folders = [Path.Combine(Program, "runtimes", Platform, "native"), Program];

    /// <summary>Makes them found by all assemblies, also by those that are loaded later: the host gives each folder a context of its own.</summary>
    public static void Find()
    {
        HashSet<AssemblyLoadContext> known = [];
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => Watch(AssemblyLoadContext.GetLoadContext(loaded.LoadedAssembly));
        foreach (AssemblyLoadContext context in AssemblyLoadContext.All)
        {
            Watch(context);
        }

        void Watch(AssemblyLoadContext? context)
        {
            lock (known)
            {
                if (context is not null && known.Add(context))
                {
                    context.ResolvingUnmanagedDll += (_, name) => Load(name);
                }
            }
        }
    }

    private static nint Load(string name)
    {
        foreach (string folder in Folders)
        {
            foreach (string file in (string[])[name, $"lib{name}.so", $"{name}.so", $"lib{name}.dylib", $"{name}.dll"])
            {
                if (NativeLibrary.TryLoad(Path.Combine(folder, file), out nint handle))
                {
                    return handle;
                }
            }
        }

        return 0;
    }
}
