using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>
/// A network that describes an image by D numbers and classifies nothing: what self-supervised learning trains, and what a
/// classifier is then put on.
/// </summary>
/// <remarks>Input [N, C, H, W] float, scaled to [-1, 1]; output features [N, D].</remarks>
/// <param name="name">Name of the network.</param>
public abstract class Encoder(string name) : nn.Module<Tensor, Tensor>(name), IFeatureExtractor
{
    /// <inheritdoc/>
    public abstract long FeatureCount { get; }

    /// <inheritdoc/>
    public Tensor Features(Tensor images) => call(images);

    // TorchSharp would register every field once more, under the field's name, when the module becomes a part of another.
    /// <inheritdoc/>
    protected sealed override void RegisterComponents()
    {
    }
}
