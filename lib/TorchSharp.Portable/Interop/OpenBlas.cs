using System.Runtime.Intrinsics.X86;

namespace TorchSharp.Interop;

/// <summary>Settings of the library that multiplies matrices, which it reads once, when it is loaded.</summary>
internal static class OpenBlas
{
    // OpenBLAS chooses its kernels by the model number of the processor; one that is newer than the library gets those of 2004.
    // Measured with version 0.3.21 on an Intel processor of 2023 (model 207): products of matrices took 4.5 times as long, a
    // QR decomposition 28 times. What a processor can do does not depend on how old the library is.
    private const string Variable = "OPENBLAS_CORETYPE";

    /// <summary>Has the kernels chosen by what the processor can do, unless the user has chosen (<c>OPENBLAS_CORETYPE</c>).</summary>
    internal static void ChooseKernels()
    {
        if (Kernels is { } kernels)
        {
            NativeEnvironment.SetDefault(Variable, kernels);
        }
    }

    private static string? Kernels =>
        Avx512F.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported ? "SkylakeX"
        : Avx2.IsSupported && Fma.IsSupported ? "Haswell"
        : null;
}
