using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>Classes that labels spread over a graph give to points.</summary>
/// <param name="Probabilities">Probabilities [M, K], float32; a row sums to 1, or is zero where no label arrived.</param>
/// <param name="Labels">The likeliest class [M] of each point, int64; <see cref="KnownLabels.Unknown"/> (-1) where there is no answer.</param>
public record ClassPredictions(Tensor Probabilities, Tensor Labels)
{
    /// <summary>Number of points without an answer.</summary>
    public int Abstained
    {
        get
        {
            using var scope = NewDisposeScope();
            return (int)Labels.lt(0).sum().item<long>();
        }
    }

    /// <summary>Lead [M] of the best class of each point over the second, in [0, 1]; 0 where no label arrived.</summary>
    public Tensor Margins()
    {
        using var scope = NewDisposeScope();
        return Lead(Probabilities).MoveToOuterDisposeScope();
    }

    /// <summary>The answers for some of the points, in the order given.</summary>
    /// <param name="points">Their numbers [L], int64, in [0, M).</param>
    public ClassPredictions Select(Tensor points) => new(Probabilities.index_select(0, points), Labels.index_select(0, points));

    /// <summary>Classes from masses [M, K], float64: rows scaled to one; no answer where there is no mass or the lead is too small.</summary>
    internal static ClassPredictions FromMass(Tensor mass, double minimumMargin)
    {
        using var scope = NewDisposeScope();
        Tensor probabilities = ScaleToOne(mass);
        Tensor answers = mass.sum(1).gt(0).logical_and(Lead(probabilities).ge(minimumMargin));  // [M]
        Tensor labels = where(answers, probabilities.argmax(1), full_like(answers, KnownLabels.Unknown, ScalarType.Int64));
        return new ClassPredictions(probabilities.to(ScalarType.Float32).MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    /// <summary>Rows [M, K] divided by their sums; rows of zeros stay.</summary>
    internal static Tensor ScaleToOne(Tensor mass)
    {
        Tensor sums = mass.sum(1, keepdim: true);  // [M, 1]
        return mass / where(sums > 0, sums, ones_like(sums));
    }

    private static Tensor Lead(Tensor probabilities)
    {
        if (probabilities.shape[1] == 1)
        {
            return probabilities.select(1, 0).clone();
        }

        Tensor top = probabilities.topk(2, 1).values;  // [M, 2]
        return top.select(1, 0) - top.select(1, 1);
    }
}

/// <summary>Hands results to the caller's dispose scope.</summary>
internal static class ClassPredictionsScope
{
    public static T MoveToOuterDisposeScope<T>(this T predictions)
        where T : ClassPredictions
    {
        predictions.Probabilities.MoveToOuterDisposeScope();
        predictions.Labels.MoveToOuterDisposeScope();
        return predictions;
    }
}
