using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Experiments;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Experiments;

/// <summary>Chapter 3's experiment.</summary>
[Collection(WorkContextTests.Name)]
public sealed class SganExperimentTests : IDisposable
{
    private readonly MedicalDataset _data = MedicalDataset.Load("breastmnist", new DataOptions { Offline = true });

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Hidden_labels_reach_neither_the_networks_nor_the_images()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        float[] before = Everything(scenario);
        using Tensor wrong = scenario.HiddenTruth.neg().add(1);
        _data.Train.Labels.index_copy_(0, scenario.Unlabelled, wrong);
        scenario.HiddenTruth.copy_(wrong);
        Assert.Equal(before, Everything(scenario));

        scenario.Labelled.Labels[0] = scenario.Labelled.Labels[0].neg().add(1);
        Assert.NotEqual(before, Everything(scenario));
    }

    [Fact]
    public void Moments_follow_the_training_in_equal_parts()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        using SganRun run = new SganExperiment(scenario, steps: 20).Train();

        Assert.Equal(Enumerable.Range(1, 10).Select(part => 2 * part), run.Moments.Select(moment => moment.Step));
        Assert.All(run.Moments, moment =>
        {
            Assert.Equal(["generator", "labelled", "unlabelled"], moment.Losses.Keys.Order(StringComparer.Ordinal));
            Assert.All(moment.Losses.Values, loss => Assert.True(loss > 0 && double.IsFinite(loss)));
            Assert.InRange(moment.RealCalledReal, 0, 1);
            Assert.InRange(moment.GeneratedCalledReal, 0, 1);
            Assert.InRange(moment.Diversity, 0, 10);
            Assert.Equal([12, 1, 28, 28], moment.Samples.shape);
        });
        Assert.NotEqual(TrainerTests.Flat(run.Moments[0].Samples.to(ScalarType.Float32)), TrainerTests.Flat(run.Moments[^1].Samples.to(ScalarType.Float32)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1005)]
    public void Steps_that_do_not_part_evenly_are_refused(int steps)
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SganExperiment(scenario, steps));
    }

    private float[] Everything(FewLabels scenario)
    {
        var experiment = new SganExperiment(scenario, steps: 10);
        using SganRun sgan = experiment.Train(augmentation: PseudoLabelingExperiment.WeakAugmentation), alone = experiment.TrainAlone();
        using var scope = NewDisposeScope();
        return
        [
            .. TrainerTests.Flat(Predictor.Probabilities(sgan.Model, _data.Test)),
            .. TrainerTests.Flat(Predictor.Probabilities(alone.Model, _data.Test)),
            .. TrainerTests.Flat(sgan.Moments[^1].Samples.to(ScalarType.Float32)),
        ];
    }
}
