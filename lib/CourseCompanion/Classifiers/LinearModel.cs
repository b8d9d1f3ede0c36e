using static TorchSharp.torch;

namespace CourseCompanion.Classifiers;

/// <summary>What logistic regression and the linear SVM share: a weighted sum of standardised features, and how its weights are found.</summary>
internal static class LinearModel
{
    private const int MaxIterations = 100;

    /// <summary>Value, slope [P] and curvature [P] along each image's score of a loss, for scores [N].</summary>
    public delegate (Tensor Loss, Tensor Slope, Tensor Curvature) PointLoss(Tensor scores);

    /// <summary>
    /// Minimises 1/2 |w|^2 + c * sum of the losses by Newton's method with backtracking.
    /// </summary>
    /// <param name="X">Standardised features [N, D], float64.</param>
    /// <param name="loss">Loss of each image as a function of its score.</param>
    /// <param name="c">Weight of the losses against the penalty.</param>
    /// <param name="interceptPenalty">1 if the intercept is penalised like a weight, 0 if not at all.</param>
    /// <param name="tolerance">The largest slope at which the minimum counts as found.</param>
    public static (double[] Weights, double Intercept) Minimise(Tensor X, PointLoss loss, double c, double interceptPenalty, double tolerance)
    {
        using var scope = NewDisposeScope();

        // The best weights are a combination of the images' rows: with fewer images than features, the problem is solved in as
        // many dimensions as there are images, and turned back. The penalty is the same in both.
        Tensor? back = null;
        Tensor Z = X;
        if (X.shape[0] < X.shape[1])
        {
            (Tensor U, Tensor S, Tensor Vh) = linalg.svd(X, fullMatrices: false);
            (Z, back) = (U.mul(S), Vh);                                            // [N, R], [R, D]
        }

        Z = cat([Z, ones(Z.shape[0], 1, ScalarType.Float64)], 1);                  // [N, P], the last column for the intercept
        Tensor penalty = ones(Z.shape[1], ScalarType.Float64);
        penalty[-1] = interceptPenalty;
        Tensor theta = zeros(Z.shape[1], ScalarType.Float64);
        (double value, Tensor slope, Tensor curvature) = At(theta);
        for (int iteration = 0; iteration < MaxIterations && slope.abs().max().item<double>() > tolerance; iteration++)
        {
            using var step = NewDisposeScope();
            Tensor H = Z.t().mm(Z.mul(curvature.unsqueeze(1))).mul(c).add(diag(penalty.add(1e-12)));  // [P, P]
            Tensor direction = linalg.solve(H, slope.unsqueeze(1)).squeeze(1);     // [P]
            double descent = slope.dot(direction).item<double>(), length = 1;
            (double Value, Tensor Slope, Tensor Curvature) next = At(theta.sub(direction));
            while (next.Value > value - (1e-4 * length * descent) && length > 1e-6)
            {
                length /= 2;
                next = At(theta.sub(direction.mul(length)));
            }

            if (next.Value >= value)
            {
                break;  // Rounding is all that is left.
            }

            theta = theta.sub(direction.mul(length)).MoveToOuterDisposeScope();
            (value, slope, curvature) = (next.Value, next.Slope.MoveToOuterDisposeScope(), next.Curvature.MoveToOuterDisposeScope());
        }

        Tensor weights = theta.narrow(0, 0, theta.shape[0] - 1);
        if (back is not null)
        {
            weights = weights.unsqueeze(0).mm(back).squeeze(0);                    // [D]
        }

        return (weights.contiguous().data<double>().ToArray(), theta[-1].item<double>());

        (double Value, Tensor Slope, Tensor Curvature) At(Tensor parameters)
        {
            (Tensor losses, Tensor slopes, Tensor curvatures) = loss(Z.mv(parameters));
            Tensor total = losses.sum().mul(c).add(parameters.square().mul(penalty).sum().mul(0.5));
            return (total.item<double>(), Z.t().mv(slopes).mul(c).add(parameters.mul(penalty)), curvatures);
        }
    }

    /// <summary>Scores [M] of features [M, D].</summary>
    public static Tensor Scores(Tensor features, Standardization scale, double[] weights, double intercept)
    {
        using var scope = NewDisposeScope();
        return scale.Apply(features).mv(tensor(weights)).add_(intercept).MoveToOuterDisposeScope();
    }

    /// <summary>Labels [N] as float64, checked: two classes, both there, one label per row.</summary>
    public static Tensor Targets(Tensor features, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.dim() != 1 || labels.shape[0] != features.shape[0])
        {
            throw new ArgumentException($"Labels [{string.Join(", ", labels.shape)}] but {features.shape[0]} rows of features: give one label per row.", nameof(labels));
        }

        long lowest = labels.min().item<long>(), highest = labels.max().item<long>();
        return (lowest, highest) == (0, 1)
            ? labels.cpu().to(ScalarType.Float64)
            : throw new ArgumentException($"Labels must be 0 or 1, and both must occur; they go from {lowest} to {highest}.", nameof(labels));
    }

    /// <summary>Weights [N] of the images as float64: all 1 if null.</summary>
    public static Tensor ImageWeights(Tensor labels, Tensor? weights) => weights is null
        ? ones(labels.shape[0], ScalarType.Float64)
        : weights.dim() == 1 && weights.shape[0] == labels.shape[0] && weights.ge(0).all().item<bool>()
            ? weights.cpu().to(ScalarType.Float64)
            : throw new ArgumentException($"Weights must be one number of 0 or more for each of the {labels.shape[0]} images.", nameof(weights));
}
