using CourseCompanion.Evaluation;
using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>How a network is trained. The defaults are the course's: batches of 32, Adam with a learning rate of 0.001.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; } = 25;

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Learning rate of Adam (Kingma and Ba, 2015).</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Seed of the order of the images, and of whatever is random inside the network.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>A random change of the batch, float [B, C, H, W] in [-1, 1], before each step; none if null.</summary>
    public Func<Tensor, Tensor>? Augmentation { get; init; }

    /// <summary>
    /// The figure of the validation report whose best epoch gives the final weights; none, and the last epoch, if null.
    /// Without effect where no validation images are given.
    /// </summary>
    public Func<ClassificationReport, double>? KeepBest { get; init; } = report => report.BalancedAccuracy;

    /// <exception cref="ArgumentOutOfRangeException">A value no training can work with.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1, nameof(Epochs));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1, nameof(BatchSize));
        if (!(LearningRate > 0) || double.IsInfinity(LearningRate))
        {
            throw new ArgumentOutOfRangeException(
                nameof(LearningRate), LearningRate, "The learning rate must be a positive number, for example 0.001.");
        }
    }
}
