using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>Which shapes the clusters of a mixture may take.</summary>
public enum Covariance
{
    /// <summary>Ellipsoids along the axes: D numbers a cluster.</summary>
    Diagonal,

    /// <summary>Ellipsoids of any direction: D (D + 1) / 2 numbers a cluster, for few dimensions and many points.</summary>
    Full,
}

/// <summary>Settings of a <see cref="GaussianMixture"/>.</summary>
public sealed record GaussianMixtureOptions
{
    /// <summary>Which shapes the clusters may take.</summary>
    public Covariance Covariance { get; init; } = Covariance.Diagonal;

    /// <summary>Added to every variance, so that no cluster collapses onto a point; 0 or more.</summary>
    public double Regularisation { get; init; } = 1e-6;

    /// <summary>Most iterations of the two steps.</summary>
    public int MaxIterations { get; init; } = 200;

    /// <summary>Stops when the mean log-likelihood of a point rises by less than this.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Chooses the starts of k-means, whose clusters are the mixture's start.</summary>
    public int Seed { get; init; }

    /// <summary>Number of starts of k-means.</summary>
    public int Restarts { get; init; } = 10;
}

/// <summary>
/// A mixture of K Gaussians, fitted by expectation and maximisation (Dempster, Laird and Rubin, 1977): clusters are clouds of
/// different sizes and shapes, and a point between two belongs to both, by shares. Fit it on a few principal components: hundreds
/// of features leave too few points for each number to be estimated.
/// </summary>
public sealed class GaussianMixture : IDisposable
{
    private GaussianMixture(GaussianMixtureOptions options, Tensor weights, Tensor means, Tensor factors)
    {
        (Options, Weights, Means, Factors) = (options, weights, means, factors);
    }

    /// <summary>How it was fitted.</summary>
    public GaussianMixtureOptions Options { get; }

    /// <summary>Share [K] of each cluster, float64; they sum to 1.</summary>
    public Tensor Weights { get; }

    /// <summary>Centres [K, D], float64.</summary>
    public Tensor Means { get; }

    /// <summary>Lower triangles L [K, D, D], float64: the covariance of a cluster is L L^T.</summary>
    public Tensor Factors { get; }

    /// <summary>Mean log-likelihood of a point.</summary>
    public double LogLikelihood { get; private set; }

    /// <summary>Iterations done.</summary>
    public int Iterations { get; private set; }

    /// <summary>Whether <see cref="GaussianMixtureOptions.Tolerance"/> was reached.</summary>
    public bool HasConverged { get; private set; }

