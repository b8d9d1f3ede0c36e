using CourseCompanion.Evaluation;

namespace CourseCompanion.Training;

/// <summary>The result of one pass: over all training images, or of a number of steps.</summary>
/// <param name="Epoch">Number of the pass, from 1.</param>
/// <param name="Loss">Mean cross-entropy of the training images, each at the moment it was trained on.</param>
/// <param name="Accuracy">Share of them predicted right at that moment, in [0, 1].</param>
/// <param name="Validation">Figures on the validation images after the pass; null without validation images.</param>
public sealed record EpochRecord(int Epoch, double Loss, double Accuracy, ClassificationReport? Validation);

/// <summary>The course of a training.</summary>
/// <param name="Epochs">Its passes, in order.</param>
/// <param name="BestEpoch">The pass whose weights the model has now: the best on validation, or the last one.</param>
/// <param name="Duration">Time it took.</param>
public sealed record TrainingHistory(IReadOnlyList<EpochRecord> Epochs, int BestEpoch, TimeSpan Duration);
