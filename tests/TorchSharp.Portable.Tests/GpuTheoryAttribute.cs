namespace TorchSharp.Portable.Tests;

/// <summary>A theory that needs a CUDA device; skipped, and counted as skipped, where there is none.</summary>
public sealed class GpuTheoryAttribute : TheoryAttribute
{
    public GpuTheoryAttribute()
    {
        if (!torch.cuda.is_available())
        {
            Skip = "needs a CUDA device";
        }
    }
}
