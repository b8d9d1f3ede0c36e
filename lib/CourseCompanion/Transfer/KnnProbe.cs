using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// What features are worth without any training: each image asks the labelled images that are nearest to it by cosine. A neighbour of
/// similarity s votes for its class with the weight exp(s / 0.07) (Wu and others, 2018, <i>Unsupervised Feature Learning via
/// Non-Parametric Instance Discrimination</i>).
/// </summary>
public static class KnnProbe
{
    private const int BlockSize = 2048;  // queries compared at a time: memory grows with the block, never with M * N

    /// <summary>Votes of the neighbours, as probabilities.</summary>
    /// <param name="features">Features [N, D] of the labelled images.</param>
    /// <param name="labels">Their labels [N], int64, in [0, K).</param>
    /// <param name="queries">Features [M, D] of the images in question, on the same device.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="k">Neighbours that vote; all images if there are fewer.</param>
    /// <param name="temperature">The smaller, the more the nearest outvote the others; above 0. Infinity gives each one vote.</param>
    /// <returns>Probabilities [M, K], on the same device; rows sum to 1.</returns>
    public static Tensor Probabilities(Tensor features, Tensor labels, Tensor queries, int classCount, int k = 20, double temperature = 0.07)
    {
        ProbeInput.Check(features, labels, queries, classCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor points = nn.functional.normalize(features.@float(), dim: 1).t();                       // [D, N]
        Tensor directions = nn.functional.normalize(queries.@float(), dim: 1);                        // [M, D]
        var parts = new List<Tensor>();
        for (long start = 0; start < directions.shape[0]; start += BlockSize)
        {
            WorkContext.ThrowIfCancelled(default);
            using var block = NewDisposeScope();
            Tensor rows = directions.narrow(0, start, Math.Min(BlockSize, directions.shape[0] - start));
            (Tensor similarities, Tensor nearest) = rows.mm(points).topk((int)Math.Min(k, labels.shape[0]), 1);  // [R, k]
            Tensor weights = similarities.div(temperature).softmax(1);                                // [R, k]: exp(s / t), scaled to sum 1
            parts.Add(zeros(rows.shape[0], classCount, device: rows.device)
                .scatter_add_(1, labels.index_select(0, nearest.flatten()).view_as(nearest), weights).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();                                               // [M, K]
    }
}
