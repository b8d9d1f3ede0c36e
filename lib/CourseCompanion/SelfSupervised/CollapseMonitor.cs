using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// Two figures that show an encoder collapsing. An encoder that answers the same for every image solves many a pretext task, and its loss
/// may look fine: only its features tell.
/// </summary>
public static class CollapseMonitor
{
    /// <summary>
    /// How far the directions of the features are apart: the standard deviation of each dimension over the images, after each image's features are
    /// scaled to length 1; their mean, times the square root of D (Chen and He, 2021, <i>Exploring Simple Siamese Representation Learning</i>).
    /// </summary>
    /// <param name="features">Features [N, D], of two images or more.</param>
    /// <returns>0 when all features point the same way, 1 when they point everywhere alike.</returns>
    public static double Spread(Tensor features)
    {
        Check(features);
        using DisposeScope scope = NewDisposeScope();
        Tensor directions = nn.functional.normalize(features.detach(), dim: 1);                    // [N, D]
        return directions.std(0, unbiased: false).mean().item<float>() * Math.Sqrt(features.shape[1]);
    }

    /// <summary>
    /// How many dimensions the features use: the exponential of the entropy of their singular values, scaled to sum 1, around the mean
    /// (Roy and Vetterli, 2007, <i>The effective rank</i>).
    /// </summary>
    /// <param name="features">Features [N, D], of two images or more.</param>
    /// <returns>From 1, a line, to the smaller of N - 1 and D, all directions alike; 0 when all features are the same.</returns>
    public static double EffectiveRank(Tensor features)
    {
        Check(features);
        using DisposeScope scope = NewDisposeScope();
        Tensor values = features.detach().to(ScalarType.Float64).cpu();
        Tensor singular = linalg.svdvals(values - values.mean([0], keepdim: true));                // [min(N, D)]
        double sum = singular.sum().item<double>();
        // Rounding alone makes singular values of this size.
        if (sum <= 1e-6 * values.norm().item<double>() || sum == 0)
        {
            return 0;
        }

        Tensor shares = singular.div(sum);
        return Math.Exp(-shares.mul(shares.clamp_min(1e-300).log()).sum().item<double>());
    }

    private static void Check(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.dim() != 2 || features.shape[0] < 2)
        {
            throw new ArgumentException($"Features must be [N, D] with two images or more; got [{string.Join(", ", features.shape)}].", nameof(features));
        }
    }
}
