using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>Environment variables as native libraries see them: the runtime keeps a copy of its own.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable that the user has not set; on Linux only.</summary>
    internal static void SetDefault(string name, string value)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetEnvironment(name, value, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
