using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>Temporary labels for some of the unlabelled images.</summary>
/// <param name="Rows">Which rows [M] of the probabilities were selected, int64, in increasing order.</param>
/// <param name="Labels">Their temporary labels [M], int64: the predicted classes.</param>
public sealed record PseudoLabels(Tensor Rows, Tensor Labels) : IDisposable
{
    /// <summary>Number of images selected.</summary>
    public long Count => Rows.shape[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        Rows.Dispose();
        Labels.Dispose();
    }

    /// <summary>
    /// The predicted class of the rows where <paramref name="keep"/> [N] is true, moved out of the dispose scope in which a
    /// rule works.
    /// </summary>
    internal static PseudoLabels Where(Tensor keep, Tensor predicted)
    {
        Tensor rows = keep.nonzero().flatten();
        Tensor labels = predicted.index_select(0, rows);
        return new PseudoLabels(rows.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }
}
