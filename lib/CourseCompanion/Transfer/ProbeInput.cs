using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>What probes ask of their input.</summary>
internal static class ProbeInput
{
    /// <exception cref="ArgumentException">Shapes or types that do not fit each other.</exception>
    public static void Check(Tensor features, Tensor labels, Tensor queries, int classCount)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        if (features.dim() != 2 || queries.dim() != 2 || features.shape[1] != queries.shape[1] || features.shape[0] == 0)
        {
            throw new ArgumentException(
                $"Features must be [N, D] and queries [M, D], from the same encoder; got [{string.Join(", ", features.shape)}] and [{string.Join(", ", queries.shape)}].",
                nameof(queries));
        }

        if (labels.dtype != ScalarType.Int64 || labels.dim() != 1 || labels.shape[0] != features.shape[0])
        {
            throw new ArgumentException(
                $"Labels must be int64, one for each of the {features.shape[0]} rows of features; got {labels.dtype} [{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        if (labels.min().item<long>() < 0 || labels.max().item<long>() >= classCount)
        {
            throw new ArgumentException($"Labels must be in [0, {classCount}).", nameof(labels));
        }
    }
}
