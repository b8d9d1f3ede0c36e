using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>One image to decode; mirrors <c>ImageRequest</c> in images.cpp.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeImage
{
    internal const int MessageLength = 200;

    internal byte* Path;
    internal byte* Bytes;
    internal long Length;
    internal int Width;
    internal int Height;
    internal int Failed;
    internal fixed byte Message[MessageLength];

    internal readonly string Text
    {
        get
        {
            fixed (byte* message = Message)
            {
                return Marshal.PtrToStringUTF8((nint)message) ?? "";
            }
        }
    }
}
