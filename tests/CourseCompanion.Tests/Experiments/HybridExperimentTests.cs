using CourseCompanion.Augmentations;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Experiments;

[Collection(WorkContextTests.Name)]
public sealed class HybridExperimentTests : IDisposable
{
    private readonly MedicalDataset _data = MedicalDataset.Load("breastmnist", new DataOptions { Offline = true });

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Hidden_labels_are_counted_and_teach_nothing()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        IReadOnlyList<HybridStage> before = Run(scenario);

        // Wherever the experiment could still read them, all hidden labels are wrong now.
        using Tensor wrong = scenario.HiddenTruth.neg().add(1);
        _data.Train.Labels.index_copy_(0, scenario.Unlabelled, wrong);
        scenario.HiddenTruth.copy_(wrong);
        IReadOnlyList<HybridStage> after = Run(scenario);

        Assert.Equal(HybridExperiment.Parts.Select(part => part.Key), before.Select(stage => stage.Key));
        Assert.All(before.Zip(after), pair =>
        {
            Assert.Equal(pair.First.Test.Predicted, pair.Second.Test.Predicted);
            Assert.Equal(pair.First.TrainedOn, pair.Second.TrainedOn);

            // The 40 known labels stay right, the temporary ones were right where they are wrong now.
            double temporary = pair.First.TrainedOn - 40;
            Assert.Equal(40 + pair.First.TrainedOn, (pair.First.LabelsRight + pair.Second.LabelsRight) * pair.First.TrainedOn, 1e-6);
            Assert.True(temporary >= 0);
        });
        Assert.Equal([40L, 40L], before.Take(2).Select(stage => stage.TrainedOn));
        Assert.InRange(before[2].TrainedOn, 41, 40 + (scenario.Unlabelled.shape[0] / 2) + 1);
        Assert.Equal(before[3].TrainedOn, before[4].TrainedOn);
    }

    [Fact]
    public void The_pretrained_encoder_is_left_as_it_is()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        using ResNet encoder = NewEncoder(scenario);
        using Tensor before = encoder.parameters().First().clone();
        new HybridExperiment(scenario, () => NewEncoder(scenario), MedicalViews.BrainScans, steps: 1).Run(encoder);

        Assert.True(before.Equals(encoder.parameters().First()));
    }

    [Fact]
    public void Labels_are_bought_as_asked()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        LabelledFeatures Draw(int count)
        {
            Tensor labels = arange(count, ScalarType.Int64).remainder(3);
            return new LabelledFeatures(nn.functional.one_hot(labels, 3).@float().mul(3).add(randn([count, 3], generator: generator)), labels);
        }

        LabelledFeatures pool = Draw(150), validation = Draw(30), judges = Draw(150);
        var experiment = new ActiveSelfTraining(pool, validation, judges, 3);

        IReadOnlyList<LabellingRound> plain = experiment.Run(2, 9, 2, uncertainty: null, threshold: null, seed: 1);
        IReadOnlyList<LabellingRound> both = experiment.Run(2, 9, 2, Uncertainty.Margin, 0.9, seed: 1);

        Assert.Equal([6, 15, 24], plain.Select(round => round.Labels));
        Assert.All(plain, round => Assert.Equal((0, 1.0), (round.PseudoLabels, round.Temperature)));
        Assert.All(both, round => Assert.True(round.PseudoLabels > 0 && round.PseudoRight > 0.8 && round.BalancedAccuracy > 0.8));
        Assert.Equal(both, experiment.Run(2, 9, 2, Uncertainty.Margin, 0.9, seed: 1));
    }

    private static IReadOnlyList<HybridStage> Run(FewLabels scenario)
    {
        using ResNet encoder = NewEncoder(scenario);
        return new HybridExperiment(scenario, () => NewEncoder(scenario), MedicalViews.BrainScans, steps: 2).Run(encoder);
    }

    private static ResNet NewEncoder(FewLabels scenario)
    {
        random.manual_seed(scenario.Seed);
        return new ResNet([1, 1, 1, 1], 1, 0.125, ResNetStem.Large);
    }
}
