using static TorchSharp.torch;

namespace CourseCompanion.Classifiers;

/// <summary>
/// Brings each feature to mean 0 and deviation 1, so that none weighs more than another by its unit alone. Mean and deviation are
/// those of the images that a classifier learns from, never of those that judge it.
/// </summary>
/// <param name="Means">Mean [D] of each feature.</param>
/// <param name="Deviations">Deviation [D] of each feature (of the population, as scikit-learn's <c>StandardScaler</c>); 1 for a constant one.</param>
public sealed record Standardization(IReadOnlyList<double> Means, IReadOnlyList<double> Deviations)
{
    /// <summary>Mean and deviation of each feature.</summary>
    /// <param name="features">Features [N, D] of the images to learn from, of any floating type.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D] with N of 1 or more, or a feature is not finite.</exception>
    public static Standardization Fit(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor X = Matrix(features);                                              // [N, D]
        if (!X.isfinite().all().item<bool>())
        {
            throw new ArgumentException("A feature is not finite (NaN or infinity): check the network that made it and the image it was made of.", nameof(features));
        }

        Tensor deviations = X.std([0], unbiased: false);                 // [D]
        Tensor divisors = where(deviations.gt(1e-12), deviations, ones_like(deviations));
        return new Standardization(X.mean([0]).data<double>().ToArray(), divisors.data<double>().ToArray());
    }

    /// <summary>Standardised features [M, D], float64 on the CPU.</summary>
    /// <param name="features">Features [M, D], of any floating type.</param>
    /// <exception cref="ArgumentException">Another number of features.</exception>
    public Tensor Apply(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor X = Matrix(features);
        return X.shape[1] == Means.Count
            ? X.sub(tensor(Means.ToArray())).div_(tensor(Deviations.ToArray())).MoveToOuterDisposeScope()
            : throw new ArgumentException($"The classifier learnt from {Means.Count} features, but is given {X.shape[1]}: take them from the same encoder.", nameof(features));
    }

    private static Tensor Matrix(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return features.dim() == 2 && features.shape[0] > 0
            ? features.detach().cpu().to(ScalarType.Float64)
            : throw new ArgumentException($"Features must be [N, D], a row for each of 1 image or more; got [{string.Join(", ", features.shape)}].", nameof(features));
    }
}
