using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Evaluation;

/// <summary>
/// How far an image lies from everything known, in the space of an encoder's features: the squared Mahalanobis distance to the mean of the
/// nearest class, all classes sharing one covariance (Lee, Lee, Lee and Shin, 2018, <i>A Simple Unified Framework for Detecting
/// Out-of-Distribution Samples and Adversarial Attacks</i>).
/// </summary>
/// <remarks>
/// The distance counts each direction in units of how much the known images of a class vary along it. With few images that spread is badly
/// known: the covariance is shrunk towards a sphere of the same total variance, (1 - s) C + s tr(C) / D I, as scikit-learn's
/// <c>ShrunkCovariance</c> does. Its tensors live until it is disposed of.
/// </remarks>
public sealed class MahalanobisDistance : IDisposable
{
    private readonly Tensor _whitening;

    private MahalanobisDistance(Tensor means, Tensor whitening) => (Means, _whitening) = (means, whitening);

    /// <summary>The means [K, D] of the classes that have images, float64, in order of class number.</summary>
    public Tensor Means { get; }

    /// <summary>Learns what known images look like.</summary>
    /// <param name="features">Features [N, D] of known images, of any floating type.</param>
    /// <param name="labels">Their classes [N], int64, from 0.</param>
    /// <param name="shrinkage">How much the covariance goes towards a sphere, in [0, 1]; above 0 where N is not far above D.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, a feature that is not finite, or features that do not vary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The shrinkage is outside [0, 1].</exception>
    public static MahalanobisDistance Fit(Tensor features, Tensor labels, double shrinkage = 0.1)
    {
        CheckFeatures(features);
        ArgumentNullException.ThrowIfNull(labels);
        if (shrinkage is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(shrinkage), shrinkage, "The shrinkage must lie in [0, 1], for example 0.1.");
        }

        if (labels.dtype != ScalarType.Int64 || labels.dim() != 1 || labels.shape[0] != features.shape[0] || features.shape[0] == 0)
        {
            throw new ArgumentException(
                $"Labels must be int64, one for each of the {features.shape[0]} rows of features; got {labels.dtype} [{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor X = features.detach().@double();                                              // [N, D]

        // 1. The mean of each class, and what is left of each image without it.
        (_, Tensor? place, Tensor? counts) = labels.unique(sorted: true, return_inverse: true, return_counts: true);
        Tensor sums = zeros(counts!.shape[0], X.shape[1], ScalarType.Float64, X.device).index_add_(0, place!, X, 1);
        Tensor means = sums.div(counts.unsqueeze(1));                                        // [K, D]
        Tensor rest = X.sub(means.index_select(0, place!));                                  // [N, D]

        // 2. One covariance for all classes, shrunk.
        Tensor covariance = rest.t().mm(rest).div(X.shape[0]);                               // [D, D]
        double sphere = covariance.trace().item<double>() / X.shape[1];
        if (!(sphere > 0))
        {
            throw new ArgumentException("The features do not vary within any class: there is no spread to measure distances by.", nameof(features));
        }

        Tensor shrunk = covariance.mul(1 - shrinkage).add(eye(X.shape[1], dtype: ScalarType.Float64, device: X.device).mul(shrinkage * sphere));

        // 3. Its inverse as a product V V^t: with C = L L^t, (x - m)^t C^-1 (x - m) = |L^-1 (x - m)|^2.
        (Tensor L, Tensor info) = linalg.cholesky_ex(shrunk);                                // [D, D]
        if (info.item<int>() != 0)
        {
            throw new ArgumentException("The features vary along fewer directions than there are: raise the shrinkage above 0.", nameof(shrinkage));
        }

        Tensor whitening = linalg.solve_triangular(L, eye(X.shape[1], dtype: ScalarType.Float64, device: X.device), upper: false).t();
        return new MahalanobisDistance(means.DetachFromDisposeScope(), whitening.DetachFromDisposeScope());
    }

    /// <summary>Squared distance to the nearest class; the larger, the more foreign.</summary>
    /// <param name="features">Features [M, D], from the same encoder.</param>
    /// <returns>Distances [M], float64, on the same device.</returns>
    /// <exception cref="ArgumentException">Another number of features, or one that is not finite.</exception>
    public Tensor Compute(Tensor features)
    {
        CheckFeatures(features);
        if (features.shape[1] != Means.shape[1])
        {
            throw new ArgumentException($"There are {features.shape[1]} features, but {Means.shape[1]} were learnt from.", nameof(features));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor points = features.detach().@double().mm(_whitening), centres = Means.mm(_whitening);   // [M, D], [K, D]
        return cdist(points, centres).square().amin([1]).MoveToOuterDisposeScope();                   // [M]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Means.Dispose();
        _whitening.Dispose();
    }

    private static void CheckFeatures(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.dim() != 2)
        {
            throw new ArgumentException($"Features must be [N, D]; got [{string.Join(", ", features.shape)}].", nameof(features));
        }

        using DisposeScope scope = NewDisposeScope();
        if (!features.isfinite().all().item<bool>())
        {
            throw new ArgumentException("A feature is not finite (NaN or infinity): the network that computed it has diverged.", nameof(features));
        }
    }
}
