using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// The loss of SimCLR (Chen and others, 2020), "normalised temperature-scaled cross-entropy": among all other views of the batch, find
/// the one that comes from the same image.
/// </summary>
public static class NtXent
{
    /// <summary>Mean over 2N views of the cross-entropy of finding one's partner among the 2N - 1 others, by cosine similarity.</summary>
    /// <param name="first">Projections [N, D] of a view of each image.</param>
    /// <param name="second">Projections [N, D] of another view of the same images.</param>
    /// <param name="temperature">What similarities are divided by: the lower, the more the nearest ones count.</param>
    /// <returns>One number: log(2N - 1) when all projections are the same.</returns>
    /// <exception cref="ArgumentException">The projections are not [N, D] and [N, D].</exception>
    public static Tensor Loss(Tensor first, Tensor second, double temperature = 0.5)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (first.dim() != 2 || !first.shape.SequenceEqual(second.shape))
        {
            throw new ArgumentException($"Both views must be [N, D] alike; got [{string.Join(", ", first.shape)}] and [{string.Join(", ", second.shape)}].", nameof(second));
        }

        long n = first.shape[0];
        Tensor views = nn.functional.normalize(cat([first, second], 0), dim: 1);                   // [2N, D]
        Tensor similarity = views.mm(views.t()).div(temperature);                                  // [2N, 2N]
        Tensor itself = eye(2 * n, dtype: ScalarType.Bool, device: views.device);
        Tensor partner = arange(2 * n, device: views.device).add(n).remainder(2 * n);              // [2N]: i + N, and back
        return nn.functional.cross_entropy(similarity.masked_fill(itself, float.NegativeInfinity), partner);
    }
}
