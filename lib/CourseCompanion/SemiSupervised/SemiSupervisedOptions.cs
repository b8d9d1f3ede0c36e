using CourseCompanion.Augmentations;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SemiSupervised;

/// <summary>
/// How a network is trained on labelled and unlabelled images: the same for every method that is compared. The optimiser and its
/// learning rate over time are those of FixMatch (Sohn and others, 2020), at the size of the course.
/// </summary>
public sealed record SemiSupervisedOptions
{
    /// <summary>Optimiser steps in all.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Labelled images B of a step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Unlabelled images of a step, as a multiple of the labelled ones: mu in the papers.</summary>
    public int UnlabelledRatio { get; init; } = 2;

    /// <summary>Learning rate at the beginning; it follows a cosine down to a fifth.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Creates the optimiser from the parameters and the learning rate: SGD with Nesterov momentum 0.9 and weight decay 0.0005 unless set. The trainer disposes of it.</summary>
    public Func<IEnumerable<Parameter>, double, OptimizerHelper> Optimizer { get; init; } =
        (parameters, learningRate) => optim.SGD(parameters, learningRate, momentum: 0.9, weight_decay: 5e-4, nesterov: true);

    /// <summary>How much of the averaged weights stays at each step.</summary>
    public double Averaging { get; init; } = 0.99;

    /// <summary>Small changes of an image; none if null.</summary>
    public Augmentation? Weak { get; init; }

    /// <summary>Large changes of an image; none if null.</summary>
    public Augmentation? Strong { get; init; }

    /// <summary>Seed of the order of the images, of their views and of whatever else a method draws.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The learning rate of a step: cos(7 pi / 16 x progress) of the first, which ends at 0.195 of it.</summary>
    internal double LearningRateAt(double progress) => LearningRate * Math.Cos(7 * Math.PI / 16 * progress);

    /// <exception cref="ArgumentOutOfRangeException">A value no training can work with.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1, nameof(Steps));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1, nameof(BatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(UnlabelledRatio, 1, nameof(UnlabelledRatio));
        if (!(LearningRate > 0) || double.IsInfinity(LearningRate))
        {
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate must be a positive number, for example 0.01.");
        }

        if (Averaging is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Averaging), Averaging, "What stays of the average must be at least 0 and less than 1, for example 0.99.");
        }
    }
}
