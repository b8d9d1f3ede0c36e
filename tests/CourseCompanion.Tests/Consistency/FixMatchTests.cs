using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class FixMatchTests
{
    [Fact]
    public void The_sure_guesses_are_the_labels_and_all_images_divide()
    {
        using var scope = NewDisposeScope();
        Tensor weak = Cases.Logits(new[,] { { 0.96, 0.04 }, { 0.3, 0.7 }, { 0.02, 0.98 } });
        Tensor strong = Cases.Logits(new[,] { { 0.6, 0.4 }, { 0.5, 0.5 }, { 0.9, 0.1 } });

        (Tensor loss, Tensor guesses, Tensor trust) = FixMatch.Loss(weak, strong, 0.95);

        Assert.Equal(-(Math.Log(0.6) + Math.Log(0.1)) / 3, loss.item<float>(), 5);
        Assert.Equal([0L, 1, 1], guesses.Longs());
        Assert.Equal([1f, 0, 1], trust.Floats());
    }

    [Fact]
    public void A_guess_at_the_threshold_counts()
    {
        using var scope = NewDisposeScope();
        Tensor even = zeros(1, 2);

        Assert.Equal(Math.Log(2), FixMatch.Loss(even, even, 0.5).Loss.item<float>(), 5);
    }

    [Fact]
    public void A_step_has_both_parts()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new FixMatch(threshold: 0.8, weight: 2);

        StepLosses losses = method.Losses(network, Cases.Batch(new[,] { { 0.7, 0.3 } }, [1], new[,] { { 0.9, 0.1 }, { 0.6, 0.4 } }));

        Assert.Equal(-Math.Log(0.3), losses.Value(StepLosses.Labelled), 5);
        Assert.Equal(-Math.Log(0.9) / 2, losses.Value(), 5);
        Assert.Equal(-Math.Log(0.3) - Math.Log(0.9), losses.Total.item<float>(), 5);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(95)]
    [InlineData(double.NaN)]
    public void A_threshold_that_is_no_probability_is_refused(double threshold)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new FixMatch(threshold));
        Assert.Contains("between 0 and 1", error.Message, StringComparison.Ordinal);
    }
}
