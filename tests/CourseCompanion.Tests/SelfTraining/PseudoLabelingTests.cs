using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.SelfTraining;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfTraining;

[Collection(WorkContextTests.Name)]
public sealed class PseudoLabelingTests : IDisposable
{
    private const int Labelled = 30;

    private static readonly PseudoLabelingOptions Quick = new()
    {
        Rounds = 3,
        EpochsPerRound = 4,
        BatchSize = 8,
        LearningRate = 5e-3,
        Selection = new ConfidenceThreshold(0.7),
    };

    private readonly IProgressDisplay _display = WorkContext.Progress;
    private readonly RecordingProgress _progress = new();
    private readonly ToyImages _data = new(perClass: 50);
    private readonly ToyImages _validation = new(perClass: 20, seed: 1);

    public PseudoLabelingTests() => WorkContext.Progress = _progress;

    public void Dispose()
    {
        WorkContext.Progress = _display;
        WorkContext.Cancellation = CancellationToken.None;
        _data.Dispose();
        _validation.Dispose();
    }

    [Fact]
    public void Run_trains_first_on_the_labelled_images_and_then_on_those_it_selected()
    {
        IReadOnlyList<PseudoLabelingRound> rounds = Run(Quick).Rounds;

        Assert.Equal([1, 2, 3], rounds.Select(round => round.Round));
        Assert.Equal(Labelled, rounds[0].TrainedOn);
        Assert.True(rounds[0].Added > 0, "nothing was selected: the test would prove nothing");
        Assert.Equal(Labelled + rounds[0].Added, rounds[1].TrainedOn);
        Assert.Equal(Labelled + rounds[1].Added, rounds[2].TrainedOn);
        Assert.All(rounds, round => Assert.Equal(4, round.Epochs.Count));
        Assert.Equal(Enumerable.Range(1, 12), rounds.SelectMany(round => round.Epochs).Select(epoch => epoch.Epoch));
        Assert.Equal(Enumerable.Range(1, 12), _progress.Reports);
    }

    [Fact]
    public void Run_never_writes_to_the_original_labels()
    {
        long[] before = _data.Labels.data<long>().ToArray();
        LabelledImages labelled = _data.First(Labelled);
        long[] labelledBefore = labelled.Labels.data<long>().ToArray();

        // A threshold this low gives every image a temporary label, and the labelled ones many chances to be overwritten.
        Run(Quick with { Selection = new ConfidenceThreshold(0.01) }, labelled: labelled);

        Assert.Equal(before, _data.Labels.data<long>().ToArray());
        Assert.Equal(labelledBefore, labelled.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Run_with_permuted_hidden_truth_gives_the_same_model_and_the_same_selections()
    {
        using Tensor truth = _data.Labels.narrow(0, Labelled, 120).clone();
        using Tensor shuffled = truth.flip(0).add(1).remainder(3);

        (IReadOnlyList<PseudoLabelingRound> Rounds, float[] Logits) known = Run(Quick, truth: truth);
        (IReadOnlyList<PseudoLabelingRound> Rounds, float[] Logits) wrong = Run(Quick, truth: shuffled);
        (IReadOnlyList<PseudoLabelingRound> Rounds, float[] Logits) unknown = Run(Quick);

        Assert.Equal(known.Logits, wrong.Logits);
        Assert.Equal(known.Logits, unknown.Logits);
        Assert.Equal(Added(known.Rounds), Added(wrong.Rounds));
        Assert.Equal(Added(known.Rounds), Added(unknown.Rounds));
        Assert.NotEqual(known.Rounds[^1].Right, wrong.Rounds[^1].Right);
        Assert.Null(unknown.Rounds[^1].Right);
    }

    [Fact]
    public void Run_on_a_split_set_uses_the_labels_of_the_labelled_part_alone()
    {
        using var scope = NewDisposeScope();
        using LabelledSplit split = LabelledSplit.PerClass(_data.Labels, 10);

        // The same set with every label outside the labelled part replaced.
        Tensor falsified = _data.Labels.add(1).remainder(3);
        falsified.index_copy_(0, split.LabelledIndices, _data.Labels.index_select(0, split.LabelledIndices));
        using var honest = new ImageSet(_data.Pixels.clone(), _data.Labels.clone(), 3);
        using var corrupt = new ImageSet(_data.Pixels.clone(), falsified, 3);
        long[] before = corrupt.Labels.data<long>().ToArray();

        float[] Train(ImageSet set)
        {
            using SimpleCnn model = NewModel();
            PseudoLabeling.Run(model, set, split, Quick);
            return TrainerTests.Flat(Predictor.Logits(model, _validation.Images));
        }

        Assert.Equal(Train(honest), Train(corrupt));
        Assert.Equal(before, corrupt.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Run_is_not_changed_by_what_the_evaluation_says()
    {
        using var test = new ToyImages(perClass: 10, seed: 2);
        ClassificationReport Honest(nn.Module<Tensor, Tensor> model)
        {
            using Tensor scores = Predictor.Probabilities(model, test.Images);
            return ClassificationReport.Compute(scores, test.Labels);
        }

        ClassificationReport Absurd(nn.Module<Tensor, Tensor> model) => ClassificationReport.Compute(new float[1, 3], [2]);

        (IReadOnlyList<PseudoLabelingRound> Rounds, float[] Logits) honest = Run(Quick, evaluate: Honest);
        (IReadOnlyList<PseudoLabelingRound> Rounds, float[] Logits) absurd = Run(Quick, evaluate: Absurd);

        Assert.Equal(honest.Logits, absurd.Logits);
        Assert.Equal(honest.Logits, Run(Quick).Logits);
        Assert.All(honest.Rounds, round => Assert.Equal(30, round.Evaluation!.Count));
    }

    [Fact]
    public void Run_counts_right_and_wrong_labels_by_predicted_class()
    {
        using Tensor truth = _data.Labels.narrow(0, Labelled, 120).clone();
        var probe = new RecordingRule(new ConfidenceThreshold(0.7));
        IReadOnlyList<PseudoLabelingRound> rounds = Run(Quick with { Selection = probe }, truth: truth).Rounds;

        for (int round = 0; round < rounds.Count; round++)
        {
            (long[] rows, long[] labels) = probe.Selections[round];
            long[] real = truth.data<long>().ToArray();
            Assert.Equal(rows.Length, rounds[round].Added);
            for (int label = 0; label < 3; label++)
            {
                Assert.Equal(labels.Count(given => given == label), rounds[round].PerClass[label].Added);
                Assert.Equal(
                    rows.Where((row, i) => labels[i] == label && real[row] == label).Count(), rounds[round].PerClass[label].Right);
            }

            Assert.Equal(rounds[round].Added, rounds[round].Right + rounds[round].Wrong);
        }
    }

    [Fact]
    public void Each_option_changes_the_result()
    {
        float[] reference = Run(Quick).Logits;

        Assert.Equal(reference, Run(Quick).Logits);
        Assert.NotEqual(reference, Run(Quick with { Rounds = 2 }).Logits);
        Assert.NotEqual(reference, Run(Quick with { EpochsPerRound = 3 }).Logits);
        Assert.NotEqual(reference, Run(Quick with { BatchSize = 16 }).Logits);
        Assert.NotEqual(reference, Run(Quick with { LearningRate = 2e-3 }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Seed = 1 }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Selection = new ConfidenceThreshold(0.95) }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Selection = ClassBalanced.Top(5) }).Logits);
        Assert.NotEqual(reference, Run(Quick with { RestartEachRound = true }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Calibrate = true }).Logits);
    }

