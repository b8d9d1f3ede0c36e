using CourseCompanion.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>Answer of a two-sample test.</summary>
/// <param name="Statistic">Distance between the two samples; 0 when they are the same.</param>
/// <param name="PValue">
/// Share of the random divisions of the pooled images that lie at least as far apart, in (0, 1]: small when the samples come from
/// different distributions.
/// </param>
/// <param name="Threshold">Distance that chance alone exceeds in <paramref name="Alpha"/> of the cases.</param>
/// <param name="Alpha">Accepted rate of false alarms.</param>
public sealed record DriftResult(double Statistic, double PValue, double Threshold, double Alpha)
{
    /// <summary>Whether the samples differ more than chance explains.</summary>
    public bool IsAlarm => PValue <= Alpha;
}

/// <summary>
/// Do today's images still look like those that the model was judged on? Two-sample tests on features with a permutation p-value: exact
/// whatever the distribution, as long as images are exchangeable (keep one image of each family of copies).
/// </summary>
/// <remarks>
/// With signs s = 1/n on the first sample and -1/m on the second, both statistics are a quadratic form s' K s of one matrix over the pooled
/// images; all permutations together are one product of matrices.
/// </remarks>
public static class Drift
{
    /// <summary>
    /// Maximum mean discrepancy with a Gaussian kernel (Gretton and others, 2012, <i>A Kernel Two-Sample Test</i>), squared, biased form;
    /// the kernel's width is the median distance between pooled images.
    /// </summary>
    /// <param name="reference">Features [N, D] of the images that the model was judged on, N at least 2.</param>
    /// <param name="current">Features [M, D] of today's images, M at least 2.</param>
    /// <param name="alpha">Accepted rate of false alarms, in (0, 1).</param>
    /// <param name="permutations">Random divisions; with 999 the smallest p-value is 0.001.</param>
    /// <param name="seed">Seed of the divisions.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or features that are not finite.</exception>
    public static DriftResult Mmd(Tensor reference, Tensor current, double alpha = 0.05, int permutations = 999, int seed = 42) =>
        Test(reference, current, alpha, permutations, seed, distances =>
        {
            // The median of the distances between different images, from those above the diagonal.
            long n = distances.shape[0];
            Tensor above = distances.masked_select(ones(n, n, ScalarType.Bool).triu(1));
            Tensor width = above.median().clamp_min(1e-12);
            return (distances.square() / (-2 * width.square())).exp();
        });

    /// <summary>
    /// Energy distance (Székely and Rizzo, 2013, <i>Energy statistics</i>): twice the mean distance between the samples less the mean
    /// distances within each. It has no width to choose.
    /// </summary>
    /// <inheritdoc cref="Mmd"/>
    public static DriftResult EnergyDistance(Tensor reference, Tensor current, double alpha = 0.05, int permutations = 999, int seed = 42) =>
        Test(reference, current, alpha, permutations, seed, distances => -distances);

    private static DriftResult Test(Tensor reference, Tensor current, double alpha, int permutations, int seed, Func<Tensor, Tensor> kernel)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(permutations);
        if (alpha is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The rate of false alarms lies between 0 and 1, for example 0.05.");
        }

        if (reference.dim() != 2 || current.dim() != 2 || reference.shape[1] != current.shape[1] || reference.shape[0] < 2 || current.shape[0] < 2)
        {
            throw new ArgumentException(
                $"Two samples [N, D] and [M, D] of two images or more are needed; got [{string.Join(", ", reference.shape)}] and [{string.Join(", ", current.shape)}].");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = cat([reference.detach().cpu(), current.detach().cpu()], 0).to(ScalarType.Float64);   // [N + M, D]
        if (!pooled.isfinite().all().item<bool>())
        {
            throw new ArgumentException("Some features are not finite numbers.", nameof(reference));
        }

        int first = (int)reference.shape[0], all = (int)pooled.shape[0];
        Tensor k = kernel(cdist(pooled, pooled));                                                            // [N + M, N + M]
        using Tensor signs = Signs(first, all, permutations, seed);                                          // [N + M, 1 + P], the true division first
        double[] statistics = (signs * k.matmul(signs)).sum(dim: 0).data<double>().ToArray();                // [1 + P]
        double observed = statistics[0];
        // The true division is one of those that chance could have drawn; equal up to rounding counts as equal.
        double tolerance = 1e-12 * Math.Max(1, Math.Abs(observed));
        int atLeast = statistics.Count(value => value >= observed - tolerance);
        double[] chance = [.. statistics.Skip(1).OrderDescending()];
        return new DriftResult(observed, atLeast / (1.0 + permutations), chance[Math.Min(permutations - 1, (int)(alpha * permutations))], alpha);
    }

    private static Tensor Signs(int first, int all, int permutations, int seed)
    {
        var signs = new double[all, permutations + 1];
        int[] order = [.. Enumerable.Range(0, all)];
        var random = PortableRandom.For(seed, PortableRandom.Series("drift"), 0);
        for (int column = 0; column <= permutations; column++)
        {
            for (int place = 0; place < all; place++)
            {
                signs[order[place], column] = place < first ? 1.0 / first : -1.0 / (all - first);
            }

            random.Shuffle<int>(order);
        }

        return tensor(signs);
    }
}
