namespace TorchSharp.Interop;

/// <summary>Settings of libtorch's thread library, which it reads once, when it is loaded.</summary>
internal static class OpenMp
{
    // How often a waiting thread looks before it sleeps. GNU OpenMP's own default, billions of times, is for a machine of one's
    // own: beside any other busy program the threads wait for one another on the same core. Measured on 2 cores beside test runs,
    // a training step of SimpleCnn took 50 times longer with the default than without any spinning.
    private const string SpinCount = "10000";

    /// <summary>Bounds the spinning of waiting threads, unless the user has set it (<c>GOMP_SPINCOUNT</c>, <c>OMP_WAIT_POLICY</c>).</summary>
    internal static void BoundSpinning()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            NativeEnvironment.SetDefault("GOMP_SPINCOUNT", SpinCount);
        }
    }
}
