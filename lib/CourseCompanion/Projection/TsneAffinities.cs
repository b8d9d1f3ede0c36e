using CourseCompanion.Graphs;
using static TorchSharp.torch;

namespace CourseCompanion.Projection;

/// <summary>How much points attract each other in t-SNE.</summary>
internal static class TsneAffinities
{
    /// <summary>
    /// Symmetric affinities [N, N] that sum to 1: each point spreads its own 1 / N over its neighbours by a Gaussian, as wide as
    /// gives it the perplexity, and the two directions are averaged.
    /// </summary>
    public static Affinities Joint(Neighbours neighbours, double perplexity)
    {
        using var scope = NewDisposeScope();
        int count = neighbours.Count, k = neighbours.PerPoint;
        float[] distances = neighbours.Distances.cpu().contiguous().data<float>().ToArray();
        var conditional = new double[distances.Length];
        Parallel.For(0, count, point =>
            Conditional(distances.AsSpan(point * k, k), perplexity, conditional.AsSpan(point * k, k)));

        // Each pair in both directions, as one number; the affinity of a pair is the mean of both.
        Tensor from = arange(count, ScalarType.Int64).repeat_interleave(k), to = neighbours.Indices.cpu().flatten();  // [N * k]
        Tensor p = tensor(conditional);
        (Tensor pairs, Tensor? place, _) = cat([(from * count) + to, (to * count) + from]).unique(sorted: true, return_inverse: true);
        Tensor joint = zeros(pairs.shape[0], ScalarType.Float64).index_add_(0, place!, cat([p, p]), 1).div(2.0 * count);
        Tensor ends = pairs.div(count, RoundingMode.floor).bincount(null, count).cumsum(0);                   // [N]
        return new Affinities(
            [0, .. ends.data<long>().ToArray()], pairs.remainder(count).data<long>().ToArray(), joint.data<double>().ToArray());
    }

    /// <summary>Probabilities of the neighbours of one point, whose entropy is the logarithm of the perplexity.</summary>
    public static void Conditional(ReadOnlySpan<float> distances, double perplexity, Span<double> probabilities)
    {
        double nearest = (double)distances[0] * distances[0];
        double precision = 1, low = 0, high = double.PositiveInfinity;
        for (int attempt = 0; attempt < 200; attempt++)
        {
            double sum = 0, weighted = 0;
            for (int i = 0; i < distances.Length; i++)
            {
                double square = ((double)distances[i] * distances[i]) - nearest;
                probabilities[i] = Math.Exp(-precision * square);
                sum += probabilities[i];
                weighted += square * probabilities[i];
            }

            double entropy = Math.Log(sum) + (precision * weighted / sum);
            for (int i = 0; i < distances.Length; i++)
            {
                probabilities[i] /= sum;
            }

            double excess = entropy - Math.Log(perplexity);
            if (Math.Abs(excess) < 1e-6)
            {
                return;
            }

            // A higher precision means a narrower Gaussian, hence a lower entropy.
            (low, high) = excess > 0 ? (precision, high) : (low, precision);
            precision = double.IsInfinity(high) ? precision * 2 : (low + high) / 2;
        }
    }
}
