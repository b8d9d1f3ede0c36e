using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class MixMatchTests
{
    [Fact]
    public void A_guess_is_the_sharpened_mean_of_two_answers_and_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        Tensor first = Cases.Logits(new[,] { { 0.8, 0.2 } }).requires_grad_(), second = Cases.Logits(new[,] { { 0.6, 0.4 } }).requires_grad_();

        Tensor guess = MixMatch.Guess(first, second, 0.5);

        Cases.Close([0.49 / 0.58, 0.09 / 0.58], guess);
        Assert.False(guess.requires_grad);
    }

    // With a tiny alpha every mixture is its own image, and the loss can be worked out.
    [Fact]
    public void Without_mixture_a_step_is_cross_entropy_and_squared_difference()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new MixMatch(weight: 8, temperature: 0.5, alpha: 1e-6, rise: 0.4);

        StepLosses losses = method.Losses(network, Cases.Batch(new[,] { { 0.7, 0.3 } }, [1], new[,] { { 0.7, 0.3 } }, progress: 0.1));

        double difference = (0.49 / 0.58) - 0.7;
        Assert.Equal(-Math.Log(0.3), losses.Value(StepLosses.Labelled), 5);
        Assert.Equal(difference * difference, losses.Value(), 5);
        Assert.Equal(2, losses.Weight(), 10);
        Assert.Equal([0L], losses.Guesses.Longs());
    }

    [Fact]
    public void Images_and_labels_are_mixed_alike()
    {
        using var scope = NewDisposeScope();
        Tensor partners = tensor([1L, 2, 0]), shares = tensor([1, 0.75, 0.5]);
        Tensor images = tensor([0f, 4, 8]).reshape(3, 1, 1, 1).expand(3, 1, 2, 2);

        Tensor mixed = MixUp.Mix(images, partners, shares);

        Assert.Equal([3L, 1, 2, 2], mixed.shape);
        Cases.Close([0, 5, 4], mixed.mean([1L, 2, 3]));
        Cases.Close([1, 0, 0.25, 0.75, 1, 0], MixUp.Mix(tensor(new float[,] { { 1, 0 }, { 0, 1 }, { 1, 0 } }), partners, shares));
    }

    // Beta(1/2, 1/2): 1/3 within [1/4, 3/4]; Beta(1, 1): 1/2; Beta(2, 2): 11/16; Beta(8, 8): 0.965.
    [Theory]
    [InlineData(0.5, 1 / 3.0)]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.6875)]
    [InlineData(8, 0.96543)]
    public void Shares_are_drawn_from_the_distribution_Beta(double alpha, double below)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);

        Tensor shares = MixUp.Shares(20000, alpha, generator);

        Assert.InRange(shares.min().item<double>(), 0.5, 1);
        Assert.InRange(shares.max().item<double>(), 0.5, 1);
        Assert.Equal(below, shares.lt(0.75).to(ScalarType.Float64).mean().item<double>(), 0.012);
    }

    [Fact]
    public void Shares_depend_on_the_generator_alone()
    {
        using var scope = NewDisposeScope();
        double[] Draw(ulong seed)
        {
            using var generator = new Generator(seed);
            return MixUp.Shares(50, 0.75, generator).data<double>().ToArray();
        }

        double[] first = Draw(1);
        rand(3);
        Assert.Equal(first, Draw(1));
        Assert.NotEqual(first, Draw(2));
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(0.01)]
    [InlineData(1000)]
    public void Shares_are_numbers_whatever_alpha(double alpha)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);

        Assert.True(MixUp.Shares(1000, alpha, generator).isfinite().all().item<bool>());
        Assert.Throws<ArgumentOutOfRangeException>(() => MixUp.Shares(3, 0, generator));
    }
}
