using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>
/// The error of the last native call of this thread, as an exception: <see cref="ExternalException"/> with libtorch's
/// message, which is what TorchSharp throws.
/// </summary>
internal static unsafe class NativeError
{
    private const int OutOfMemoryKind = 6;

    internal static bool LastIsOutOfMemory
    {
        get
        {
            int kind;
            _ = NativeMethods.tsp_last_error(&kind);
            return kind == OutOfMemoryKind;
        }
    }

    internal static ExternalException Last()
    {
        int kind;
        var message = Marshal.PtrToStringUTF8((nint)NativeMethods.tsp_last_error(&kind));
        return new ExternalException(string.IsNullOrEmpty(message) ? "libtorch failed without a message." : message.Trim());
    }

    /// <summary>Throws when a call that answers 0 for success and -1 for failure failed.</summary>
    internal static void Check(int status)
    {
        if (status < 0)
        {
            throw Last();
        }
    }

    /// <summary>Throws when a call that answers with a handle failed.</summary>
    internal static nint Check(nint handle) => handle != 0 ? handle : throw Last();
}
