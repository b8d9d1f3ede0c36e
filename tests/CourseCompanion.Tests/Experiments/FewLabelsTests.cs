using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Experiments;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.SelfTraining;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Experiments;

/// <summary>The scenario of chapters 1 and 2, and what both experiments make of it.</summary>
[Collection(WorkContextTests.Name)]
public sealed class FewLabelsTests : IDisposable
{
    private const int PerClass = 20;

    private readonly MedicalDataset _data = MedicalDataset.Load("breastmnist", new DataOptions { Offline = true });

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Hidden_labels_reach_no_network_and_no_choice()
    {
        using var scenario = new FewLabels(_data, seed: 3, PerClass);
        using var graph = new GraphPropagationExperiment(_data, seed: 3, steps: 10, PerClass);
        float[] before = Everything(scenario, graph);

        // Wherever an experiment could still read them, all hidden labels are wrong now.
        using Tensor wrong = scenario.HiddenTruth.neg().add(1);
        _data.Train.Labels.index_copy_(0, scenario.Unlabelled, wrong);
        scenario.HiddenTruth.copy_(wrong);
        Assert.Equal(before, Everything(scenario, graph));

        // One wrong label among those that may be read is noticed.
        scenario.Labelled.Labels[0] = scenario.Labelled.Labels[0].neg().add(1);
        Assert.NotEqual(before, Everything(scenario, graph));
    }

    [Fact]
    public void Labelled_images_alone_give_both_experiments_the_same_network()
    {
        using var scenario = new FewLabels(_data, seed: 3, PerClass);
        using var graph = new GraphPropagationExperiment(_data, seed: 3, steps: 35, PerClass);

        // 40 images make two batches: parts of seven steps do not end with a pass.
        using TrainedNetwork there = new PseudoLabelingExperiment(scenario, rounds: 5, stepsPerRound: 7).TrainAlone();
        using SimpleCnn here = graph.TrainOn(graph.Split.LabelledIndices, graph.Known);

        Assert.Equal(Flat(there.Model), Flat(here));
    }

    [Fact]
    public void Validation_has_as_few_labels_of_each_class_and_the_test_set_is_whole()
    {
        using var scenario = new FewLabels(_data, seed: 3, PerClass, validationPerClass: 6);

        Assert.Equal([6, 6], scenario.Validation.Labels.bincount(null, 2).data<long>().ToArray());
        Assert.Equal(_data.Validation.Count, scenario.WholeValidation.Count);
        Assert.Equal(_data.Test.Count, scenario.Test.Count);
        Assert.Equal([PerClass, PerClass], scenario.Labelled.Labels.bincount(null, 2).data<long>().ToArray());
        Assert.Equal(_data.Train.Count, scenario.Labelled.Count + scenario.Unlabelled.shape[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void Steps_that_do_not_part_evenly_are_refused(int steps) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GraphPropagationExperiment(_data, seed: 3, steps, PerClass));

    /// <summary>The outputs of every network of both chapters, the best trial of the grid among what leads to them.</summary>
    private float[] Everything(FewLabels scenario, GraphPropagationExperiment graph)
    {
        using var scope = NewDisposeScope();
        var pseudo = new PseudoLabelingExperiment(scenario, rounds: 2, stepsPerRound: 5);
        SimpleCnn encoder = graph.TrainWithPseudoLabels(new PseudoLabelingOptions { Rounds = 2, StepsPerRound = 5 });
        using NeighbourGraph widest = NeighbourGraph.Build(
            graph.Embed(encoder), new GraphOptions { Neighbours = GraphPropagationExperiment.NeighbourCounts.Max() });
        PropagationResult spread = graph.Spread(widest, graph.CrossValidate(widest).MaxBy(trial => trial.Report.BalancedAccuracy)!);
        Tensor labels = graph.Labels(spread);
        return
        [
            .. Flat(pseudo.TrainAlone().Model),
            .. Flat(pseudo.TrainAlone(augmentation: PseudoLabelingExperiment.WeakAugmentation).Model),
            .. Flat(pseudo.TryLearningRates().MaxBy(run => run.Validation.BalancedAccuracy)!.Model),
            .. Flat(pseudo.TrainWithPseudoLabels(new ConfidenceThreshold(0.6)).Model),
            .. Flat(pseudo.TrainWithPseudoLabels(ClassBalanced.Top(10)).Model),
            .. Flat(graph.TrainOn(graph.Answered(spread), labels)),
            .. Flat(graph.TrainOn(graph.Agreed(spread, graph.Classify(encoder)), labels)),
        ];
    }

    private float[] Flat(SimpleCnn model) => TrainerTests.Flat(Predictor.Probabilities(model, _data.Test));
}
