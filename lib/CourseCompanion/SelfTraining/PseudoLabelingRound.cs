using CourseCompanion.Evaluation;
using CourseCompanion.Training;

namespace CourseCompanion.SelfTraining;

/// <summary>Temporary labels of one predicted class.</summary>
/// <param name="Label">The predicted class.</param>
/// <param name="Added">Images selected under it.</param>
/// <param name="Right">How many of them really have it; null where the truth is unknown.</param>
public sealed record PseudoLabelCount(int Label, long Added, long? Right)
{
    /// <summary>How many of them have another class; null where the truth is unknown.</summary>
    public long? Wrong => Added - Right;
}

/// <summary>What happened in one round: training, then selection of the temporary labels that the next round trains on.</summary>
/// <param name="Round">Number of the round, from 1.</param>
/// <param name="TrainedOn">Images it trained on: the labelled ones and those selected in the round before.</param>
/// <param name="Epochs">Its passes over them.</param>
/// <param name="Temperature">Temperature applied before the selection; 1 without calibration.</param>
/// <param name="PerClass">Temporary labels selected at its end, by predicted class.</param>
/// <param name="Evaluation">What the caller measured at its end, if it asked to.</param>
public sealed record PseudoLabelingRound(
    int Round,
    long TrainedOn,
    IReadOnlyList<EpochRecord> Epochs,
    double Temperature,
    IReadOnlyList<PseudoLabelCount> PerClass,
    ClassificationReport? Evaluation)
{
    /// <summary>Temporary labels selected at the end of the round.</summary>
    public long Added => PerClass.Sum(label => label.Added);

    /// <summary>How many of them are right; null where the truth is unknown.</summary>
    public long? Right => PerClass.Any(label => label.Right is null) ? null : PerClass.Sum(label => label.Right);

    /// <summary>How many of them are wrong; null where the truth is unknown.</summary>
    public long? Wrong => Added - Right;
}
