using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CourseCompanion.Interactive;

/// <summary>
/// Finds the native libraries of the course's packages (libtorch, SQLite, Skia) beside its assemblies. The host knows those of packages that it has
/// restored itself only.
/// </summary>
internal static class NativeLibraries
{
    private static readonly string Folder = Path.Combine(
        Path.GetDirectoryName(typeof(NativeLibraries).Assembly.Location)!, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");

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
        foreach (string file in (string[])[name, $"lib{name}.so", $"{name}.so", $"lib{name}.dylib", $"{name}.dll"])
        {
            if (NativeLibrary.TryLoad(Path.Combine(Folder, file), out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
