using CourseCompanion.Models;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>What a method that rebuilds images made of some of them: three images each, to be drawn side by side.</summary>
/// <param name="Original">The images [N, C, H, W] in [-1, 1].</param>
/// <param name="Shown">What the network was shown of them; hidden patches are grey.</param>
/// <param name="Rebuilt">The same with the hidden patches as the network predicts them, cut off at -1 and 1.</param>
public sealed record Reconstruction(Tensor Original, Tensor Shown, Tensor Rebuilt) : IDisposable
{
    /// <summary>Puts the images together from their patches. Runs inside the caller's dispose scope, and hands its images to the outer one.</summary>
    /// <param name="images">Images [N, C, S, S].</param>
    /// <param name="hidden">Booleans that broadcast to [N, L, P], true where a patch was hidden.</param>
    /// <param name="predicted">Predictions [N, L, P]; normalised ones get the brightness and contrast of the original.</param>
    /// <param name="normalized">Whether they are.</param>
    /// <param name="patchSize">Height and width of a patch.</param>
    internal static Reconstruction Of(Tensor images, Tensor hidden, Tensor predicted, bool normalized, int patchSize)
    {
        Tensor patches = Patches.Of(images, patchSize);                                     // [N, L, P]
        Tensor pixels = (normalized ? Patches.Denormalize(predicted, patches) : predicted).clamp(-1, 1);
        return new Reconstruction(
            images.clone().MoveToOuterDisposeScope(), Filled(zeros_like(patches)), Filled(pixels));

        Tensor Filled(Tensor with) =>
            Patches.ToImages(where(hidden, with, patches), patchSize, images.shape[2], images.shape[3]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Original.Dispose();
        Shown.Dispose();
        Rebuilt.Dispose();
    }
}
