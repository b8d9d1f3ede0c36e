namespace CourseCompanion.Tests.Shared;

/// <summary>A test that needs a GPU; skipped, and counted as skipped, where libtorch sees none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuFactAttribute : FactAttribute
{
    public GpuFactAttribute()
    {
        if (!TorchSharp.torch.cuda.is_available())
        {
            Skip = "libtorch sees no GPU.";
        }
    }
}
