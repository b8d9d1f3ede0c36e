using CourseCompanion.Augmentations;
using CourseCompanion.Consistency;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>A part of a training, behind the scenes.</summary>
/// <param name="Step">Steps done at its end.</param>
/// <param name="Losses">Mean of each part of the loss over this part, by name.</param>
/// <param name="Kept">Share of the unlabelled images whose guess counted; NaN for a method that does not guess.</param>
/// <param name="KeptAndRight">Share of the unlabelled images whose guess counted and was right; NaN for a method that does not guess.</param>
/// <param name="Validation">Scores of the averaged weights on the few validation images.</param>
public sealed record ConsistencyPart(
    int Step, IReadOnlyDictionary<string, double> Losses, double Kept, double KeptAndRight, ClassificationReport Validation)
{
    /// <summary>Share of right ones among the guesses that counted; NaN if none did.</summary>
    public double Right => KeptAndRight / Kept;

    /// <summary>The threshold of each class, the mean over this part; none for a method that does not move its thresholds.</summary>
    public IReadOnlyList<double> Thresholds { get; init; } = [];
}

/// <summary>Settings of a method that are tried.</summary>
/// <param name="LearningRate">Learning rate at the beginning.</param>
/// <param name="Own">The method's own setting and its value; null if it has none.</param>
/// <param name="Build">Makes the method, from the network that will learn.</param>
public sealed record ConsistencyTrial(double LearningRate, (string Setting, double Value)? Own, Func<SimpleCnn, SemiSupervisedMethod> Build);

/// <summary>A network after a training.</summary>
/// <param name="Method">The name of the method.</param>
/// <param name="Model">The network, with the average of its weights over the last steps.</param>
/// <param name="Parts">How the training went, part by part.</param>
public sealed record ConsistencyRun(string Method, SimpleCnn Model, IReadOnlyList<ConsistencyPart> Parts) : IDisposable
{
    /// <summary>Scores on the few validation images at the end.</summary>
    public ClassificationReport Validation => Parts[^1].Validation;

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}

/// <summary>
/// Chapter 4: one network, trained with any method on the same labelled and unlabelled images, in the same views, for the same number of
/// steps. The notebook and <c>course bench consistency</c> train by the same method.
/// </summary>
/// <param name="scenario">The images and the protocol.</param>
/// <param name="steps">Optimiser steps of each network, a multiple of <see cref="PartCount"/>.</param>
/// <param name="views">What a weak and a strong view of an image are; those of skin lesions if null.</param>
public sealed class ConsistencyExperiment(FewLabels scenario, int steps = 1000, MedicalViews? views = null)
{
    /// <summary>In how many equal parts a training is looked at.</summary>
    public const int PartCount = 10;

    private const double UsualRate = 0.01, HigherRate = 0.03;

    private readonly MedicalViews _views = views ?? MedicalViews.SkinLesions;

    private readonly int _steps = steps >= PartCount && steps % PartCount == 0 ? steps : throw new ArgumentOutOfRangeException(
        nameof(steps), steps, $"Networks are trained in {PartCount} equal parts: give a multiple of {PartCount}, for example 1000.");

    /// <summary>
    /// The methods that the chapter compares, each with its defaults: its name in results, and what makes it from the network that will learn. The
    /// first is the baseline.
    /// </summary>
    public IReadOnlyList<(string Name, Func<SimpleCnn, SemiSupervisedMethod> Build)> Methods =>
    [
        ("supervised", _ => new SupervisedOnly()),
        ("ramped_pseudo_labels", _ => new RampedPseudoLabels()),
        ("pi_model", _ => new PiModel()),
        ("mean_teacher", student => new MeanTeacher(student, scenario.NewModel())),
        ("uda", _ => new Uda()),
        ("mixmatch", _ => new MixMatch()),
        ("fixmatch", _ => new FixMatch()),
        ("flexmatch", _ => new FlexMatch((int)scenario.Unlabelled.shape[0], scenario.Data.Train.ClassCount, device: scenario.Images.Device)),
        ("freematch", _ => new FreeMatch(scenario.Data.Train.ClassCount, device: scenario.Images.Device)),
        ("softmatch", _ => new SoftMatch(scenario.Data.Train.ClassCount, device: scenario.Images.Device)),
    ];

