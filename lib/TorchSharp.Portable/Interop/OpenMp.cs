using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>Settings of libtorch's thread library, which it reads once, when it is loaded.</summary>
internal static partial class OpenMp
{
    // How often a waiting thread looks before it sleeps. GNU OpenMP's own default, billions of times, is for a machine of one's
    // own: beside any other busy program the threads wait for one another on the same core. Measured on 2 cores beside test runs,
    // a training step of SimpleCnn took 50 times longer with the default than without any spinning.
    private const string SpinCount = "10000";

    /// <summary>Bounds the spinning of waiting threads, unless the user has set it (<c>GOMP_SPINCOUNT</c>, <c>OMP_WAIT_POLICY</c>).</summary>
    internal static void BoundSpinning()
    {
        // The runtime keeps a copy of the environment, so that only libc's own function reaches native libraries.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            _ = SetEnvironment("GOMP_SPINCOUNT", SpinCount, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
