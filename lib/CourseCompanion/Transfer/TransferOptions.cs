using CourseCompanion.Augmentations;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// How a classifier is trained on top of an encoder. The defaults are those of the thesis that the course reproduces: stochastic gradient
/// descent at 0.01, momentum 0.9, a cosine, 100 passes, batches of 128, rare classes weighing more.
/// </summary>
public sealed record TransferOptions
{
    /// <summary>
    /// What the thesis trains its supervised baseline with, from random weights: 0.05, halved four times (every 20 of 100 passes), never below a
    /// hundredth of it.
    /// </summary>
    public static TransferOptions Supervised { get; } = new() { LearningRate = 0.05, Schedule = Halving };

    /// <summary>Passes over the labelled images, where <see cref="Steps"/> is null.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>
    /// Optimiser steps, instead of passes: networks are comparable when all take the same number, whatever they began with. Null trains for
    /// <see cref="Epochs"/>.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>Images of a step. A last batch that is not full is left out, unless it is the only one.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The learning rate at the beginning.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>What the learning rate is multiplied by, as a function of the share of the steps that is done, in [0, 1).</summary>
    public Func<double, double> Schedule { get; init; } = Cosine;

    /// <summary>Creates the optimiser from the parameters and the learning rate.</summary>
    public Func<IEnumerable<Parameter>, double, OptimizerHelper> Optimizer { get; init; } =
        (parameters, learningRate) => optim.SGD(parameters, learningRate, momentum: 0.9);

    /// <summary>Whether an error on a rare class costs more: <see cref="Training.ClassWeights.FromCounts"/> of the labelled images.</summary>
    public bool WeighClasses { get; init; } = true;

    /// <summary>A random change of the images before each step, none if null. Without effect on a frozen encoder, which sees each image once.</summary>
    public Augmentation? Views { get; init; }

    /// <summary>Seed of the order of the images and of their changes.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Half a cosine, from 1 to 0.</summary>
    /// <param name="progress">Share that is done, in [0, 1).</param>
    public static double Cosine(double progress) => (1 + Math.Cos(Math.PI * progress)) / 2;

    /// <summary>Halved after each fifth: 1, 1/2, 1/4, 1/8, 1/16; at least 1/100.</summary>
    /// <param name="progress">Share that is done, in [0, 1).</param>
    public static double Halving(double progress) => Math.Max(Math.Pow(0.5, Math.Floor(progress * 5)), 0.01);

    /// <exception cref="ArgumentOutOfRangeException">A value no training can work with.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1, nameof(Epochs));
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps ?? 1, 1, nameof(Steps));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 2, nameof(BatchSize));
    }
}
