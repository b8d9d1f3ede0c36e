using CourseCompanion.Training;

namespace CourseCompanion.SelfTraining;

/// <summary>Settings of pseudo-labeling. The defaults are the course's.</summary>
public sealed record PseudoLabelingOptions
{
    /// <summary>Rounds of training and selection.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>
    /// Optimiser steps in each round, however many images it trains on: a method without pseudo-labels is comparable if it takes
    /// <see cref="Rounds"/> times as many.
    /// </summary>
    public int StepsPerRound { get; init; } = 200;

    /// <summary>Batch size, learning rate, seed and the rest; the model and the optimiser's state go on from round to round.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Which predictions become temporary labels.</summary>
    public ISelectionRule Selection { get; init; } = new ConfidenceThreshold(0.9);
}
