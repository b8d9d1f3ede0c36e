using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Models;

/// <summary>What a model says of a batch of images.</summary>
/// <param name="Probabilities">float32 [B, K] on the CPU.</param>
/// <param name="Embeddings">float32 [B, D] on the CPU: the numbers by which the network describes each image.</param>
public sealed record Answers(Tensor Probabilities, Tensor Embeddings) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Probabilities.Dispose();
        Embeddings.Dispose();
    }
}
