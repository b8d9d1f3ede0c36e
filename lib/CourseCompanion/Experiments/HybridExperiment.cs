using CourseCompanion.Augmentations;
using CourseCompanion.Consistency;
using CourseCompanion.Evaluation;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.SelfTraining;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using CourseCompanion.Transfer;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>The pipeline with its parts switched on up to one of them.</summary>
/// <param name="Key">Name of that part in results.</param>
/// <param name="Name">Its French name.</param>
/// <param name="TrainedOn">Labelled and temporarily labelled images that the network learnt from.</param>
/// <param name="LabelsRight">Share of these labels that are right: to look behind the scenes only.</param>
/// <param name="Test">Scores on the test images.</param>
public sealed record HybridStage(string Key, string Name, long TrainedOn, double LabelsRight, ClassificationReport Test);

/// <summary>
/// Chapter 7: everything at once. A network is pretrained without labels, gets labels from a graph, gets more from a network, and is asked to agree with
/// itself; the parts are switched on one by one. The notebook and <c>course bench hybrid</c> run the same.
/// </summary>
/// <remarks>
/// Every stage trains one network for the same number of steps, with the same views, learning rate, batches and averaging; all but the first begin with
/// the same encoder. The labels of a stage come from the stage before: what they cost is that network. No label besides the few known ones is used, and
/// nothing is chosen, so no validation image either; the test images judge each stage once.
/// </remarks>
/// <param name="scenario">The images and the few labels.</param>
/// <param name="newEncoder">A new encoder of the shape of the pretrained one, with the initial weights of the seed.</param>
/// <param name="views">What a weak and a strong view of an image are.</param>
/// <param name="steps">Optimiser steps of each network.</param>
/// <param name="unlabelled">How many of the unlabelled images are used, the first ones; all if null.</param>
public sealed class HybridExperiment(FewLabels scenario, Func<Encoder> newEncoder, MedicalViews views, int steps = 300, int? unlabelled = null)
{
    /// <summary>The parts in the order in which they are switched on.</summary>
    public static readonly IReadOnlyList<(string Key, string Name)> Parts =
    [
        ("alone", "Étiquettes seules"),
        ("pretraining", "Préentraînement"),
        ("graph", "Graphe"),
        ("pseudo_labels", "Pseudo-étiquettes"),
        ("consistency", "Cohérence"),
    ];

    private const double LearningRate = 0.03, Threshold = 0.95, Alpha = 0.99, KeptShare = 0.5;

    /// <summary>Runs all stages.</summary>
    /// <param name="pretrained">The pretrained encoder; left as it is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>One stage for each of <see cref="Parts"/>.</returns>
    public IReadOnlyList<HybridStage> Run(Encoder pretrained, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        using var scope = NewDisposeScope();
        var stages = new List<HybridStage>();

        // 1. The few labels, from random weights; then from the pretrained ones.
        Stage(null, new SupervisedOnly()).Dispose();
        Stage(pretrained, new SupervisedOnly()).Dispose();

        // 2. More labels, from the graph of what the encoder sees.
        Classifier model = Stage(pretrained, new SupervisedOnly(), FromGraph(pretrained, cancellation));

        // 3. Other labels, from the network that has learnt those: it may contradict them.
        (Tensor Rows, Tensor Labels) revised = FromNetwork(model, cancellation);
        model.Dispose();
        Stage(pretrained, new SupervisedOnly(), revised).Dispose();

        // 4. The same labels, and agreement between views of all the other images.
        Stage(pretrained, new FixMatch(Threshold), revised).Dispose();
        return stages;

        Classifier Stage(Encoder? start, SemiSupervisedMethod method, (Tensor Rows, Tensor Labels)? temporary = null)
        {
            using (method)
            {
                (string key, string name) = Parts[stages.Count];
                Classifier trained = Train(start, method, With(temporary), name, cancellation);
                long added = temporary?.Rows.shape[0] ?? 0, known = scenario.Labelled.Count;
                long right = known + (temporary is { } own ? own.Labels.eq(scenario.HiddenTruth.index_select(0, own.Rows)).sum().item<long>() : 0);
                stages.Add(new HybridStage(key, name, known + added, right / (double)(known + added), FewLabels.Judge(trained, scenario.Test, cancellation)));
                return trained;
            }
        }
    }

