using CourseCompanion.BrainScan;
using CourseCompanion.Models;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

public class ScanResNetTests
{
    [Fact]
    public void First_answer_is_one_half_and_every_weight_learns_while_the_statistics_stay()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var model = new ScanResNet(new ResNet18(ImageNetInput.Standardised, size: 32));
        Tensor images = randint(0, 256, [12, 1, 32, 32], ScalarType.Byte);
        using var resident = new ResidentImages(images);
        Tensor rows = arange(12, ScalarType.Int64), labels = arange(12, ScalarType.Int64).remainder(2);
        Assert.All(WeakThenStrong.Scores(model, resident, rows).data<double>().ToArray(), score => Assert.Equal(0, score));
        Dictionary<string, Tensor> before = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        IReadOnlyList<double> losses = WeakThenStrong.Train(model, resident, rows, labels, new TrainingPhase(16, 1e-3), seed: 1);

        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]:F3} to {losses[^1]:F3}");
        Assert.Equal(Math.Log(2), losses[0], 0.4);
        foreach (var (name, value) in model.state_dict())
        {
            bool isStatistic = name.Contains("running_", StringComparison.Ordinal) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
            Assert.True(value.eq(before[name]).all().item<bool>() == isStatistic, name);
        }
    }
}