    /// <summary>
    /// What is tried for each method before the comparison, four settings each: two learning rates and two values of its own most telling setting,
    /// the default first. The baseline, which has none of its own, gets four learning rates. The number of each in the list is its name in results.
    /// </summary>
    public IReadOnlyList<(string Name, IReadOnlyList<ConsistencyTrial> Trials)> Searches =>
    [
        ("supervised",
        [
            .. new[] { UsualRate, 0.003, HigherRate, 0.06 }.Select(rate => new ConsistencyTrial(rate, null, _ => new SupervisedOnly())),
        ]),
        ("ramped_pseudo_labels", Search("weight", 1, 0.3, (_, weight) => new RampedPseudoLabels(weight))),
        ("pi_model", Search("weight", 10, 1, (_, weight) => new PiModel(weight))),
        ("mean_teacher", Search("weight", 10, 1, (student, weight) => new MeanTeacher(student, scenario.NewModel(), weight))),
        ("uda", Search("threshold", 0.8, 0.95, (_, threshold) => new Uda(threshold: threshold))),
        ("mixmatch", Search("weight", 10, 1, (_, weight) => new MixMatch(weight))),
        ("fixmatch", Search("threshold", 0.95, 0.8, (_, threshold) => new FixMatch(threshold))),
        ("flexmatch", Search("weight", 1, 0.3, (_, weight) => new FlexMatch(
            (int)scenario.Unlabelled.shape[0], scenario.Data.Train.ClassCount, weight: weight, device: scenario.Images.Device))),
        ("freematch", Search("weight", 1, 0.3, (_, weight) => new FreeMatch(
            scenario.Data.Train.ClassCount, weight: weight, device: scenario.Images.Device))),
        ("softmatch", Search("weight", 1, 0.3, (_, weight) => new SoftMatch(
            scenario.Data.Train.ClassCount, weight: weight, device: scenario.Images.Device))),
    ];

    /// <summary>Trains with a method.</summary>
    /// <param name="method">Makes the method, from the network that will learn; disposed of at the end.</param>
    /// <param name="learningRate">Learning rate at the beginning; that of <see cref="SemiSupervisedOptions"/> if null.</param>
    /// <param name="unlabelledRatio">Unlabelled images of a step, as a multiple of the labelled ones.</param>
    /// <param name="augment">Whether the weak views differ from the images; without, strong views do not either.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ConsistencyRun Train(
        Func<SimpleCnn, SemiSupervisedMethod> method,
        double? learningRate = null,
        int unlabelledRatio = 2,
        bool augment = true,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        using SimpleCnn model = scenario.NewModel();
        SimpleCnn averaged = scenario.NewModel();
        using SemiSupervisedMethod learning = method(model);
        var options = new SemiSupervisedOptions
        {
            Steps = _steps,
            UnlabelledRatio = unlabelledRatio,
            Weak = augment ? _views.Weak : null,
            Strong = augment ? _views.Strong : null,
            Seed = scenario.Seed,
        };
        options = options with { LearningRate = learningRate ?? options.LearningRate };
        using var trainer = new SemiSupervisedTrainer(model, averaged, learning, scenario.Labelled, scenario.Unlabelled, options);
        using IProgressTask progress = WorkContext.Progress.Start(learning.UsesUnlabelled ? learning.Name : "Entraînement", _steps);
        var parts = new List<ConsistencyPart>();
        while (trainer.StepsDone < _steps)
        {
            using var scope = NewDisposeScope();
            Tensor counts = zeros(3, device: scenario.Images.Device);  // guesses, those that counted, the right ones among them
            Tensor thresholds = zeros(scenario.Data.Train.ClassCount, device: scenario.Images.Device);  // [K]: their sum over the steps
            bool moving = false;
            IReadOnlyDictionary<string, double> losses = trainer.Run(
                _steps / PartCount,
                (batch, found) =>
                {
                    // The hidden truth comes after the step: to show, never to train.
                    Look(batch, found, counts);
                    if (found.Thresholds is { } now)
                    {
                        thresholds.add_(now);
                        moving = true;
                    }

                    progress.Report(trainer.StepsDone);
                },
                cancellation);
            float[] seen = counts.cpu().data<float>().ToArray();
            parts.Add(new ConsistencyPart(
                trainer.StepsDone, losses, seen[1] / seen[0], seen[2] / seen[0], FewLabels.Judge(averaged, scenario.Validation, cancellation))
            {
                Thresholds = moving ? [.. thresholds.div(_steps / PartCount).@double().cpu().data<double>()] : [],
            });
        }

        return new ConsistencyRun(learning.Name, averaged, parts);
    }

    /// <summary>Scores on the test images.</summary>
    /// <param name="run">The network.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ClassificationReport OnTest(ConsistencyRun run, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return FewLabels.Judge(run.Model, scenario.Test, cancellation);
    }

    private static IReadOnlyList<ConsistencyTrial> Search(
        string setting, double usual, double other, Func<SimpleCnn, double, SemiSupervisedMethod> build) =>
    [
        .. from value in new[] { usual, other }
           from rate in new[] { UsualRate, HigherRate }
           select new ConsistencyTrial(rate, (setting, value), student => build(student, value)),
    ];

    private void Look(SemiSupervisedBatch batch, StepLosses found, Tensor counts)
    {
        if (found.Guesses is not { } guesses)
        {
            return;
        }

        Tensor counted = found.Trust is { } trust ? trust.gt(0) : ones_like(guesses, dtype: ScalarType.Bool);     // [M]
        Tensor right = guesses.eq(scenario.HiddenTruth.index_select(0, batch.Rows)).logical_and(counted);         // [M]
        counts.add_(stack([ones_like(right).sum(), counted.sum(), right.sum()]));
    }
}
