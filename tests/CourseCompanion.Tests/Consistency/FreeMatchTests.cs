using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class FreeMatchTests
{
    [Fact]
    public void The_threshold_of_a_class_is_its_share_of_the_mean_confidence()
    {
        using var scope = NewDisposeScope();

        Cases.Close([0.8, 0.4, 0.2], FreeMatch.Thresholds(tensor([0.8f]), tensor([0.5f, 0.25f, 0.125f])));
    }

    [Fact]
    public void Running_means_are_updated_before_masking()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new FreeMatch(classCount: 2, decay: 0.5, fairness: 0);
        Tensor confidence = method.State["confidence"], means = method.State["means"], histogram = method.State["histogram"];
        Cases.Close([0.5, 0.5, 0.5, 0.5, 0.5], cat([confidence, means, histogram], 0));

        StepLosses losses = method.Losses(network, Cases.Batch(new[,] { { 0.5, 0.5 } }, [0], new[,] { { 0.9, 0.1 }, { 0.6, 0.4 } }));

        // Half of what was and half of this batch: confidence 0.75, means (0.75, 0.25), guesses (1, 0).
        Cases.Close([0.625, 0.625, 0.375, 0.75, 0.25], cat([confidence, means, histogram], 0));

        // 0.6 would pass a threshold of 0.5, not one of 0.625.
        Assert.Equal([1f, 0], losses.Trust.Floats());
        Cases.Close([0.625, 0.375], losses.Thresholds!);
        Assert.Equal(-Math.Log(0.9) / 2, losses.Value(), 5);
    }

    [Fact]
    public void Variety_compares_the_mean_answers_each_over_its_histogram()
    {
        using var scope = NewDisposeScope();
        Tensor strong = Cases.Logits(new[,] { { 0.8, 0.2 }, { 0.3, 0.7 }, { 0.6, 0.4 } }), trust = tensor([1f, 1, 0]);

        Tensor value = FreeMatch.Fairness(strong, trust, tensor([0.6f, 0.4f]), tensor([0.75f, 0.25f]));

        // a ~ (0.6 / 0.75, 0.4 / 0.25); b ~ (1.1, 0.9), each class guessed once.
        Assert.Equal((Math.Log(0.55) / 3) + (2 * Math.Log(0.45) / 3), value.item<float>(), 5);
    }

    // As its readers say: descending the paper's equation 11 moves b away from a.
    [Fact]
    public void Less_of_it_is_a_mean_answer_further_from_the_running_one()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(new[,] { { 0.8, 0.2 }, { 0.3, 0.7 } }).requires_grad_();

        FreeMatch.Fairness(logits, ones(2), tensor([0.6f, 0.4f]), tensor([0.75f, 0.25f])).backward();

        // Against the gradient, the first class, of which a has less than b already, gains.
        Assert.True(logits.grad![0, 0].item<float>() < 0);
    }

    [Fact]
    public void Without_a_sure_guess_variety_is_nothing_and_its_gradient_a_number()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(new[,] { { 0.8, 0.2 } }).requires_grad_();

        Tensor value = FreeMatch.Fairness(logits, zeros(1), tensor([0.6f, 0.4f]), tensor([0.75f, 0.25f]));
        value.backward();

        Assert.Equal(0, value.item<float>());
        Cases.Close([0, 0], logits.grad!);
    }
}