    [Fact]
    public void Restarting_each_round_with_nothing_selected_repeats_the_first_round()
    {
        PseudoLabelingOptions options = Quick with { RestartEachRound = true, Selection = new ConfidenceThreshold(0.999999) };
        IReadOnlyList<PseudoLabelingRound> rounds = Run(options).Rounds;

        Assert.Equal(0, rounds[0].Added);
        Assert.Equal(rounds[0].Epochs.Select(epoch => epoch.Loss), rounds[1].Epochs.Select(epoch => epoch.Loss));
    }

    [Fact]
    public void Calibration_fits_a_temperature_in_each_round()
    {
        IReadOnlyList<PseudoLabelingRound> rounds = Run(Quick with { Calibrate = true }).Rounds;

        Assert.All(rounds, round => Assert.NotEqual(1, round.Temperature));
        Assert.All(Run(Quick).Rounds, round => Assert.Equal(1, round.Temperature));
    }

    [Fact]
    public void Calibration_without_validation_images_is_refused() =>
        Assert.Contains("validation images", Assert.Throws<ArgumentException>(() =>
        {
            using SimpleCnn model = NewModel();
            LabelledImages labelled = _data.First(Labelled);
            using Tensor rest = _data.Rest(Labelled);
            PseudoLabeling.Run(model, labelled, rest, Quick with { Calibrate = true });
        }).Message, StringComparison.Ordinal);

    [Fact]
    public void Run_without_labelled_or_unlabelled_images_is_refused()
    {
        using SimpleCnn model = NewModel();
        LabelledImages none = _data.First(0);
        LabelledImages all = _data.First(150);
        using Tensor rest = _data.Rest(Labelled);
        using Tensor noRest = _data.Rest(150);

        Assert.Throws<ArgumentException>(() => PseudoLabeling.Run(model, none, rest, Quick));
        Assert.Throws<ArgumentException>(() => PseudoLabeling.Run(model, all, noRest, Quick));
    }

    [Fact]
    public void Run_that_is_cancelled_stops_and_ends_its_progress()
    {
        WorkContext.Cancellation = new CancellationToken(canceled: true);

        Assert.ThrowsAny<OperationCanceledException>(() => Run(Quick));
        Assert.Equal(1, _progress.Ended);
    }

    private static long[] Added(IReadOnlyList<PseudoLabelingRound> rounds) =>
        [.. rounds.SelectMany(round => round.PerClass.Select(label => label.Added))];

    private static SimpleCnn NewModel()
    {
        random.manual_seed(7);
        return new SimpleCnn(1, 3, 4, 8);
    }

    private (IReadOnlyList<PseudoLabelingRound> Rounds, float[] Logits) Run(
        PseudoLabelingOptions options,
        Tensor? truth = null,
        Func<nn.Module<Tensor, Tensor>, ClassificationReport>? evaluate = null,
        LabelledImages? labelled = null)
    {
        using var scope = NewDisposeScope();
        using SimpleCnn model = NewModel();
        IReadOnlyList<PseudoLabelingRound> rounds = PseudoLabeling.Run(
            model, labelled ?? _data.First(Labelled), _data.Rest(Labelled), options, _validation.All, truth, evaluate);
        return (rounds, TrainerTests.Flat(Predictor.Logits(model, _validation.Images)));
    }

    /// <summary>Another rule, whose selections are written down.</summary>
    private sealed class RecordingRule(ISelectionRule rule) : ISelectionRule
    {
        public List<(long[] Rows, long[] Labels)> Selections { get; } = [];

        public PseudoLabels Select(Tensor probabilities)
        {
            PseudoLabels selected = rule.Select(probabilities);
            Selections.Add((selected.Rows.data<long>().ToArray(), selected.Labels.data<long>().ToArray()));
            return selected;
        }
    }
}
