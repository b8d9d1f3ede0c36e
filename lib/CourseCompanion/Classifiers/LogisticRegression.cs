using static TorchSharp.torch;

namespace CourseCompanion.Classifiers;

/// <summary>
/// Logistic regression with an L2 penalty (Cox, 1958): the log-odds of class 1 are a weighted sum of the standardised features.
/// It minimises 1/2 |w|^2 + c * sum of -log p(label), the intercept free, as scikit-learn does.
/// </summary>
public sealed class LogisticRegression : IBinaryClassifier
{
    private readonly double[] _weights;

    private LogisticRegression(Standardization scale, double[] weights, double intercept) =>
        (Scale, _weights, Intercept) = (scale, weights, intercept);

    /// <summary>How features are standardised.</summary>
    public Standardization Scale { get; }

    /// <summary>Weights [D] of the standardised features.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>The log-odds of an image whose features are all at their mean.</summary>
    public double Intercept { get; }

    /// <summary>Learns from labelled features.</summary>
    /// <param name="features">Features [N, D], of any floating type.</param>
    /// <param name="labels">Labels [N], int64, 0 or 1, both of which occur.</param>
    /// <param name="c">Weight of the data against the penalty, above 0: the smaller, the smaller the weights.</param>
    /// <param name="weights">How much each image [N] counts; all 1 if null.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, a feature that is not finite, or a label that is not 0 or 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="c"/> is not positive.</exception>
    public static LogisticRegression Fit(Tensor features, Tensor labels, double c = 1, Tensor? weights = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(c);
        using var scope = NewDisposeScope();
        Tensor y = LinearModel.Targets(features, labels);
        Tensor counts = LinearModel.ImageWeights(labels, weights);
        Standardization scale = Standardization.Fit(features);
        (double[] found, double intercept) = LinearModel.Minimise(scale.Apply(features), Loss, c, interceptPenalty: 0, tolerance: 1e-7);
        return new LogisticRegression(scale, found, intercept);

        // -log p(label) = log(1 + e^s) - y s
        (Tensor, Tensor, Tensor) Loss(Tensor scores)
        {
            Tensor p = scores.sigmoid();
            return (nn.functional.softplus(scores, 1, 50).sub(y.mul(scores)).mul(counts), p.sub(y).mul(counts), p.mul(p.neg().add(1)).mul(counts));
        }
    }

    /// <inheritdoc/>
    /// <remarks>The scores are log-odds: their sigmoid is the probability of class 1.</remarks>
    public Tensor Scores(Tensor features) => LinearModel.Scores(features, Scale, _weights, Intercept);

    /// <summary>Probabilities [M] of class 1, float64.</summary>
    /// <param name="features">Features [M, D].</param>
    public Tensor Probabilities(Tensor features)
    {
        using Tensor scores = Scores(features);
        return scores.sigmoid();
    }
}
