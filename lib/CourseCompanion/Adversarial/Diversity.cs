using static TorchSharp.torch;

namespace CourseCompanion.Adversarial;

/// <summary>
/// Whether a generator still makes different images. One that has collapsed makes the same one, or the same few, whatever random numbers
/// it is given: its loss may look well while it does.
/// </summary>
public static class Diversity
{
    /// <summary>The mean Euclidean distance between two different images of a batch.</summary>
    /// <param name="images">Images [N, ...] float, N at least 2: pixels or features.</param>
    /// <returns>0 where all are the same.</returns>
    public static double MeanPairwiseDistance(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        long count = images.shape[0];
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2, nameof(images));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor flat = images.detach().flatten(1).to(ScalarType.Float64);           // [N, D]
        // Each pair is counted twice, and each image once with itself, at distance 0.
        return cdist(flat, flat).sum().item<double>() / (count * (count - 1.0));
    }

    /// <summary>The diversity of generated images as a share of that of real ones: about 1 is healthy, near 0 is a collapse.</summary>
    /// <param name="generated">Generated images [N, ...], N at least 2.</param>
    /// <param name="real">Real images [M, ...], M at least 2.</param>
    public static double Ratio(Tensor generated, Tensor real) => MeanPairwiseDistance(generated) / MeanPairwiseDistance(real);
}
