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
        StepsPerRound = 16,
        Training = new TrainingOptions { BatchSize = 8, LearningRate = 5e-3 },
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
    public void Rounds_train_first_on_the_labelled_images_and_then_on_those_they_selected()
    {
        IReadOnlyList<PseudoLabelingRound> rounds = Run(Quick).Rounds;

        Assert.Equal([1, 2, 3], rounds.Select(round => round.Number));
        Assert.Equal(Labelled, rounds[0].TrainedOn);
        Assert.True(rounds[0].Kept.Count > 0, "nothing was selected: the test would prove nothing");
        Assert.Equal(Labelled + rounds[0].Kept.Count, rounds[1].TrainedOn);
        Assert.Equal(Labelled + rounds[1].Kept.Count, rounds[2].TrainedOn);
        Assert.Equal(Enumerable.Range(1, 3), rounds.Select(round => round.Pass.Epoch));
        Assert.Equal(Enumerable.Range(1, 48), _progress.Reports);
    }

    [Fact]
    public void Every_round_takes_the_same_number_of_steps_however_many_images_it_has()
    {
        using SimpleCnn model = NewModel();
        var batches = new List<long>();
        PseudoLabelingOptions options = Quick with
        {
            Training = Quick.Training with { Augmentation = new Change(images => { batches.Add(images.shape[0]); return images.clone(); }) },
        };
        IReadOnlyList<PseudoLabelingRound> rounds = [.. PseudoLabeling.Rounds(model, _data.First(Labelled), _data.Rest(Labelled), options)];

        Assert.True(rounds[^1].TrainedOn > Labelled);
        Assert.Equal(48, batches.Count);
    }

    [Fact]
    public void A_round_is_computed_when_the_loop_asks_for_it()
    {
        using SimpleCnn model = NewModel();
        using IEnumerator<PseudoLabelingRound> rounds =
            PseudoLabeling.Rounds(model, _data.First(Labelled), _data.Rest(Labelled), Quick).GetEnumerator();

        Assert.Empty(_progress.Reports);
        Assert.True(rounds.MoveNext());
        Assert.Equal(16, _progress.Reports.Count);
        rounds.Current.Kept.Dispose();  // the caller's to do away with
        Assert.True(rounds.MoveNext());
        Assert.Equal(32, _progress.Reports.Count);
    }

    [Fact]
    public void Leaving_the_loop_ends_its_progress()
    {
        using SimpleCnn model = NewModel();
        foreach (PseudoLabelingRound round in PseudoLabeling.Rounds(model, _data.First(Labelled), _data.Rest(Labelled), Quick))
        {
            Assert.Equal(0, _progress.Ended);
            break;
        }

        Assert.Equal(1, _progress.Ended);
    }

    [Fact]
    public void Rounds_never_write_to_the_original_labels()
    {
        long[] before = _data.Labels.data<long>().ToArray();
        LabelledImages labelled = _data.First(Labelled);
        long[] labelledBefore = labelled.Labels.data<long>().ToArray();

        // A threshold this low gives every image a temporary label, and the labelled ones many chances to be overwritten.
        Run(Quick with { Selection = new ConfidenceThreshold(0.01) }, labelled);

        Assert.Equal(before, _data.Labels.data<long>().ToArray());
        Assert.Equal(labelledBefore, labelled.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Evaluating_between_the_rounds_changes_nothing()
    {
        float[] Train(bool evaluates)
        {
            using SimpleCnn model = NewModel();
            foreach (PseudoLabelingRound round in PseudoLabeling.Rounds(model, _data.First(Labelled), _data.Rest(Labelled), Quick))
            {
                if (evaluates)
                {
                    Predictor.Probabilities(model, _validation.Images).Dispose();
                }
            }

            return TrainerTests.Flat(Predictor.Logits(model, _validation.Images));
        }

        Assert.Equal(Train(evaluates: false), Train(evaluates: true));
    }

    [Fact]
    public void CountByClass_counts_right_and_wrong_labels_by_predicted_class()
    {
        using Tensor truth = _data.Labels.narrow(0, Labelled, 120).clone();
        long[] real = truth.data<long>().ToArray();
        var probe = new RecordingRule(new ConfidenceThreshold(0.7));
        IReadOnlyList<PseudoLabelingRound> rounds = Run(Quick with { Selection = probe }).Rounds;

        for (int round = 0; round < rounds.Count; round++)
        {
            (long[] rows, long[] labels) = probe.Selections[round];
            PseudoLabelCount[] counts = rounds[round].Kept.CountByClass(truth, 3);
            Assert.Equal(rows.Length, counts.Sum(count => count.Total));
            for (int label = 0; label < 3; label++)
            {
                Assert.Equal(labels.Count(given => given == label), counts[label].Total);
                Assert.Equal(rows.Where((row, i) => labels[i] == label && real[row] == label).Count(), counts[label].Right);
            }
        }
    }

    [Fact]
    public void CountByClass_of_no_label_is_zero_everywhere()
    {
        using Tensor truth = _data.Labels.narrow(0, Labelled, 120).clone();
        using PseudoLabels none = new ConfidenceThreshold(0.999999).Select(full([120, 3], 1 / 3f));

        Assert.All(none.CountByClass(truth, 3), count => Assert.Equal(0, count.Total));
        Assert.Equal(3, none.CountByClass(truth, 3).Length);
    }

    [Fact]
    public void Each_option_changes_the_result()
    {
        float[] reference = Run(Quick).Logits;

        Assert.Equal(reference, Run(Quick).Logits);
        Assert.NotEqual(reference, Run(Quick with { Rounds = 2 }).Logits);
        Assert.NotEqual(reference, Run(Quick with { StepsPerRound = 12 }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Training = Quick.Training with { BatchSize = 16 } }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Training = Quick.Training with { LearningRate = 2e-3 } }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Training = Quick.Training with { Seed = 1 } }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Training = Quick.Training with { Augmentation = new Change(images => images.flip(3)) } }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Selection = new ConfidenceThreshold(0.95) }).Logits);
        Assert.NotEqual(reference, Run(Quick with { Selection = ClassBalanced.Top(5) }).Logits);
    }

    [Fact]
    public void Rounds_without_labelled_or_unlabelled_images_are_refused_before_the_loop()
    {
        using SimpleCnn model = NewModel();
        LabelledImages none = _data.First(0);
        LabelledImages all = _data.First(150);
        using Tensor rest = _data.Rest(Labelled);
        using Tensor noRest = _data.Rest(150);

        Assert.Throws<ArgumentException>(() => PseudoLabeling.Rounds(model, none, rest, Quick));
        Assert.Throws<ArgumentException>(() => PseudoLabeling.Rounds(model, all, noRest, Quick));
        Assert.Throws<ArgumentOutOfRangeException>(() => PseudoLabeling.Rounds(model, all, rest, Quick with { StepsPerRound = 0 }));
    }

    [Fact]
    public void Rounds_that_are_cancelled_stop_and_end_their_progress()
    {
        WorkContext.Cancellation = new CancellationToken(canceled: true);

        Assert.ThrowsAny<OperationCanceledException>(() => Run(Quick));
        Assert.Equal(1, _progress.Ended);
    }

    private static SimpleCnn NewModel()
    {
        random.manual_seed(7);
        return new SimpleCnn(1, 3, 4, 8);
    }

    private (IReadOnlyList<PseudoLabelingRound> Rounds, float[] Logits) Run(PseudoLabelingOptions options, LabelledImages? labelled = null)
    {
        using SimpleCnn model = NewModel();
        IReadOnlyList<PseudoLabelingRound> rounds = [.. PseudoLabeling.Rounds(model, labelled ?? _data.First(Labelled), _data.Rest(Labelled), options)];
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