    private Tensor Unlabelled => scenario.Unlabelled.narrow(0, 0, Math.Min(unlabelled ?? int.MaxValue, scenario.Unlabelled.shape[0]));

    /// <summary>The surest half of what arrives at the unlabelled images, class by class.</summary>
    private (Tensor Rows, Tensor Labels) FromGraph(Encoder encoder, CancellationToken cancellation)
    {
        Tensor points = cat([scenario.Labelled.Indices, Unlabelled], 0);                                                 // [L + U]
        Tensor features = Predictor.Apply(encoder, encoder.call, scenario.Images, points, cancellation: cancellation);   // [L + U, D]
        using NeighbourGraph graph = NeighbourGraph.Build(features, new GraphOptions { Metric = DistanceMetric.Cosine }, cancellation);
        PropagationResult spread = LabelSpreading.Fit(
            graph,
            cat([scenario.Labelled.Labels, full_like(Unlabelled, KnownLabels.Unknown)], 0),
            Alpha,
            new PropagationOptions { ClassCount = scenario.Data.Train.ClassCount },
            cancellation);
        ClassPredictions arrived = spread.Select(arange(scenario.Labelled.Count, points.shape[0], ScalarType.Int64, points.device));
        Tensor reached = arrived.Labels.ge(0).nonzero().flatten();                                                    // no label: no answer
        PseudoLabels kept = ClassBalanced.Proportion(KeptShare).Select(arrived.Probabilities.index_select(0, reached));
        return (reached.index_select(0, kept.Rows), kept.Labels);
    }

    /// <summary>The surest half of what a network answers for the unlabelled images, class by class, above the threshold.</summary>
    private (Tensor Rows, Tensor Labels) FromNetwork(Classifier model, CancellationToken cancellation)
    {
        Tensor probabilities = Predictor.Probabilities(model, scenario.Images, Unlabelled, cancellation: cancellation);   // [U, K]
        PseudoLabels kept = ClassBalanced.Proportion(KeptShare, Threshold).Select(probabilities);
        return (kept.Rows, kept.Labels);
    }

    /// <summary>
    /// The known labels and temporary ones, half of a batch each on the average: the known ones are repeated, or a handful of sure labels would drown in
    /// thousands of doubtful ones (the two parts of the loss of Lee, 2013, weigh the same).
    /// </summary>
    private LabelledImages With((Tensor Rows, Tensor Labels)? temporary)
    {
        LabelledImages known = scenario.Labelled;
        if (temporary is not (var rows, var labels))
        {
            return known;
        }

        long times = Math.Max(1, rows.shape[0] / known.Count);
        return new LabelledImages(
            scenario.Images,
            cat([known.Indices.repeat(times), Unlabelled.index_select(0, rows)], 0),
            cat([known.Labels.repeat(times), labels], 0));
    }

    private Classifier Train(Encoder? start, SemiSupervisedMethod method, LabelledImages labelled, string title, CancellationToken cancellation)
    {
        using Classifier model = NewClassifier(start);
        Classifier averaged = NewClassifier(start);
        using var trainer = new SemiSupervisedTrainer(model, averaged, method, labelled, Unlabelled, new SemiSupervisedOptions
        {
            Steps = steps,
            LearningRate = LearningRate,
            Weak = views.Mild,
            Strong = views.Strong,
            Seed = scenario.Seed,
        });
        using IProgressTask progress = WorkContext.Progress.Start(title, steps);
        trainer.Run(onStep: (_, _) => progress.Report(trainer.StepsDone), cancellation: cancellation);
        return averaged;
    }

    private Classifier NewClassifier(Encoder? start)
    {
        Encoder encoder = newEncoder();
        if (start is not null)
        {
            using WeightSnapshot weights = WeightSnapshot.Take(start);
            weights.Restore(encoder);
        }

        random.manual_seed(scenario.Seed);
        return new Classifier(encoder, scenario.Data.Train.ClassCount, hidden: 0, device: scenario.Images.Device);
    }
}
