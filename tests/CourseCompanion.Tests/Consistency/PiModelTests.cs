using CourseCompanion.Consistency;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class PiModelTests
{
    [Fact]
    public void Mean_squared_difference_whose_gradient_goes_through_both_views()
    {
        using var scope = NewDisposeScope();
        Tensor first = Cases.Logits(new[,] { { 0.8, 0.2 }, { 0.5, 0.5 } }).requires_grad_();
        Tensor second = Cases.Logits(new[,] { { 0.6, 0.4 }, { 0.5, 0.5 } }).requires_grad_();

        Tensor loss = PiModel.Loss(first, second);
        loss.backward();

        Assert.Equal(0.02, loss.item<float>(), 5);

        // d/dz0 of (p0 - q0)^2 over two images of two classes: 2 * 2 (p0 - q0) p0 (1 - p0) / 4.
        Assert.Equal(0.2 * 0.8 * 0.2, first.grad![0, 0].item<float>(), 5);
        Assert.Equal(-0.2 * 0.6 * 0.4, second.grad![0, 0].item<float>(), 5);
    }

    [Fact]
    public void Two_views_that_are_the_same_cost_nothing_and_the_weight_rises()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new PiModel(weight: 4, rise: 0.5);

        var losses = method.Losses(network, Cases.Batch(new[,] { { 0.7, 0.3 } }, [0], new[,] { { 0.8, 0.2 } }, progress: 0.25));

        Assert.Equal(0, losses.Value());
        Assert.Equal(4 * Math.Exp(-5 * 0.25), losses.Weight(), 9);
        Assert.Equal([0L], losses.Guesses.Longs());
    }
}
