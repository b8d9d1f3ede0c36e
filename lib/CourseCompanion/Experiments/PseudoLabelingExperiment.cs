using CourseCompanion.Augmentations;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.SelfTraining;
using CourseCompanion.Training;
using CourseCompanion.Work;

namespace CourseCompanion.Experiments;

/// <summary>A network after one method.</summary>
/// <param name="Model">The network.</param>
/// <param name="LearningRate">The learning rate it was trained with.</param>
/// <param name="Passes">Loss and accuracy of its training, part by part, each with its scores on the few validation images.</param>
/// <param name="Rounds">Its rounds of pseudo-labeling; none without pseudo-labels.</param>
public sealed record TrainedNetwork(
    SimpleCnn Model, double LearningRate, IReadOnlyList<EpochRecord> Passes, IReadOnlyList<PseudoLabelingRound> Rounds) : IDisposable
{
    /// <summary>Scores on the few validation images at the end.</summary>
    public ClassificationReport Validation => Passes[^1].Validation!;

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        foreach (PseudoLabelingRound round in Rounds)
        {
            round.Kept.Dispose();
        }
    }
}

/// <summary>
/// Chapter 1: pseudo-labels against what the labelled images give alone, and against what a learning rate or an augmentation gives
/// without any unlabelled image. The notebook and <c>course bench pseudo-labeling-gain</c> train by the same methods.
/// </summary>
/// <param name="scenario">The images and the protocol.</param>
/// <param name="rounds">Rounds of pseudo-labeling.</param>
/// <param name="stepsPerRound">Optimiser steps in each; a method without pseudo-labels takes as many in all.</param>
public sealed class PseudoLabelingExperiment(FewLabels scenario, int rounds = 5, int stepsPerRound = 200)
{
    /// <summary>The course's learning rate.</summary>
    public const double DefaultLearningRate = 1e-3;

    /// <summary>Learning rates that the validation compares.</summary>
    public static readonly IReadOnlyList<double> LearningRates = [3e-4, DefaultLearningRate, 3e-3];

    /// <summary>
    /// Changes that leave a lesion what it is: it has no top and no left, and little depends on its exact place and size. One after the
    /// other, as the chapter's published figures were made.
    /// </summary>
    public static Augmentation WeakAugmentation { get; } = new Compose([.. MedicalViews.SkinLesions.Geometry]);

    /// <summary>The labelled images alone.</summary>
    /// <param name="learningRate">Learning rate of Adam.</param>
    /// <param name="augmentation">A random change of each batch; none if null.</param>
    /// <param name="cancellation">Stops the work.</param>
    public TrainedNetwork TrainAlone(
        double learningRate = DefaultLearningRate, Augmentation? augmentation = null, CancellationToken cancellation = default)
    {
        SimpleCnn model = scenario.NewModel();
        using var trainer = new Trainer(model, Training(learningRate, augmentation));
        using IProgressTask progress = WorkContext.Progress.Start("Entraînement", rounds * stepsPerRound);
        var passes = new List<EpochRecord>();
        for (int part = 0; part < rounds; part++)
        {
            EpochRecord pass = trainer.RunSteps(
                scenario.Labelled, stepsPerRound, step => progress.Report((part * stepsPerRound) + step), cancellation);
            passes.Add(pass with { Validation = FewLabels.Judge(model, scenario.Validation, cancellation) });
        }

        return new TrainedNetwork(model, learningRate, passes, []);
    }

    /// <summary>The labelled images alone, once with each learning rate, in the order of <see cref="LearningRates"/>.</summary>
    /// <param name="cancellation">Stops the work.</param>
    public IReadOnlyList<TrainedNetwork> TryLearningRates(CancellationToken cancellation = default) =>
        [.. LearningRates.Select(rate => TrainAlone(rate, cancellation: cancellation))];

    /// <summary>The labelled images, and the pseudo-labels that a rule selects in each round.</summary>
    /// <param name="selection">Which predictions become pseudo-labels.</param>
    /// <param name="augmentation">A random change of each batch; none if null. Predictions are those of unchanged images.</param>
    /// <param name="cancellation">Stops the work.</param>
    public TrainedNetwork TrainWithPseudoLabels(
        ISelectionRule selection, Augmentation? augmentation = null, CancellationToken cancellation = default)
    {
        SimpleCnn model = scenario.NewModel();
        var options = new PseudoLabelingOptions
        {
            Rounds = rounds,
            StepsPerRound = stepsPerRound,
            Training = Training(DefaultLearningRate, augmentation),
            Selection = selection,
        };
        var passes = new List<EpochRecord>();
        var done = new List<PseudoLabelingRound>();
        foreach (PseudoLabelingRound round in PseudoLabeling.Rounds(model, scenario.Labelled, scenario.Unlabelled, options, cancellation))
        {
            done.Add(round);
            passes.Add(round.Pass with { Validation = FewLabels.Judge(model, scenario.Validation, cancellation) });
        }

        return new TrainedNetwork(model, DefaultLearningRate, passes, done);
    }

    /// <summary>Scores on the test images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ClassificationReport OnTest(TrainedNetwork network, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        return FewLabels.Judge(network.Model, scenario.Test, cancellation);
    }

    private TrainingOptions Training(double learningRate, Augmentation? augmentation) =>
        new() { LearningRate = learningRate, Seed = scenario.Seed, Augmentation = augmentation };
}