    /// <summary>Fits a mixture.</summary>
    /// <param name="points">Points [N, D], of any floating type.</param>
    /// <param name="clusters">Number K of clusters, in [1, N].</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of clusters is not in [1, N], or a setting is out of range.</exception>
    /// <exception cref="InvalidOperationException">A cluster has collapsed: more regularisation, or fewer clusters or dimensions.</exception>
    public static GaussianMixture Fit(
        Tensor points, int clusters, GaussianMixtureOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new GaussianMixtureOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Regularisation, nameof(options.Regularisation));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIterations, 1, nameof(options.MaxIterations));
        using var scope = NewDisposeScope();
        Tensor x = Points.Checked(points);                                                   // [N, D]
        Tensor start = KMeans.Fit(x, clusters, options.Seed, options.Restarts, cancellation).Assignments;
        Tensor shares = start.unsqueeze(1).eq(arange(clusters)).to(ScalarType.Float64);      // [N, K]
        GaussianMixture mixture = Maximise(x, shares, options);
        double before = double.NegativeInfinity;
        for (int iteration = 1; iteration <= options.MaxIterations; iteration++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var step = NewDisposeScope();
            Tensor joint = mixture.LogJoint(x);                                              // [N, K]
            Tensor each = joint.logsumexp(1, keepdim: true);                                 // [N, 1]
            GaussianMixture next = Maximise(x, (joint - each).exp(), options);
            (next.Iterations, next.LogLikelihood) = (iteration, each.mean().item<double>());
            next.HasConverged = Math.Abs(next.LogLikelihood - before) < options.Tolerance;
            before = next.LogLikelihood;
            mixture.Dispose();
            mixture = next.MoveOut();
            if (mixture.HasConverged)
            {
                break;
            }
        }

        // That of the clusters as they are now, not of those that the last step began with.
        mixture.LogLikelihood = mixture.LogJoint(x).logsumexp(1).mean().item<double>();
        mixture.MoveOut();
        return mixture;
    }

    /// <summary>Share [N, K] of each cluster in each point, float64; rows sum to 1.</summary>
    /// <param name="points">Points [N, D].</param>
    /// <exception cref="ArgumentException">Not the features that the mixture was fitted to.</exception>
    public Tensor Responsibilities(Tensor points)
    {
        using var scope = NewDisposeScope();
        return LogJoint(Own(points)).softmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>The cluster [N] of largest share in each point, int64.</summary>
    /// <inheritdoc cref="Responsibilities"/>
    public Tensor Assign(Tensor points)
    {
        using var scope = NewDisposeScope();
        return LogJoint(Own(points)).argmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The Bayesian information criterion (Schwarz, 1978): p ln N - 2 ln L, p the number of free parameters. The mixture with the
    /// lowest one says most with fewest numbers; it needs no label.
    /// </summary>
    /// <inheritdoc cref="Responsibilities"/>
    public double Bic(Tensor points)
    {
        using var scope = NewDisposeScope();
        Tensor x = Own(points);
        (long clusters, long dimensions) = (Means.shape[0], Means.shape[1]);
        long shape = Options.Covariance == Covariance.Full ? dimensions * (dimensions + 1) / 2 : dimensions;
        long free = (clusters * (dimensions + shape)) + clusters - 1;
        return (free * Math.Log(x.shape[0])) - (2 * LogJoint(x).logsumexp(1).sum().item<double>());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        Means.Dispose();
        Factors.Dispose();
    }

    /// <summary>M step: weights, means and covariances that the shares [N, K] make most likely.</summary>
    private static GaussianMixture Maximise(Tensor x, Tensor shares, GaussianMixtureOptions options)
    {
        Tensor mass = shares.sum(dim: 0).clamp(min: 1e-12);                                  // [K]
        Tensor means = shares.t().matmul(x) / mass.unsqueeze(1);                             // [K, D]
        Tensor reg = eye(x.shape[1], dtype: ScalarType.Float64) * options.Regularisation;
        Tensor[] factors = [.. Enumerable.Range(0, (int)mass.shape[0]).Select(k =>
        {
            Tensor centred = x - means[k];                                                   // [N, D]
            Tensor weighted = centred * shares.select(1, k).unsqueeze(1);
            return options.Covariance == Covariance.Full
                ? Factor((weighted.t().matmul(centred) / mass[k]) + reg)                     // [D, D]
                : diag(((weighted * centred).sum(dim: 0) / mass[k]) + options.Regularisation).sqrt();
        })];
        return new GaussianMixture(options, mass / x.shape[0], means, stack(factors));
    }

    private static Tensor Factor(Tensor covariance)
    {
        (Tensor factor, Tensor info) = linalg.cholesky_ex(covariance);
        return info.item<int>() == 0
            ? factor
            : throw new InvalidOperationException(
                "A cluster has collapsed: its points do not fill all dimensions. Take fewer principal components, more regularisation, or Covariance.Diagonal.");
    }

    /// <summary>E step: log(weight) + log density [N, K] of each point under each cluster.</summary>
    private Tensor LogJoint(Tensor x)
    {
        Tensor logDeterminants = Factors.diagonal(0, 1, 2).log().sum(1);                     // [K], of L
        IEnumerable<Tensor> squares = Enumerable.Range(0, (int)Means.shape[0]).Select(k =>
            linalg.solve_triangular(Factors[k], (x - Means[k]).t(), upper: false).square().sum(dim: 0));  // [N], Mahalanobis
        return (stack(squares, 1) * -0.5) - (0.5 * x.shape[1] * Math.Log(2 * Math.PI)) - logDeterminants + Weights.log();
    }

    private Tensor Own(Tensor points)
    {
        Tensor x = Points.Checked(points);
        return x.shape[1] == Means.shape[1]
            ? x
            : throw new ArgumentException($"Points have {x.shape[1]} features, the mixture {Means.shape[1]}.", nameof(points));
    }

    private GaussianMixture MoveOut()
    {
        Weights.MoveToOuterDisposeScope();
        Means.MoveToOuterDisposeScope();
        Factors.MoveToOuterDisposeScope();
        return this;
    }
}
