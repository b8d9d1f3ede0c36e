using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// What a linear classifier reads from features: multinomial logistic regression on the standardised features. It minimises
/// 1/2 |W|^2 + c * sum of -log p(label), intercepts free, as scikit-learn does. The problem is convex: the answer depends on no
/// seed and on no learning rate.
/// </summary>
/// <remarks>
/// Newton's method; its steps are found by conjugate gradients, which need only the product of the curvature with a direction
/// (Lin, Weng and Keerthi, 2008, <i>Trust Region Newton Method for Large-Scale Logistic Regression</i>). Everything is in float64, on the
/// device of the features.
/// </remarks>
public static class LinearProbe
{
    private const int MaxIterations = 100, MaxInner = 200;

    /// <summary>What the classifier says.</summary>
    /// <param name="features">Features [N, D] of the labelled images.</param>
    /// <param name="labels">Their labels [N], int64, in [0, K).</param>
    /// <param name="queries">Features [M, D] of the images in question, on the same device.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="c">Weight of the data against the penalty, above 0: the smaller, the smaller the weights.</param>
    /// <param name="tolerance">The largest slope, as a share of the number of images, at which the minimum counts as found.</param>
    /// <returns>Probabilities [M, K], float32, on the same device; rows sum to 1.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or a feature that is not finite.</exception>
    public static Tensor Probabilities(
        Tensor features, Tensor labels, Tensor queries, int classCount, double c = 1, double tolerance = 1e-6)
    {
        ProbeInput.Check(features, labels, queries, classCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(c);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();

        // Mean and deviation are those of the labelled images; a feature that is always the same says nothing.
        Tensor X = features.@double(), mean = X.mean([0]), deviation = X.std(0, unbiased: false);     // [N, D], [D], [D]
        if (!X.isfinite().all().item<bool>())
        {
            throw new ArgumentException("A feature is not finite (NaN or infinity): the network that computed it has diverged.", nameof(features));
        }

        deviation = where(deviation.gt(1e-12), deviation, ones_like(deviation));
        Tensor W = Fit(WithOnes(X.sub(mean).div(deviation)), nn.functional.one_hot(labels, classCount).@double(), c, tolerance * labels.shape[0]);
        return WithOnes(queries.@double().sub(mean).div(deviation)).mm(W).softmax(1).@float().MoveToOuterDisposeScope();
    }

    /// <summary>The weights [D + 1, K] of features [N, D + 1], whose last column is 1, for targets Y [N, K].</summary>
    private static Tensor Fit(Tensor X, Tensor Y, double c, double tolerance)
    {
        Tensor penalty = ones(X.shape[1], 1, ScalarType.Float64, X.device);                          // [D + 1, 1]
        penalty[-1] = 0;
        Tensor W = zeros(X.shape[1], Y.shape[1], ScalarType.Float64, X.device);                      // [D + 1, K]
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor P = X.mm(W).softmax(1);                                                           // [N, K]
            Tensor slope = X.t().mm(P.sub(Y)).mul(c).add(W.mul(penalty));                            // [D + 1, K]
            if (slope.abs().max().item<double>() <= tolerance)
            {
                break;
            }

            // The curvature of the softmax: dP = P * (dS - sum of P * dS) for a change dS of the scores.
            Tensor Curvature(Tensor V)
            {
                Tensor dS = X.mm(V);
                return X.t().mm(P.mul(dS.sub(P.mul(dS).sum(1, keepdim: true)))).mul(c).add(V.mul(penalty));
            }

            Tensor direction = ConjugateGradients(Curvature, slope);
            double value = Loss(W), descent = Dot(slope, direction), length = 1;
            while (Loss(W.sub(direction.mul(length))) > value - (1e-4 * length * descent) && length > 1e-8)
            {
                length /= 2;
            }

            W = W.sub(direction.mul(length)).MoveToOuterDisposeScope();
        }

        return W;

        double Loss(Tensor weights) => X.mm(weights).log_softmax(1).mul(Y).sum().mul(-c)
            .add(weights.square().mul(penalty).sum().mul(0.5)).item<double>();
    }

    /// <summary>Solves A x = b for a symmetric A of no negative curvature, to a tenth of |b| or better the smaller b is.</summary>
    private static Tensor ConjugateGradients(Func<Tensor, Tensor> A, Tensor b)
    {
        Tensor x = zeros_like(b), rest = b.clone(), direction = b.clone();
        double square = Dot(rest, rest), length = Math.Sqrt(square), goal = Math.Min(0.1, Math.Sqrt(length)) * length;
        for (int iteration = 0; iteration < MaxInner && Math.Sqrt(square) > goal; iteration++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor product = A(direction);
            double curvature = Dot(direction, product);
            if (!(curvature > 0))
            {
                break;
            }

            x.add_(direction.mul(square / curvature));
            rest.sub_(product.mul(square / curvature));
            double next = Dot(rest, rest);
            direction = rest.add(direction.mul(next / square)).MoveToOuterDisposeScope();
            square = next;
        }

        return x;
    }

    private static Tensor WithOnes(Tensor X) => cat([X, ones(X.shape[0], 1, ScalarType.Float64, X.device)], 1);

    private static double Dot(Tensor a, Tensor b) => a.mul(b).sum().item<double>();
}
