using CourseCompanion.Augmentations;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>How an encoder is pretrained: the same for every pretext task, but for its optimiser.</summary>
public sealed record PretrainingOptions
{
    /// <summary>
    /// What tasks that compare views train with, in the thesis that the course reproduces: stochastic gradient descent at 0.06, momentum 0.9,
    /// weight decay 0.0005.
    /// </summary>
    public static PretrainingOptions Contrastive { get; } = new();

    /// <summary>
    /// What tasks that rebuild pixels train with: AdamW at 0.00015, betas 0.9 and 0.95, weight decay 0.05, and a rise of the learning rate over the
    /// first tenth (He and others, 2022).
    /// </summary>
    public static PretrainingOptions Generative { get; } = new()
    {
        LearningRate = 1.5e-4,
        WarmUp = 0.1,
        Optimizer = (parameters, learningRate) => optim.AdamW(parameters, learningRate, beta1: 0.9, beta2: 0.95, weight_decay: 0.05),
    };

    /// <summary>Passes over the images.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>Images of a step; a last batch that is not full is left out.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Steps after which a pass ends, even though not all images have been seen: for a trial. All of them if null.</summary>
    public int? StepsPerEpoch { get; init; }

    /// <summary>The highest learning rate; it follows a cosine down to 0.</summary>
    public double LearningRate { get; init; } = 0.06;

    /// <summary>Share of the training during which the learning rate rises to its highest, in [0, 1).</summary>
    public double WarmUp { get; init; }

    /// <summary>Creates the optimiser from the parameters and the learning rate. The trainer disposes of it.</summary>
    public Func<IEnumerable<Parameter>, double, OptimizerHelper> Optimizer { get; init; } =
        (parameters, learningRate) => optim.SGD(parameters, learningRate, momentum: 0.9, weight_decay: 5e-4);

    /// <summary>Makes the views that tasks compare; null leaves images as they are.</summary>
    public Augmentation? Views { get; init; }

    /// <summary>Seed of the order of the images, of their views, and of whatever else a task draws.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The learning rate of a step: a straight rise, then half a cosine down to 0.</summary>
    internal double LearningRateAt(double progress) => progress < WarmUp
        ? LearningRate * progress / WarmUp
        : LearningRate * (1 + Math.Cos(Math.PI * (progress - WarmUp) / (1 - WarmUp))) / 2;

    /// <exception cref="ArgumentOutOfRangeException">A value no training can work with.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1, nameof(Epochs));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 2, nameof(BatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(StepsPerEpoch ?? 1, 1, nameof(StepsPerEpoch));
        if (!(LearningRate > 0) || double.IsInfinity(LearningRate))
        {
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate must be a positive number, for example 0.06.");
        }

        if (WarmUp is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(WarmUp), WarmUp, "The rise of the learning rate takes a share of the training, at least 0 and less than 1.");
        }
    }
}
