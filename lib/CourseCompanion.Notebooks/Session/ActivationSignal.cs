using System.Runtime.InteropServices;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// The signal by which .NET stops a running thread on Linux, SIGRTMIN. A thread that was aborted keeps it blocked (see
/// <see cref="CellThread"/>), and so does every thread and every process that it starts: no abort reaches a tight loop there.
/// </summary>
internal static class ActivationSignal
{
    // Of Linux, with glibc and with musl.
    private const int BlockSignals = 0;
    private const int UnblockSignals = 1;
    private const int SignalSetBytes = 128;

    /// <summary>Lets the signal reach the current thread again.</summary>
    internal static void Unblock() => Change(UnblockSignals);

    /// <summary>Keeps the signal from the current thread, as an abort does.</summary>
    internal static void Block() => Change(BlockSignals);

    private static void Change(int how)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        var signals = new byte[SignalSetBytes];
        if (EmptySet(signals) != 0 || AddTo(signals, FirstRealTime()) != 0 || SetMask(how, signals, 0) != 0)
        {
            throw new InvalidOperationException("The signal mask of the cells' thread cannot be set.");
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
