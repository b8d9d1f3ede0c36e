namespace CourseCompanion.Adversarial;

/// <summary>How an SGAN learns. The defaults are those of the course.</summary>
public sealed record SganOptions
{
    /// <summary>Weight of <see cref="SganLoss.Unlabelled"/> beside the loss of the labelled images, 0 or more.</summary>
    public double UnlabelledWeight { get; init; } = 1;

    /// <summary>
    /// Share w of feature matching in the generator's loss, 0 to 1: w <see cref="SganLoss.FeatureMatching"/> +
    /// (1 - w) <see cref="SganLoss.NonSaturating"/>.
    /// </summary>
    public double FeatureMatchingWeight { get; init; } = 1;

    /// <summary>Learning rate of the generator's Adam.</summary>
    public double GeneratorLearningRate { get; init; } = 3e-4;

    /// <summary>How slowly the generator's Adam forgets past gradients: less slowly than usual (0.9), since the discriminator changes meanwhile.</summary>
    public double GeneratorBeta1 { get; init; } = 0.5;
}
