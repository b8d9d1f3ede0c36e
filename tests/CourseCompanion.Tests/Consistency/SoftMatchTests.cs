using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class SoftMatchTests
{
    private static readonly double[,] Labelled = { { 0.5, 0.5 } };
    private static readonly double[,] Unlabelled = { { 0.9, 0.1 }, { 0.6, 0.4 } };

    [Fact]
    public void Trust_falls_as_a_bell_below_the_mean()
    {
        using var scope = NewDisposeScope();

        Tensor trust = SoftMatch.Trust(tensor([0.9f, 0.7f, 0.5f]), tensor([0.7f]), tensor([0.04f]), deviations: 2);

        // 0.2 below the mean is one standard deviation: exp(-2^2 / 2).
        Cases.Close([1, 1, Math.Exp(-2)], trust);
        Cases.Close([1, 1, 1], SoftMatch.Trust(tensor([0.9f, 0.7f, 0.5f]), tensor([0.7f]), tensor([0.04f]), deviations: 0));
    }

    [Fact]
    public void Running_means_are_updated_before_weighting()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new SoftMatch(classCount: 2, decay: 0.5);

        StepLosses losses = method.Losses(network, Cases.Batch(Labelled, [0], Unlabelled));

        // Confidences 0.9 and 0.6: mean 0.75, variance 0.045; half of that, and half of 1/2 and 1.
        Cases.Close([0.625, 0.5225], cat([method.State["mean"], method.State["variance"]], 0));
        double trust = Math.Exp(-4 * 0.025 * 0.025 / (2 * 0.5225));
        Cases.Close([1, trust], losses.Trust!);
        Assert.Equal(-(Math.Log(0.9) + (trust * Math.Log(0.6))) / 2, losses.Value(), 5);
    }

    [Fact]
    public void Uniform_alignment_changes_the_confidence_and_not_the_guess()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new SoftMatch(classCount: 2, decay: 0.5, uniformAlignment: true);

        StepLosses losses = method.Losses(network, Cases.Batch(Labelled, [0], Unlabelled));

        // Mean answers (0.625, 0.375): 0.9 becomes 0.84375, and 0.6 0.47368, whose other class has now 0.52632.
        double first = 0.72 / (0.72 + (0.05 / 0.375)), second = (0.2 / 0.375) / (0.48 + (0.2 / 0.375));
        Cases.Close([(0.5 + ((first + second) / 2)) / 2], method.State["mean"]);
        Assert.Equal([0L, 0], losses.Guesses.Longs());
    }

    [Fact]
    public void One_unlabelled_image_is_enough()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new SoftMatch(classCount: 2);

        Assert.True(double.IsFinite(method.Losses(network, Cases.Batch(Labelled, [0], new[,] { { 0.6, 0.4 } })).Total.item<float>()));
    }
}
