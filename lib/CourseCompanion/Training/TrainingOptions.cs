using System.Globalization;
using CourseCompanion.Augmentations;
using CourseCompanion.Evaluation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>How a network is trained. The defaults are the course's: batches of 32, Adam with a learning rate of 0.001.</summary>
/// <example>
/// Stochastic gradient descent with momentum, its learning rate halved every 20 passes, rare classes weighing more:
/// <code>
/// var training = new TrainingOptions
/// {
///     Epochs = 100, BatchSize = 128, LearningRate = 0.05,
///     Optimizer = (parameters, rate) => optim.SGD(parameters, rate, momentum: 0.9),
///     Schedule = optimizer => optim.lr_scheduler.StepLR(optimizer, step_size: 20, gamma: 0.5),
///     ClassWeights = ClassWeights.FromCounts(data.Train.CountByClass()),
/// };
/// </code>
/// </example>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training images of <see cref="Trainer.Fit(LabelledImages, LabelledImages, CancellationToken)"/>.</summary>
    public int Epochs { get; init; } = 25;

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Learning rate at the beginning.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// Creates the optimiser from the parameters and the learning rate: Adam (Kingma and Ba, 2015) unless set. The trainer
    /// disposes of it.
    /// </summary>
    public Func<IEnumerable<Parameter>, double, optim.Optimizer> Optimizer { get; init; } =
        (parameters, learningRate) => optim.Adam(parameters, lr: learningRate);

    /// <summary>
    /// Creates the learning-rate schedule, which takes one step after each pass (<see cref="Trainer.RunEpoch"/>, <see cref="Trainer.RunSteps"/>); a
    /// constant rate if null.
    /// </summary>
    public Func<optim.Optimizer, optim.lr_scheduler.LRScheduler>? Schedule { get; init; }

    /// <summary>
    /// Weights [K] of the classes in the cross-entropy, positive: the loss of a batch is the mean weighted by those of its
    /// labels. All the same if null. See <see cref="Training.ClassWeights"/>.
    /// </summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>Seed of the order of the images, of their augmentation, and of whatever is random inside the network.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>A random change of each batch before its step; none if null.</summary>
    public Augmentation? Augmentation { get; init; }

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

        if (ClassWeights?.Any(weight => !(weight > 0 && double.IsFinite(weight))) == true)
        {
            // A batch whose labels all weigh nothing would have the loss 0 / 0.
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Class weights are [{string.Join(", ", ClassWeights)}]: each must be a positive number."),
                nameof(ClassWeights));
        }
    }
}
