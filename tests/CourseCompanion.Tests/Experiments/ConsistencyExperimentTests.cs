using CourseCompanion.Consistency;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Experiments;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Experiments;

[Collection(WorkContextTests.Name)]
public sealed class ConsistencyExperimentTests : IDisposable
{
    private readonly MedicalDataset _data = MedicalDataset.Load("breastmnist", new DataOptions { Offline = true });

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Hidden_labels_are_looked_at_and_teach_nothing()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        (float[] before, double right) = Train(scenario);

        // Wherever the experiment could still read them, all hidden labels are wrong now.
        using Tensor wrong = scenario.HiddenTruth.neg().add(1);
        _data.Train.Labels.index_copy_(0, scenario.Unlabelled, wrong);
        scenario.HiddenTruth.copy_(wrong);
        (float[] after, double rightNow) = Train(scenario);

        Assert.Equal(before, after);
        Assert.Equal(1, right + rightNow, 1e-6);
    }

    [Fact]
    public void Shares_of_guesses_are_those_of_the_last_part()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        var experiment = new ConsistencyExperiment(scenario, steps: 20);
        using ConsistencyRun all = experiment.Train(_ => new FixMatch(threshold: 0));
        using ConsistencyRun none = experiment.Train(_ => new SupervisedOnly());

        Assert.All(all.Parts, part => Assert.Equal(1, part.Kept));
        Assert.All(none.Parts, part => Assert.True(double.IsNaN(part.Kept)));
        Assert.Equal([2, 4, 6, 8, 10, 12, 14, 16, 18, 20], all.Parts.Select(part => part.Step));
        Assert.Equal([StepLosses.Labelled, StepLosses.Unlabelled], all.Parts[0].Losses.Keys);
    }

    [Fact]
    public void Thresholds_of_a_part_are_the_mean_over_its_steps()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        var experiment = new ConsistencyExperiment(scenario, steps: 20);
        int step = 0;
        using ConsistencyRun moving = experiment.Train(_ => new CustomMethod("moving", (student, batch) =>
            new StepLosses(new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(student.call(batch.Labelled), batch.Labels)))
            {
                Thresholds = tensor([step++, 0.5f]),
            }));
        using ConsistencyRun still = experiment.Train(_ => new FixMatch());

        Assert.Equal(new double[] { 0.5, 0.5 }, moving.Parts[0].Thresholds);
        Assert.Equal(new double[] { 18.5, 0.5 }, moving.Parts[^1].Thresholds);
        Assert.All(still.Parts, part => Assert.Empty(part.Thresholds));
    }

    [Fact]
    public void Every_method_of_the_chapter_trains_and_the_first_is_the_baseline()
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        var experiment = new ConsistencyExperiment(scenario, steps: 10);
        Assert.Equal("supervised", experiment.Methods[0].Name);
        Assert.All(experiment.Methods, method =>
        {
            using ConsistencyRun run = experiment.Train(method.Build);
            Assert.InRange(run.Validation.MacroAuc, 0.2, 1);
        });
        Assert.Equal(
            typeof(FixMatch).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(SemiSupervisedMethod)) && type.Namespace == typeof(FixMatch).Namespace),
            experiment.Methods.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(25)]
    public void Steps_that_do_not_make_equal_parts_are_refused(int steps)
    {
        using var scenario = new FewLabels(_data, seed: 3, perClass: 20);
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new ConsistencyExperiment(scenario, steps));
        Assert.Contains("multiple of 10", exception.Message, StringComparison.Ordinal);
    }

    private static (float[] Weights, double Right) Train(FewLabels scenario)
    {
        using ConsistencyRun run = new ConsistencyExperiment(scenario, steps: 10).Train(_ => new FixMatch(threshold: 0));
        using var scope = NewDisposeScope();
        return ([.. run.Model.parameters().SelectMany(weights => weights.detach().contiguous().data<float>().ToArray())], run.Parts[^1].Right);
    }
}
