namespace TorchSharp.Interop;

/// <summary>
/// Tells the garbage collector how many bytes of CPU memory tensors hold, so that it collects undisposed tensors in
/// time. The native allocator counts the bytes; reading the count is one memory load.
/// </summary>
internal static unsafe class NativeMemory
{
    private const long Step = 32 << 20;

    private static readonly long* LiveBytesAddress = NativeMethods.tsp_live_bytes();
    private static readonly Lock Gate = new();
    private static long _reported;

    /// <summary>Bytes of CPU memory that tensors (and autograd's saved ones) hold now.</summary>
    internal static long LiveBytes => Volatile.Read(ref *LiveBytesAddress);

    /// <summary>Native tensor handles that exist now.</summary>
    internal static long LiveHandles => NativeMethods.tsp_live_handles();

    /// <summary>
    /// Called for every tensor made. Growth is reported in steps; shrinking only once half is gone, so that a training
    /// loop, which breathes at every step, reports nothing once warm.
    /// </summary>
    internal static void Report()
    {
        var live = LiveBytes;
        var reported = Volatile.Read(ref _reported);
        if (live - reported > Step || live < reported / 2)
        {
            Adjust(live);
        }
    }

    private static void Adjust(long live)
    {
        lock (Gate)
        {
            var change = live - _reported;
            if (change > 0)
            {
                GC.AddMemoryPressure(change);
            }
            else if (change < 0)
            {
                GC.RemoveMemoryPressure(-change);
            }
            Volatile.Write(ref _reported, live);
        }
    }
}
