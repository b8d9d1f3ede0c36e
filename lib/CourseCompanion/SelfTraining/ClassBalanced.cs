using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>
/// Keeps the most confident predictions of each class, class by class, so that the frequent class does not fill the
/// training set (class-balanced self-training, Zou, Yu, Kumar and Wang, 2018).
/// </summary>
public sealed record ClassBalanced : ISelectionRule
{
    /// <summary>7 % of 100 images are 7, though 0.07 * 100 is a little more than that.</summary>
    private const double Rounding = 1e-9;

    private ClassBalanced(int? perClass, double? share, double threshold)
    {
        PerClass = perClass;
        Share = share;
        Threshold = threshold;
    }

    /// <summary>Most images kept per predicted class; null where a share is kept.</summary>
    public int? PerClass { get; }

    /// <summary>Share of the images of each predicted class that is kept, in (0, 1); null where a number is kept.</summary>
    public double? Share { get; }

    /// <summary>Least probability of the predicted class; 0 where rank alone decides.</summary>
    public double Threshold { get; }

    /// <summary>Keeps at most the same number of images of each predicted class.</summary>
    /// <param name="perClass">That number, at least 1.</param>
    /// <param name="threshold">Least probability of the predicted class, in [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
    public static ClassBalanced Top(int perClass, double threshold = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perClass, 1);
        return new(perClass, null, Least(threshold));
    }

    /// <summary>Keeps the same share of the images of each predicted class, rounded up.</summary>
    /// <param name="share">That share, in (0, 1).</param>
    /// <param name="threshold">Least probability of the predicted class, in [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
    public static ClassBalanced Proportion(double share, double threshold = 0) =>
        new(null, UnitInterval.Require(share, "share", "0.2"), Least(threshold));

    /// <inheritdoc/>
    public PseudoLabels Select(Tensor probabilities)
    {
        ProbabilityRows.Require(probabilities);
        using var scope = NewDisposeScope();
        (Tensor confidence, Tensor predicted) = probabilities.max(1);
        Tensor keep = zeros_like(confidence, dtype: ScalarType.Bool);
        for (long label = 0; label < probabilities.shape[1]; label++)
        {
            Tensor candidates = predicted.eq(label).nonzero().flatten();
            long count = PerClass ?? (long)Math.Ceiling((Share!.Value * candidates.shape[0]) - Rounding);
            count = Math.Min(count, candidates.shape[0]);
            (_, Tensor best) = confidence.index_select(0, candidates).topk((int)count, 0);
            keep.index_fill_(0, candidates.index_select(0, best), true);
        }

        keep.logical_and_(confidence.ge(Threshold));
        return PseudoLabels.Where(keep, predicted);
    }

    private static double Least(double threshold) =>
        threshold == 0 ? 0 : UnitInterval.Require(threshold, "confidence threshold", "0.9");
}
