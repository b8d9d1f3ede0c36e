using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class OpenBlasTests
{
    private static readonly string[] OldKernels = ["Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Generic"];

    [Fact]
    public void Products_of_matrices_use_what_the_processor_can_do()
    {
        using Tensor product = ones(64, 64).matmul(ones(64, 64));
        Assert.Equal(64, product[0, 0].item<float>());

        // Libtorch may be built on another library, and a user may want other kernels.
        if (Avx2.IsSupported && Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") is null && KernelsInUse() is { } kernels)
        {
            Assert.DoesNotContain(kernels, OldKernels, StringComparer.OrdinalIgnoreCase);
        }
    }

    private static unsafe string? KernelsInUse()
    {
        string? path = File.Exists("/proc/self/maps")
            ? File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')[^1]).FirstOrDefault(file => file.Contains("/libopenblas", StringComparison.Ordinal))
            : null;
        return path is not null && NativeLibrary.TryLoad(path, out nint library) && NativeLibrary.TryGetExport(library, "openblas_get_corename", out nint function)
            ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)function)())
            : null;
    }
}
