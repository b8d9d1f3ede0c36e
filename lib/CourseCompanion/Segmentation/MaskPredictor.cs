using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Segmentation;

/// <summary>What a segmentation network says of many images, batch by batch, and how unsure it is of every pixel.</summary>
public static class MaskPredictor
{
    /// <summary>Images per batch: a U-Net keeps many maps of each.</summary>
    public const int DefaultBatchSize = 16;

    /// <summary>Probability of each pixel not to be background (with two classes: to be tumour).</summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K, H, W], class 0 the background; in evaluation mode meanwhile.</param>
    /// <param name="images">The images.</param>
    /// <param name="indices">Indices [N], int64; all images in stored order if null.</param>
    /// <param name="mirrored">Whether each image is also looked at with left and right exchanged, and both answers averaged: twice the time.</param>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>[N, H, W], float, in [0, 1].</returns>
    public static Tensor Probabilities(
        nn.Module<Tensor, Tensor> model,
        ResidentImages images,
        Tensor? indices = null,
        bool mirrored = false,
        int batchSize = DefaultBatchSize,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Predictor.Apply(model, Answer, images, indices, batchSize, cancellation: cancellation);

        Tensor Answer(Tensor batch) => mirrored ? (Foreground(batch) + Foreground(batch.flip(3)).flip(2)) / 2 : Foreground(batch);

        Tensor Foreground(Tensor batch)
        {
            Tensor probabilities = model.call(batch).softmax(1);                                            // [B, K, H, W]
            return probabilities.narrow(1, 1, probabilities.shape[1] - 1).sum(dim: 1);                      // [B, H, W]
        }
    }

    /// <summary>Entropy of each pixel's answer, in bits: 0 where the network is sure, 1 where it may as well toss a coin.</summary>
    /// <param name="probabilities">Probabilities of the foreground, any shape, in [0, 1].</param>
    /// <returns>The same shape, in [0, 1].</returns>
    public static Tensor Uncertainty(Tensor probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        using var scope = NewDisposeScope();
        Tensor other = 1 - probabilities;

        // x log x is 0 at 0.
        return (probabilities.xlogy(probabilities) + other.xlogy(other)).div(-Math.Log(2)).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Masks: 1 where the probability reaches the threshold, 0 elsewhere.</summary>
    /// <param name="probabilities">Probabilities of the foreground, any shape.</param>
    /// <param name="threshold">Least probability of a pixel of the mask; chosen on the validation set, if at all.</param>
    /// <returns>The same shape, uint8.</returns>
    public static Tensor Masks(Tensor probabilities, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        using Tensor inside = probabilities.ge(threshold);
        return inside.to(ScalarType.Byte);
    }
}
