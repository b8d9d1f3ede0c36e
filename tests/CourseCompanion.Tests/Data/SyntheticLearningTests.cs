using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data;

/// <summary>Whether the look-alikes are worth training on: learnable, not trivial, and better learnt with more labels.</summary>
public sealed class SyntheticLearningTests : IDisposable
{
    private readonly TemporaryFolder _empty = new();
    private readonly MedicalDataset _data;

    public SyntheticLearningTests() =>
        _data = MedicalDataset.Load("dermamnist", new DataOptions { Directory = _empty.Path, CacheDirectory = _empty.Path, Offline = true });

    public void Dispose()
    {
        _data.Dispose();
        _empty.Dispose();
    }

    [Fact]
    public void Train_AllLabels_LandsBetween70And90Percent_AndFewLabelsFarBelow()
    {
        Assert.True(_data.Provenance.IsSynthetic);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using LabelledSplit split = LabelledSplit.PerClass(_data.Train.Labels);

        ClassificationReport all = Train(arange(_data.Train.Count), epochs: 4);
        ClassificationReport few = Train(split.LabelledIndices, epochs: 20);

        Assert.InRange(all.Accuracy, 0.70, 0.90);
        Assert.InRange(all.MacroAuc, 0.85, 0.99);
        Assert.True(all.Accuracy > all.Baseline.Accuracy + 0.05);
        Assert.InRange(few.MacroAuc, 0.70, all.MacroAuc - 0.03);
        Assert.InRange(few.Accuracy, 0.35, all.Accuracy - 0.1);
    }

    private ClassificationReport Train(Tensor indices, int epochs)
    {
        random.manual_seed(1);
        using SimpleCnn model = new(3, _data.Info.ClassCount);
        using ResidentImages train = new(_data.Train.Images);
        using ResidentImages test = new(_data.Test.Images);
        using Trainer trainer = new(model, new TrainingOptions { Epochs = epochs, BatchSize = 96, Seed = 1 });
        trainer.Fit(new LabelledImages(train, indices, _data.Train.Labels.index_select(0, indices)));
        using Tensor probabilities = Predictor.Probabilities(model, test);
        return ClassificationReport.Compute(probabilities, _data.Test.Labels);
    }
}
