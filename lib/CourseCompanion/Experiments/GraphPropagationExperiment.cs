using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.SelfTraining;
using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>One setting of label spreading, and its scores on labelled points whose label it did not know.</summary>
/// <param name="Neighbours">Neighbours k of each point.</param>
/// <param name="Kernel">Weights of the edges.</param>
/// <param name="Alpha">Share that comes from the neighbours.</param>
/// <param name="Report">Scores by cross-validation.</param>
public sealed record SpreadingTrial(int Neighbours, EdgeWeights Kernel, double Alpha, ClassificationReport Report);

/// <summary>
/// Chapter 2: spread the labels of a few images over the graph of all training images, then train a network on what arrived.
/// The notebook shows its steps one by one, and <c>course bench graph-gain</c> repeats them over many seeds.
/// </summary>
/// <remarks>
/// One protocol for all networks: the same number of optimiser steps, the weights of the last one, and no label besides the known
/// ones. Settings of the spreading are chosen by cross-validation on the labelled images (Oliver and others, 2018, <i>Realistic
/// Evaluation of Deep Semi-Supervised Learning Algorithms</i>, on validation sets larger than the labelled one); the validation
/// set is not used at all. The test set judges once.
/// </remarks>
public sealed class GraphPropagationExperiment : IDisposable
{
    /// <summary>Values of alpha that cross-validation compares: that of common libraries, one between, that of the paper.</summary>
    public static readonly IReadOnlyList<double> Alphas = [0.2, 0.9, 0.99];

    /// <summary>Numbers of neighbours that cross-validation compares.</summary>
    public static readonly IReadOnlyList<int> NeighbourCounts = [5, 10, 20];

    private const int Folds = 5;
    private const int Parts = 5;

    private readonly FewLabels _scenario;
    private readonly int _steps;

    /// <param name="data">Images and labels; most training labels stay hidden.</param>
    /// <param name="seed">Seed of the labelled images, the initial weights and the order of training.</param>
    /// <param name="steps">Optimiser steps of each network, a multiple of five.</param>
    /// <param name="perClass">Labelled images of each class.</param>
    public GraphPropagationExperiment(MedicalDataset data, int seed, int steps = 1000, int perClass = 50)
    {
        if (steps < Parts || steps % Parts != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"Networks are trained in {Parts} equal parts: give a multiple of {Parts}, for example 1000.");
        }

