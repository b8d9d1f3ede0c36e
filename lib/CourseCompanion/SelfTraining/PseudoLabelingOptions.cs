namespace CourseCompanion.SelfTraining;

/// <summary>Settings of pseudo-labeling. The defaults are the course's.</summary>
public sealed record PseudoLabelingOptions
{
    /// <summary>Rounds of training and selection.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Passes over the labelled and the temporarily labelled images in each round.</summary>
    public int EpochsPerRound { get; init; } = 5;

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Learning rate of Adam.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Seed of the order of the images.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Which predictions become temporary labels.</summary>
    public ISelectionRule Selection { get; init; } = new ConfidenceThreshold(0.9);

    /// <summary>
    /// Whether each round starts again from the initial weights. The course's procedure goes on with the same model and the
    /// same state of the optimiser (false); starting again costs more rounds but forgets early mistakes.
    /// </summary>
    public bool RestartEachRound { get; init; }

    /// <summary>
    /// Whether probabilities are calibrated by temperature before each selection. The temperature is fitted on validation
    /// images, which are then required.
    /// </summary>
    public bool Calibrate { get; init; }
}
