using static TorchSharp.torch;

namespace CourseCompanion.Classifiers;

/// <summary>
/// Linear support vector machine with the squared hinge (Cortes and Vapnik, 1995; Keerthi and DeCoste, 2005): only images on the
/// wrong side of their margin pull at the border. It minimises 1/2 (|w|^2 + b^2) + c * sum of max(0, 1 - y s)^2, y = -1 or 1, as
/// scikit-learn's <c>LinearSVC</c> does.
/// </summary>
public sealed class LinearSvm : IBinaryClassifier
{
    private readonly double[] _weights;

    private LinearSvm(Standardization scale, double[] weights, double intercept) =>
        (Scale, _weights, Intercept) = (scale, weights, intercept);

    /// <summary>How features are standardised.</summary>
    public Standardization Scale { get; }

    /// <summary>Weights [D] of the standardised features.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>The score of an image whose features are all at their mean.</summary>
    public double Intercept { get; }

    /// <summary>Learns from labelled features.</summary>
    /// <inheritdoc cref="LogisticRegression.Fit" path="/param"/>
    /// <inheritdoc cref="LogisticRegression.Fit" path="/exception"/>
    public static LinearSvm Fit(Tensor features, Tensor labels, double c = 1, Tensor? weights = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(c);
        using var scope = NewDisposeScope();
        Tensor y = LinearModel.Targets(features, labels).mul(2).sub(1);
        Tensor counts = LinearModel.ImageWeights(labels, weights);
        Standardization scale = Standardization.Fit(features);
        (double[] found, double intercept) = LinearModel.Minimise(scale.Apply(features), Loss, c, interceptPenalty: 1, tolerance: 1e-7);
        return new LinearSvm(scale, found, intercept);

        (Tensor, Tensor, Tensor) Loss(Tensor scores)
        {
            Tensor missing = y.mul(scores).neg().add(1).clamp(min: 0);     // what the margin lacks
            return (missing.square().mul(counts), missing.mul(y).mul(-2).mul(counts), missing.gt(0).to(ScalarType.Float64).mul(2).mul(counts));
        }
    }

    /// <inheritdoc/>
    /// <remarks>The scores are distances from the border in units of the margin, no probabilities.</remarks>
    public Tensor Scores(Tensor features) => LinearModel.Scores(features, Scale, _weights, Intercept);
}
