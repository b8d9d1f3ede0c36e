using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// MixUp (Zhang and others, 2018, <i>mixup: Beyond Empirical Risk Minimization</i>): two images laid one over the other, whose label is the
/// same mixture of their two labels.
/// </summary>
public static class MixUp
{
    /// <summary>
    /// What each image keeps of itself: lambda' = max(l, 1 - l), l from the distribution Beta(alpha, alpha). It is at least a half, so that a
    /// mixture belongs more to its own image than to its partner (MixMatch needs that: a mixture of a labelled image counts as labelled).
    /// </summary>
    /// <param name="count">How many images N.</param>
    /// <param name="alpha">Positive. 1: all shares alike; towards 0: hardly any mixture; large: half and half.</param>
    /// <param name="generator">Where chance comes from.</param>
    /// <returns>[N], float64, in [0.5, 1], where the generator lives.</returns>
    public static Tensor Shares(long count, double alpha, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Setting.Positive(alpha);

        // X / (X + Y) of two draws from Gamma(alpha) is a draw from Beta(alpha, alpha).
        Tensor share = (LogGamma(count, alpha, generator) - LogGamma(count, alpha, generator)).sigmoid();
        return maximum(share, 1 - share);
    }

    /// <summary>Mixes each row with its partner.</summary>
    /// <param name="values">Images [N, C, H, W] or labels as probabilities [N, K].</param>
    /// <param name="partners">The row that each is mixed with: [N], int64.</param>
    /// <param name="shares">What each keeps of itself: [N].</param>
    /// <returns>share * own + (1 - share) * partner, of the shape of <paramref name="values"/>.</returns>
    public static Tensor Mix(Tensor values, Tensor partners, Tensor shares)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(partners);
        ArgumentNullException.ThrowIfNull(shares);
        long[] column = [.. values.shape.Select((size, dimension) => dimension == 0 ? size : 1)];  // [N, 1, ...]
        return values.index_select(0, partners).lerp(values, shares.to(values.dtype).reshape(column).expand(values.shape));
    }

    /// <summary>
    /// Logarithms of draws from Gamma(shape), by rejection (Marsaglia and Tsang, 2000): torch's own draws take no generator here. Logarithms,
    /// because for a small shape the draws themselves are too small for a number.
    /// </summary>
    private static Tensor LogGamma(long count, double shape, Generator generator)
    {
        // Gamma(shape) = Gamma(shape + 1) * U^(1 / shape).
        double d = shape + 1 - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        Tensor draws = zeros(count, ScalarType.Float64, generator.device);
        Tensor open = ones(count, ScalarType.Bool, generator.device);
        while (open.any().item<bool>())
        {
            Tensor normal = randn(count, ScalarType.Float64, generator.device, generator: generator);
            Tensor uniform = rand(count, ScalarType.Float64, generator.device, generator: generator);
            Tensor v = normal.mul(c).add(1).pow(3);
            Tensor accepted = v.gt(0).logical_and(uniform.log().lt((normal.square() / 2) + d - (d * v) + (d * v.log())));
            draws = where(open.logical_and(accepted), d * v, draws);
            open = open.logical_and(accepted.logical_not());
        }

        return draws.log() + (rand(count, ScalarType.Float64, generator.device, generator: generator).log() / shape);
    }
}
