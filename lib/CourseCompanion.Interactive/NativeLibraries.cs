using System.Reflection;
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

    /// <summary>Makes them found by assemblies, and by all that are loaded as these are.</summary>
    /// <param name="assemblies">One of each way to load.</param>
    public static void Find(params ReadOnlySpan<Assembly> assemblies)
    {
        HashSet<AssemblyLoadContext> contexts = [AssemblyLoadContext.Default];
        foreach (Assembly assembly in assemblies)
        {
            contexts.Add(AssemblyLoadContext.GetLoadContext(assembly) ?? AssemblyLoadContext.Default);
        }

        foreach (AssemblyLoadContext context in contexts)
        {
            context.ResolvingUnmanagedDll += (_, name) => Load(name);
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