        _scenario = new FewLabels(data, seed, perClass);
        _steps = steps;
        Known = KnownLabels.Only(data.Train.Labels, Split.LabelledIndices).DetachFromDisposeScope();
    }

    /// <summary>The training images.</summary>
    public ResidentImages Images => _scenario.Images;

    /// <summary>Which of them are labelled.</summary>
    public LabelledSplit Split => _scenario.Split;

    /// <summary>Labels [N] of the training images, int64; <see cref="KnownLabels.Unknown"/> where hidden.</summary>
    public Tensor Known { get; }

    /// <summary>A network with the initial weights of the seed.</summary>
    public SimpleCnn NewModel() => _scenario.NewModel();

    /// <summary>A new network after chapter 1's procedure: pseudo-labels above 0.9, in rounds.</summary>
    /// <param name="options">Sizes of the procedure; chapter 1's if null.</param>
    /// <param name="cancellation">Stops the work.</param>
    public SimpleCnn TrainWithPseudoLabels(PseudoLabelingOptions? options = null, CancellationToken cancellation = default)
    {
        SimpleCnn model = NewModel();
        options ??= new PseudoLabelingOptions();
        options = options with { Training = options.Training with { Seed = _scenario.Seed } };
        foreach (PseudoLabelingRound round in PseudoLabeling.Rounds(model, _scenario.Labelled, _scenario.Unlabelled, options, cancellation))
        {
            round.Kept.Dispose();
        }

        return model;
    }

    /// <summary>Features [N, D] of the training images.</summary>
    /// <param name="model">The network whose features describe the images.</param>
    /// <param name="cancellation">Stops the work.</param>
    public Tensor Embed(SimpleCnn model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Predictor.Apply(model, model.Features, Images, cancellation: cancellation);
    }

    /// <summary>
    /// Every setting of the grid, by transductive cross-validation: the labelled images are dealt into five folds; each fold in turn
    /// hides its labels, the others spread theirs over the graph of all images, and the answers for the fold are judged.
    /// </summary>
    /// <param name="widest">The graph of the training images with at least as many neighbours as the grid asks for.</param>
    /// <param name="alphas">Values of alpha to compare; <see cref="Alphas"/> if null.</param>
    /// <param name="neighbourCounts">Numbers of neighbours to compare; <see cref="NeighbourCounts"/> if null.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Trials by neighbours, kernel and alpha, in this order.</returns>
    public IReadOnlyList<SpreadingTrial> CrossValidate(
        NeighbourGraph widest,
        IReadOnlyList<double>? alphas = null,
        IReadOnlyList<int>? neighbourCounts = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(widest);
        alphas ??= Alphas;
        neighbourCounts ??= NeighbourCounts;
        using var scope = NewDisposeScope();
        int classCount = _scenario.Data.Train.ClassCount;
        Tensor truth = Known.index_select(0, Split.LabelledIndices);             // [L]
        Tensor order = truth.sort(stable: true).Indices;                         // class after class, so that each fold has as many of each
        Tensor labelled = Split.LabelledIndices.index_select(0, order);
        truth = truth.index_select(0, order);
        Tensor fold = arange(truth.shape[0], ScalarType.Int64, truth.device).remainder(Folds);

        // All folds spread at once, side by side: fold f has the columns [f * K, (f + 1) * K).
        Tensor Y = cat([.. Enumerable.Range(0, Folds).Select(f =>
            KnownLabels.OneHot(KnownLabels.Only(Known, labelled.masked_select(fold.ne(f))), widest.Count, classCount))], 1);  // [N, 5 * K]
        var options = new PropagationOptions { Tolerance = 0.01, ShowsProgress = false };
        using IProgressTask progress = WorkContext.Progress.Start("Validation croisée", neighbourCounts.Count * 2 * alphas.Count);
        var trials = new List<SpreadingTrial>();
        foreach (int k in neighbourCounts)
        {
            foreach (EdgeWeights kernel in Enum.GetValues<EdgeWeights>())
            {
                using NeighbourGraph graph = widest.With(new GraphOptions { Neighbours = k, Weights = kernel }, cancellation);
                foreach (double alpha in alphas)
                {
                    using var trial = NewDisposeScope();
                    Tensor F = LabelSpreading.Spread(graph, Y, alpha, options, cancellation)
                        .index_select(0, labelled).view(-1, Folds, classCount);                                                // [L, 5, K]
                    Tensor own = fold.view(-1, 1, 1).expand(-1, 1, classCount);
                    trials.Add(new SpreadingTrial(k, kernel, alpha, Judge(ClassPredictions.FromMass(F.gather(1, own).squeeze(1), 0), truth)));
                    progress.Report(trials.Count);
                }
            }
        }

        return trials;
    }

    /// <summary>Spreads the known labels with the settings of a trial.</summary>
    /// <param name="widest">The graph that the trial was a part of.</param>
    /// <param name="trial">The settings.</param>
    /// <param name="cancellation">Stops the work.</param>
    public PropagationResult Spread(NeighbourGraph widest, SpreadingTrial trial, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(widest);
        ArgumentNullException.ThrowIfNull(trial);
        NeighbourGraph graph = widest.With(new GraphOptions { Neighbours = trial.Neighbours, Weights = trial.Kernel }, cancellation);
        return LabelSpreading.Fit(graph, Known, trial.Alpha, new() { ClassCount = _scenario.Data.Train.ClassCount, ShowsProgress = false }, cancellation);
    }

    /// <summary>A new network trained on some images for the experiment's number of steps; the last weights stay.</summary>
    /// <param name="indices">Numbers [M] of training images, int64.</param>
    /// <param name="labels">Labels [N] of all training images, int64, of which those of the M images are read.</param>
    /// <param name="cancellation">Stops the work.</param>
    public SimpleCnn TrainOn(Tensor indices, Tensor labels, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(labels);
        SimpleCnn model = NewModel();
        using var trainer = new Trainer(model, new TrainingOptions { Seed = _scenario.Seed });
        using IProgressTask progress = WorkContext.Progress.Start("Entraînement", _steps);
        var images = new LabelledImages(Images, indices, labels.index_select(0, indices));

        // In as many parts as chapter 1's rounds: the labelled images alone give the same network there and here.
        for (int part = 0; part < Parts; part++)
        {
            trainer.RunSteps(images, _steps / Parts, step => progress.Report((part * _steps / Parts) + step), cancellation);
        }

        return model;
    }

    /// <summary>The answers given to the unlabelled images against their hidden truth; having none is an error.</summary>
    /// <param name="answers">Answers for all training images.</param>
    public ClassificationReport OnHidden(ClassPredictions answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        using var scope = NewDisposeScope();
        return Judge(answers.Select(Split.UnlabelledIndices), _scenario.HiddenTruth);
    }

    /// <summary>Scores of a network on the test images.</summary>
    /// <param name="model">The network.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ClassificationReport OnTest(SimpleCnn model, CancellationToken cancellation = default) =>
        FewLabels.Judge(model, _scenario.Test, cancellation);

    /// <summary>The classes [N] that a network gives to the training images, with their probabilities.</summary>
    /// <param name="model">The network.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ClassPredictions Classify(SimpleCnn model, CancellationToken cancellation = default)
    {
        Tensor probabilities = Predictor.Probabilities(model, Images, cancellation: cancellation);
        return new ClassPredictions(probabilities, probabilities.argmax(1));
    }

    /// <summary>The labelled images, and the unlabelled ones to which the graph gives the class that a network gives them [M].</summary>
    /// <param name="spread">The graph's answers for all training images.</param>
    /// <param name="opinion">The network's.</param>
    public Tensor Agreed(ClassPredictions spread, ClassPredictions opinion)
    {
        ArgumentNullException.ThrowIfNull(spread);
        ArgumentNullException.ThrowIfNull(opinion);
        using var scope = NewDisposeScope();
        return Known.ge(0).logical_or(spread.Labels.eq(opinion.Labels)).nonzero().squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The labelled images, and the unlabelled ones that the graph has labelled [M].</summary>
    /// <param name="spread">The graph's answers for all training images.</param>
    public Tensor Answered(ClassPredictions spread)
    {
        ArgumentNullException.ThrowIfNull(spread);
        using var scope = NewDisposeScope();
        return Known.ge(0).logical_or(spread.Labels.ge(0)).nonzero().squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Labels [N] to train on: the known ones, elsewhere those of the graph.</summary>
    /// <param name="spread">The graph's answers for all training images.</param>
    public Tensor Labels(ClassPredictions spread)
    {
        ArgumentNullException.ThrowIfNull(spread);
        using var scope = NewDisposeScope();
        return where(Known.ge(0), Known, spread.Labels).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scenario.Dispose();
        Known.Dispose();
    }

    private static ClassificationReport Judge(ClassPredictions answers, Tensor truth) =>
        ClassificationReport.Compute(answers.Probabilities, truth, answers.Labels.cpu().data<long>().ToArray());
}
