using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>Takes the colour away: each pixel becomes its light, as the eye weighs red, green and blue. Use it with <see cref="Sometimes"/>.</summary>
public sealed class Greyscale : ColorAugmentation
{
    /// <inheritdoc/>
    public override int ParameterCount => 0;

    /// <inheritdoc/>
    protected internal override Tensor Matrices(Tensor unit, Tensor means)
    {
        ArgumentNullException.ThrowIfNull(means);
        long channels = means.shape[1];
        Tensor light = LightWeights(means).expand(channels, channels);                             // [C, C]: every row is the light
        return cat([light, zeros(channels, 1, dtype: means.dtype, device: means.device)], 1).expand(means.shape[0], channels, channels + 1);
    }
}
