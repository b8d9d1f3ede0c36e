using System.Runtime.InteropServices;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>
/// The signal by which .NET reaches a running thread on Linux, SIGRTMIN. A thread that was aborted keeps it blocked, and so
/// does every thread that it starts.
/// </summary>
internal static class BlockedSignals
{
    // Of Linux, with glibc and with musl.
    private const int BlockSignals = 0;
    private const int SignalSetBytes = 128;

    /// <summary>Keeps the signal from the current thread, as an abort does.</summary>
    internal static void Block()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        var signals = new byte[SignalSetBytes];
        if (EmptySet(signals) != 0 || AddTo(signals, FirstRealTime()) != 0 || SetMask(BlockSignals, signals, 0) != 0)
        {
            throw new InvalidOperationException("The thread's signal mask cannot be set.");
        }
    }

    [DllImport("libc", EntryPoint = "sigemptyset")]
    private static extern int EmptySet(byte[] set);

    [DllImport("libc", EntryPoint = "sigaddset")]
    private static extern int AddTo(byte[] set, int signal);

    [DllImport("libc", EntryPoint = "__libc_current_sigrtmin")]
    private static extern int FirstRealTime();

    [DllImport("libc", EntryPoint = "pthread_sigmask")]
    private static extern int SetMask(int how, byte[] set, nint old);
}
