using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class DistributionAlignmentTests
{
    private static readonly double[,] Answers = { { 0.9, 0.1 }, { 0.6, 0.4 } };

    [Fact]
    public void Answers_are_multiplied_by_prior_over_mean()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(Answers), mean = tensor([0.75f, 0.25f]);

        Cases.Close([0.75, 0.25, 1 / 3.0, 2 / 3.0], DistributionAlignment.Align(logits, tensor([0.5f, 0.5f]), mean).softmax(1));
        Cases.Close([0.9, 0.1, 0.6, 0.4], DistributionAlignment.Align(logits, mean, mean).softmax(1));
    }

    [Fact]
    public void The_mean_begins_as_the_prior_and_follows_the_answers()
    {
        using var scope = NewDisposeScope();
        var alignment = new DistributionAlignment([1, 3], decay: 0.8);

        // 0.8 of (0.25, 0.75), and 0.2 of (0.75, 0.25).
        Tensor aligned = alignment.Apply(Cases.Logits(Answers)).softmax(1);

        Cases.Close([0.35, 0.65], alignment.Mean);
        double first = 0.9 * 0.25 / 0.35, other = 0.1 * 0.75 / 0.65;
        Cases.Close([first / (first + other), other / (first + other)], aligned.narrow(0, 0, 1));
    }

    [Fact]
    public void FixMatch_guesses_and_trusts_by_the_aligned_answers()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new FixMatch(threshold: 0.7, alignment: new DistributionAlignment([0.2, 0.8], decay: 0));

        StepLosses losses = method.Losses(network, Cases.Batch(new[,] { { 0.5, 0.5 } }, [0], Answers));

        // Times (0.2 / 0.75, 0.8 / 0.25): 0.9 : 0.1 becomes 0.24 : 0.32, and 0.6 : 0.4 becomes 0.16 : 1.28.
        Assert.Equal([1L, 1], losses.Guesses.Longs());
        Assert.Equal([0f, 1], losses.Trust.Floats());
        Assert.Equal(-Math.Log(0.4) / 2, losses.Value(), 5);
        Assert.Equal(["answers"], method.State.Keys);
    }

    [Fact]
    public void A_class_without_a_share_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new DistributionAlignment([1, 0]));
        Assert.Throws<ArgumentException>(() => new DistributionAlignment([1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DistributionAlignment([1, 1], decay: 1));
    }
}
