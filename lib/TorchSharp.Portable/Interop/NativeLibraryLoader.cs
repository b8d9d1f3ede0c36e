using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>
/// Finds the native part: the file or folder named by <c>TORCHSHARP_PORTABLE_NATIVE</c>, else beside the assembly,
/// else <c>artifacts/native</c> in a parent folder (a source tree).
/// </summary>
internal static class NativeLibraryLoader
{
    internal const string PathVariable = "TORCHSHARP_PORTABLE_NATIVE";
    internal const string FileName = "libtorchsharp_portable.so";

    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    private static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) =>
        libraryName == NativeMethods.Library ? Load(Candidates(Environment.GetEnvironmentVariable(PathVariable))) : 0;

    internal static nint Load(IEnumerable<string> candidates)
    {
        var searched = new List<string>();
        foreach (var path in candidates)
        {
            searched.Add(path);
            if (!File.Exists(path))
            {
                continue;
            }
            OpenMp.BoundSpinning();
            OpenBlas.ChooseKernels();
            try
            {
                return NativeLibrary.Load(path);
            }
            catch (DllNotFoundException error)
            {
                throw new DllNotFoundException(
                    $"{path} is there but does not load: {error.Message.ReplaceLineEndings(" ")}. The libtorch it was built over may be gone; "
                    + "run './course doctor', then rebuild it with lib/TorchSharp.Portable/native/build.sh.", error);
            }
        }
        throw new DllNotFoundException(
            $"The native part of TorchSharp.Portable ({FileName}) was not found. Run './course doctor' to see what is missing; "
            + "it is built by lib/TorchSharp.Portable/native/build.sh over libtorch (Debian/Ubuntu: apt-get install libtorch-dev, "
            + $"or set LIBTORCH to a libtorch folder). Searched: {string.Join(", ", searched)}.");
    }

    internal static IEnumerable<string> Candidates(string? configured)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            // A path that someone set on purpose is the only one to try.
            yield return Directory.Exists(configured) ? Path.Combine(configured, FileName) : configured;
            yield break;
        }
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        var assemblyFolder = Path.GetDirectoryName(typeof(NativeLibraryLoader).Assembly.Location);
        if (!string.IsNullOrEmpty(assemblyFolder))
        {
            yield return Path.Combine(assemblyFolder, FileName);
        }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
        }
    }
}
