using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>What a method that rebuilds images made of some of them: three images each, to be drawn side by side.</summary>
/// <param name="Original">The images [N, C, H, W] in [-1, 1].</param>
/// <param name="Shown">What the network was shown of them; hidden patches are grey.</param>
/// <param name="Rebuilt">The same with the hidden patches as the network predicts them, cut off at -1 and 1.</param>
public sealed record Reconstruction(Tensor Original, Tensor Shown, Tensor Rebuilt) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Original.Dispose();
        Shown.Dispose();
        Rebuilt.Dispose();
    }
}
