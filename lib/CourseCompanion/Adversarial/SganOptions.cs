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

    /// <exception cref="ArgumentOutOfRangeException">A value no training can work with.</exception>
    internal void Validate()
    {
        if (!(UnlabelledWeight >= 0 && double.IsFinite(UnlabelledWeight)))
        {
            throw new ArgumentOutOfRangeException(nameof(UnlabelledWeight), UnlabelledWeight, "The weight of the unlabelled loss must be 0 or a positive number.");
        }

        if (FeatureMatchingWeight is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(FeatureMatchingWeight), FeatureMatchingWeight, "Feature matching is a share of the generator's loss: give a number from 0 to 1.");
        }

        if (!(GeneratorLearningRate > 0 && double.IsFinite(GeneratorLearningRate)))
        {
            throw new ArgumentOutOfRangeException(nameof(GeneratorLearningRate), GeneratorLearningRate, "The learning rate must be a positive number, for example 0.001.");
        }

        if (GeneratorBeta1 is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(GeneratorBeta1), GeneratorBeta1, "Beta1 must be at least 0 and less than 1, for example 0.5.");
        }
    }
}
