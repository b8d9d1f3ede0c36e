using static TorchSharp.torch;

namespace CourseCompanion.Projection;

/// <summary>
/// Principal component analysis (Pearson, 1901): the directions in which points vary most, found by a randomised singular
/// value decomposition (Halko, Martinsson and Tropp, 2011, <i>Finding Structure with Randomness</i>).
/// </summary>
/// <remarks>
/// Instead of decomposing all D directions, the points are multiplied with a few random ones; what comes out spans the
/// directions of largest variance, all the better after a few power iterations, and is small enough to be decomposed exactly.
/// </remarks>
public sealed class Pca : IDisposable
{
    /// <summary>Random directions beyond those asked for, which make the found ones accurate.</summary>
    private const int Oversampling = 10;

    private readonly double _totalVariance;

    private Pca(Tensor mean, Tensor components, double[] variances, double totalVariance)
    {
        Mean = mean;
        Components = components;
        ExplainedVariance = variances;
        _totalVariance = totalVariance;
    }

    /// <summary>Mean [D] of the points.</summary>
    public Tensor Mean { get; }

    /// <summary>Directions [M, D] of length 1, orthogonal to each other, that of largest variance first.</summary>
    public Tensor Components { get; }

    /// <summary>Variance of the points along each direction, decreasing.</summary>
    public IReadOnlyList<double> ExplainedVariance { get; }

    /// <summary>The same as shares of the variance in all D directions; NaN if all points are equal.</summary>
    public IReadOnlyList<double> ExplainedVarianceRatio => [.. ExplainedVariance.Select(variance => variance / _totalVariance)];

    /// <summary>Finds the directions of largest variance.</summary>
    /// <param name="points">Points [N, D], of any floating type, on CPU or GPU.</param>
    /// <param name="components">Number M of directions, in [1, min(N, D)].</param>
    /// <param name="seed">Seed of the random directions.</param>
    /// <param name="powerIterations">Power iterations; more make close variances easier to tell apart.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many directions.</exception>
    public static Pca Fit(Tensor points, int components = 2, int seed = 42, int powerIterations = 4)
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

        ArgumentOutOfRangeException.ThrowIfNegative(powerIterations);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor values = points.detach().to(ScalarType.Float32);
        if (!values.isfinite().all().item<bool>())
        {
            throw new ArgumentException(
                "A feature is not a finite number: the network that computed it has diverged, or was given such pixels.", nameof(points));
        }

        Tensor mean = values.mean([0L]);
        Tensor centred = values.sub(mean);

        // 1. A basis of the directions of largest variance. Drawn on the CPU: the same on every device.
        long width = Math.Min(components + Oversampling, most);
        Tensor directions = randn([points.shape[1], width], generator: new Generator((ulong)seed)).to(points.device);
        Tensor basis = linalg.qr(centred.matmul(directions)).Q;
        for (int iteration = 0; iteration < powerIterations; iteration++)
        {
            basis = linalg.qr(centred.t().matmul(basis)).Q;
            basis = linalg.qr(centred.matmul(basis)).Q;
        }

        // 2. The exact decomposition within it.
        (_, Tensor singular, Tensor rows) = linalg.svd(basis.t().matmul(centred), fullMatrices: false);
        rows = FixSigns(rows.narrow(0, 0, components));
        double degrees = Math.Max(1, points.shape[0] - 1);
        double[] variances = [.. singular.cpu().data<float>().ToArray().Take(components).Select(value => (double)value * value / degrees)];
        double total = centred.to(ScalarType.Float64).square().sum().item<double>() / degrees;
        return new Pca(mean.DetachFromDisposeScope(), rows.DetachFromDisposeScope(), variances, total);
    }

    /// <summary>Coordinates [N, M] of points [N, D] along the directions.</summary>
    /// <exception cref="ArgumentException">The points have another number of features than those the directions were found in.</exception>
    public Tensor Transform(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2 || points.shape[1] != Mean.shape[0])
        {
            throw new ArgumentException(
                $"Points must be [N, {Mean.shape[0]}], as those the directions were found in; got [{string.Join(", ", points.shape)}].", nameof(points));
        }

        using var scope = NewDisposeScope();
        Tensor centred = points.detach().to(ScalarType.Float32).sub(Mean);
        return centred.matmul(Components.t()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Components.Dispose();
    }

    /// <summary>A direction and its opposite are equally good; the one whose largest coordinate is positive is taken.</summary>
    private static Tensor FixSigns(Tensor rows)
    {
        Tensor largest = rows.abs().argmax(1, keepdim: true);
        return rows.mul(rows.gather(1, largest).sign());
    }
}
