using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class RampedPseudoLabelsTests
{
    private static readonly double[,] Answers = { { 0.9, 0.1 }, { 0.4, 0.6 } };

    [Fact]
    public void All_guesses_count_unless_there_is_a_threshold()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(Answers);

        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.6)) / 2, RampedPseudoLabels.Loss(logits, 0).Loss.item<float>(), 5);
        Assert.Equal(-Math.Log(0.9) / 2, RampedPseudoLabels.Loss(logits, 0.8).Loss.item<float>(), 5);
    }

    // -log p of the guess: p - 1 for the guessed class, p for the other.
    [Fact]
    public void The_gradient_pulls_every_answer_towards_its_own_guess()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(Answers).requires_grad_();

        RampedPseudoLabels.Loss(logits, 0).Loss.backward();

        Cases.Close([-0.05, 0.05, 0.2, -0.2], logits.grad!);
    }

    [Theory]
    [InlineData(0.05, 0)]
    [InlineData(0.35, 1.5)]
    [InlineData(0.8, 3)]
    public void Their_weight_rises_in_a_straight_line(double progress, double expected)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new RampedPseudoLabels(weight: 3, begin: 0.1, end: 0.6);

        StepLosses losses = method.Losses(network, Cases.Batch(new[,] { { 0.7, 0.3 } }, [0], Answers, progress));

        Assert.Equal(expected, losses.Weight(), 9);
        Assert.Equal(-Math.Log(0.7), losses.Value(StepLosses.Labelled), 5);
        Assert.Equal([0L, 1], losses.Guesses.Longs());
    }
}
