using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>Temporary labels of one predicted class, or of all.</summary>
/// <param name="Right">Images that really have this class.</param>
/// <param name="Wrong">Images that have another.</param>
public sealed record PseudoLabelCount(long Right, long Wrong)
{
    /// <summary>All of them.</summary>
    public long Total => Right + Wrong;
}

/// <summary>Temporary labels for some of the unlabelled images.</summary>
/// <param name="Rows">Which rows [M] of the probabilities were selected, int64, in increasing order.</param>
/// <param name="Labels">Their temporary labels [M], int64: the predicted classes.</param>
public sealed record PseudoLabels(Tensor Rows, Tensor Labels) : IDisposable
{
    /// <summary>Number of images selected.</summary>
    public long Count => Rows.shape[0];

    /// <summary>How many of them are right and wrong, by predicted class.</summary>
    /// <param name="truth">True classes [U] of all unlabelled images, int64: known in an experiment only.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <returns>K counts, in order of class number.</returns>
    public PseudoLabelCount[] CountByClass(Tensor truth, int classCount)
    {
        ArgumentNullException.ThrowIfNull(truth);
        using var scope = NewDisposeScope();
        Tensor right = truth.index_select(0, Rows).eq(Labels);                                                           // [M]
        long[] all = Labels.bincount(null, classCount).cpu().data<long>().ToArray();                                // [K]
        long[] rights = Labels.masked_select(right).bincount(null, classCount).cpu().data<long>().ToArray();        // [K]
        return [.. all.Zip(rights, (count, good) => new PseudoLabelCount(good, count - good))];
    }

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
