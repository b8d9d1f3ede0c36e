using CourseCompanion.Consistency;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Tests.Work;

namespace CourseCompanion.Tests.Experiments;

/// <summary>What the networks of chapters 3 and 4 have learnt of generated images after a few hundred steps: far more than guessing.</summary>
[Collection(WorkContextTests.Name)]
public sealed class LearningTests : IDisposable
{
    private const int Steps = 300;

    private readonly TemporaryFolder _empty = new();
    private readonly MedicalDataset _data;
    private readonly FewLabels _scenario;

    public LearningTests()
    {
        _data = MedicalDataset.Load("dermamnist", new DataOptions { Directory = _empty.Path, CacheDirectory = _empty.Path, Offline = true });
        _scenario = new FewLabels(_data, seed: 42);
    }

    public void Dispose()
    {
        _scenario.Dispose();
        _data.Dispose();
        _empty.Dispose();
    }

    [Theory]
    [InlineData("supervised")]
    [InlineData("mean_teacher")]
    [InlineData("fixmatch")]
    public void Methods_of_chapter_4_learn(string name)
    {
        var experiment = new ConsistencyExperiment(_scenario, Steps);
        Func<SimpleCnn, SemiSupervisedMethod> build = name == "mean_teacher"
            ? student => new MeanTeacher(student, _scenario.NewModel(), weight: 1)
            : experiment.Methods.Single(method => method.Name == name).Build;

        using ConsistencyRun run = experiment.Train(build);

        Learnt(experiment.OnTest(run));
    }

    [Fact]
    public void The_discriminator_of_chapter_3_learns_to_classify()
    {
        using SganRun run = new SganExperiment(_scenario, Steps).Train();

        Learnt(FewLabels.Judge(run.Model, _scenario.Test));
    }

    private static void Learnt(ClassificationReport report)
    {
        Assert.InRange(report.MacroAuc, 0.7, 1);
        Assert.True(report.BalancedAccuracy > 2 * report.Baseline.BalancedAccuracy, $"{report.BalancedAccuracy}");
    }
}
