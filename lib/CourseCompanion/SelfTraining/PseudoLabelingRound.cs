using CourseCompanion.Training;

namespace CourseCompanion.SelfTraining;

/// <summary>One round: training, then selection of the temporary labels that the next round trains on, if there is one.</summary>
/// <param name="Number">Number of the round, from 1.</param>
/// <param name="TrainedOn">Images it trained on: the labelled ones and those selected in the round before.</param>
/// <param name="Pass">Loss and accuracy of its training.</param>
/// <param name="Kept">Temporary labels selected at its end; they belong to the dispose scope around the loop over the rounds.</param>
public sealed record PseudoLabelingRound(int Number, long TrainedOn, EpochRecord Pass, PseudoLabels Kept);
