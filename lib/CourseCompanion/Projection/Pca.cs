using static TorchSharp.torch;

namespace CourseCompanion.Projection;

/// <summary>
/// Principal component analysis (Pearson, 1901): the directions in which points vary most, the right singular vectors of the
/// centred points.
/// </summary>
public sealed class Pca : IDisposable
{
    private Pca(Tensor mean, Tensor components, Tensor variances)
    {
        (Mean, Components) = (mean, components);
        double[] all = [.. variances.cpu().data<float>().ToArray().Select(variance => (double)variance)];
        ExplainedVariance = all[..(int)components.shape[0]];
        ExplainedVarianceRatio = [.. ExplainedVariance.Select(variance => variance / all.Sum())];
    }

    /// <summary>Mean [D] of the points.</summary>
    public Tensor Mean { get; }

    /// <summary>Directions [M, D] of length 1, orthogonal to each other, that of largest variance first.</summary>
    public Tensor Components { get; }

    /// <summary>Variance of the points along each direction, decreasing.</summary>
    public IReadOnlyList<double> ExplainedVariance { get; }

    /// <summary>The same as shares of the variance in all D directions; NaN if all points are equal.</summary>
    public IReadOnlyList<double> ExplainedVarianceRatio { get; }

    /// <summary>Finds the directions of largest variance.</summary>
    /// <param name="points">Points [N, D], of any floating type, on CPU or GPU.</param>
    /// <param name="components">Number M of directions, in [1, min(N, D)].</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many directions.</exception>
    public static Pca Fit(Tensor points, int components = 2)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2)
        {
            throw new ArgumentException($"Points must be [N, D]; got a tensor of {points.dim()} dimension(s).", nameof(points));
        }

        long most = Math.Min(points.shape[0], points.shape[1]);
        if (components < 1 || components > most)
        {
            throw new ArgumentOutOfRangeException(nameof(components), components, $"There are {most} directions: ask for 1 to {most}.");
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor x = points.detach().to(ScalarType.Float32);
        if (!x.isfinite().all().item<bool>())
        {
            throw new ArgumentException(
                "A feature is not a finite number: the network that computed it has diverged, or its input was wrong.", nameof(points));
        }

        Tensor mean = x.mean([0L]);                                                // [D]
        (_, Tensor singular, Tensor rows) = linalg.svd(x - mean, fullMatrices: false);  // [min(N, D)], [min(N, D), D]
        rows = rows.narrow(0, 0, components);                                      // [M, D]

        // A direction and its opposite are equally good: the one whose largest coordinate is positive is taken.
        rows = rows * rows.gather(1, rows.abs().argmax(1, keepdim: true)).sign();
        Tensor variances = singular.square() / Math.Max(1, points.shape[0] - 1);
        return new Pca(mean.MoveToOuterDisposeScope(), rows.MoveToOuterDisposeScope(), variances);
    }

    /// <summary>Coordinates [N, M] of points [N, D] along the directions.</summary>
    /// <exception cref="ArgumentException">The number of features is not that of the points the directions were found in.</exception>
    public Tensor Transform(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2 || points.shape[1] != Mean.shape[0])
        {
            throw new ArgumentException(
                $"Points must be [N, {Mean.shape[0]}], as those the directions were found in; got [{string.Join(", ", points.shape)}].", nameof(points));
        }

        using var scope = NewDisposeScope();
        return (points.detach().to(ScalarType.Float32) - Mean).matmul(Components.t()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Components.Dispose();
    }
}
