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
public sealed class HybridExperiment(FewLabels scenario, Func<Encoder> newEncoder, MedicalViews views, int steps = 300)
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
        Stage(null, new SupervisedOnly(), scenario.Labelled).Dispose();
        Stage(pretrained, new SupervisedOnly(), scenario.Labelled).Dispose();

        // 2. More labels, from the graph of what the encoder sees.
        Classifier model = Stage(pretrained, new SupervisedOnly(), With(FromGraph(pretrained, cancellation)));

        // 3. Other labels, from the network that has learnt those: it may contradict them.
        LabelledImages revised = With(FromNetwork(model, cancellation));
        model.Dispose();
        Stage(pretrained, new SupervisedOnly(), revised).Dispose();

        // 4. The same labels, and agreement between views of all the other images.
        Stage(pretrained, new FixMatch(Threshold), revised).Dispose();
        return stages;

        Classifier Stage(Encoder? start, SemiSupervisedMethod method, LabelledImages labelled)
        {
            using (method)
            {
                Classifier trained = Train(start, method, labelled, Parts[stages.Count].Name, cancellation);
                using Tensor right = labelled.Labels.eq(scenario.Data.Train.Labels.index_select(0, labelled.Indices)).@double().mean();
                stages.Add(new HybridStage(
                    Parts[stages.Count].Key, Parts[stages.Count].Name, labelled.Count, right.item<double>(), FewLabels.Judge(trained, scenario.Test, cancellation)));
                return trained;
            }
        }
    }

    /// <summary>The surest half of what arrives at the unlabelled images, class by class.</summary>
    private (Tensor Rows, Tensor Labels) FromGraph(Encoder encoder, CancellationToken cancellation)
    {
        Tensor features = Predictor.Apply(encoder, encoder.call, scenario.Images, cancellation: cancellation);           // [N, D]
        using NeighbourGraph graph = NeighbourGraph.Build(features, new GraphOptions { Metric = DistanceMetric.Cosine }, cancellation);
        PropagationResult spread = LabelSpreading.Fit(
            graph,
            KnownLabels.Only(scenario.Data.Train.Labels, scenario.Split.LabelledIndices),
            Alpha,
            new PropagationOptions { ClassCount = scenario.Data.Train.ClassCount },
            cancellation);
        ClassPredictions unlabelled = spread.Select(scenario.Unlabelled);
        Tensor reached = unlabelled.Labels.ge(0).nonzero().flatten();                                                    // no label: no answer
        PseudoLabels kept = ClassBalanced.Proportion(KeptShare).Select(unlabelled.Probabilities.index_select(0, reached));
        return (reached.index_select(0, kept.Rows), kept.Labels);
    }

    /// <summary>The surest half of what a network answers for the unlabelled images, class by class, above the threshold.</summary>
    private (Tensor Rows, Tensor Labels) FromNetwork(Classifier model, CancellationToken cancellation)
    {
        Tensor probabilities = Predictor.Probabilities(model, scenario.Images, scenario.Unlabelled, cancellation: cancellation);   // [U, K]
        PseudoLabels kept = ClassBalanced.Proportion(KeptShare, Threshold).Select(probabilities);
        return (kept.Rows, kept.Labels);
    }

    /// <summary>The known labels, followed by temporary ones.</summary>
    private LabelledImages With((Tensor Rows, Tensor Labels) temporary) => new(
        scenario.Images,
        cat([scenario.Labelled.Indices, scenario.Unlabelled.index_select(0, temporary.Rows)], 0),
        cat([scenario.Labelled.Labels, temporary.Labels], 0));

    private Classifier Train(Encoder? start, SemiSupervisedMethod method, LabelledImages labelled, string title, CancellationToken cancellation)
    {
        using Classifier model = NewClassifier(start);
        Classifier averaged = NewClassifier(start);
        using var trainer = new SemiSupervisedTrainer(model, averaged, method, labelled, scenario.Unlabelled, new SemiSupervisedOptions
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
