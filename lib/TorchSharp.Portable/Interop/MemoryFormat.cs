namespace TorchSharp.Interop;

/// <summary>libtorch's memory formats, with its numbers.</summary>
internal enum MemoryFormat
{
    Contiguous = 0,
    Preserve = 1,
    ChannelsLast = 2,
}

/// <summary>libtorch's layouts, with its numbers.</summary>
internal enum Layout
{
    Strided = 0,
    Sparse = 1,
    SparseCsr = 2,
}
