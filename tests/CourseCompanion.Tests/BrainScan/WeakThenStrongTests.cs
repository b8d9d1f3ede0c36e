using CourseCompanion.BrainScan;
using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

[Collection(WorkContextTests.Name)]
public class WeakThenStrongTests
{
    [Fact]
    public void The_second_phase_goes_on_from_the_first_and_corrects_what_it_taught()
    {
        using var scope = NewDisposeScope();
        (Tensor images, Tensor truth) = Spots();
        using var resident = new ResidentImages(images);
        using ScanCnn model = New();
        Tensor rows = arange(64, ScalarType.Int64);
        Tensor wrong = truth.neg().add(1);

        IReadOnlyList<double> weak = WeakThenStrong.Train(model, resident, rows, wrong, new TrainingPhase(8, 1e-3), seed: 1);
        Assert.True(weak[^1] < weak[0] / 2);
        Assert.True(Right(model, resident, truth) < 0.2);
        WeakThenStrong.Train(model, resident, rows, truth, new TrainingPhase(12, 1e-3), seed: 1);
        Assert.True(Right(model, resident, truth) > 0.8);
    }

    [Fact]
    public void A_training_follows_its_seed()
    {
        using var scope = NewDisposeScope();
        (Tensor images, Tensor truth) = Spots();
        using var resident = new ResidentImages(images);
        double Loss(int seed)
        {
            using ScanCnn model = New();
            return WeakThenStrong.Train(model, resident, arange(64, ScalarType.Int64), truth, new TrainingPhase(1, 1e-3), seed)[0];
        }

        Assert.Equal(Loss(1), Loss(1), 1e-6);
        Assert.NotEqual(Loss(1), Loss(2), 1e-6);
    }

    [Fact]
    public void No_pass_changes_no_weight()
    {
        using var scope = NewDisposeScope();
        (Tensor images, Tensor truth) = Spots();
        using var resident = new ResidentImages(images);
        using ScanCnn model = New();
        Tensor before = WeakThenStrong.Scores(model, resident, arange(64, ScalarType.Int64));

        Assert.Empty(WeakThenStrong.Train(model, resident, arange(64, ScalarType.Int64), truth, new TrainingPhase(0, 1e-3), seed: 1));
        Assert.True(before.eq(WeakThenStrong.Scores(model, resident, arange(64, ScalarType.Int64))).all().item<bool>());
    }

    private static ScanCnn New()
    {
        random.manual_seed(7);
        return new ScanCnn(size: 16);
    }

    private static double Right(ScanCnn model, ResidentImages images, Tensor truth) =>
        WeakThenStrong.Scores(model, images, arange(64, ScalarType.Int64)).gt(0).to(ScalarType.Int64).eq(truth).to(ScalarType.Float32).mean().item<float>();

    // A bright square in the upper or in the lower half.
    private static (Tensor Images, Tensor Truth) Spots()
    {
        Tensor truth = arange(64, ScalarType.Int64).remainder(2);
        Tensor images = zeros(64, 1, 16, 16, ScalarType.Byte);
        for (int i = 0; i < 64; i++)
        {
            images[i, 0, TensorIndex.Slice(2 + (8 * (i % 2)), 6 + (8 * (i % 2))), TensorIndex.Slice(i % 10, (i % 10) + 4)] = 255;
        }

        return (images, truth);
    }
}
