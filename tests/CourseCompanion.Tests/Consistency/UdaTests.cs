using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class UdaTests
{
    [Fact]
    public void Divergence_from_the_sharpened_answers_where_the_unsharpened_ones_are_sure()
    {
        using var scope = NewDisposeScope();

        // 0.7 is 0.845 after sharpening, above the threshold; it does not count.
        Tensor weak = Cases.Logits(new[,] { { 0.9, 0.1 }, { 0.7, 0.3 } }), strong = Cases.Logits(new[,] { { 0.5, 0.5 }, { 0.1, 0.9 } });

        (Tensor loss, Tensor guesses, Tensor trust) = Uda.Loss(weak, strong, temperature: 0.5, threshold: 0.8);

        double sure = 0.81 / 0.82;
        Assert.Equal(((sure * Math.Log(sure / 0.5)) + ((1 - sure) * Math.Log((1 - sure) / 0.5))) / 2, loss.item<float>(), 5);
        Assert.Equal([0L, 0], guesses.Longs());
        Assert.Equal([1f, 0], trust.Floats());
    }

    [Fact]
    public void The_same_answer_on_both_views_costs_nothing_at_temperature_1()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(new[,] { { 0.9, 0.1 } });

        Assert.Equal(0, Uda.Loss(logits, logits, 1, 0).Loss.item<float>(), 6);
    }

    [Fact]
    public void Targets_so_sharp_that_a_class_has_none_left_are_numbers()
    {
        using var scope = NewDisposeScope();
        Tensor weak = tensor(new float[,] { { 40, -40 } }), strong = tensor(new float[,] { { 0, 0 } });

        Assert.Equal(Math.Log(2), Uda.Loss(weak, strong, 0.1, 0.8).Loss.item<float>(), 5);
    }

    [Fact]
    public void Labelled_images_that_are_learnt_are_left_out()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(new[,] { { 0.8, 0.2 }, { 0.4, 0.6 }, { 0.3, 0.7 } }), labels = tensor([0L, 1, 1]);

        Assert.Equal(-(Math.Log(0.6) + Math.Log(0.7)) / 2, Uda.LabelledLoss(logits, labels, 0.75).item<float>(), 5);
        Assert.Equal(-(Math.Log(0.8) + Math.Log(0.6) + Math.Log(0.7)) / 3, Uda.LabelledLoss(logits, labels, 1).item<float>(), 5);
        Assert.Equal(0, Uda.LabelledLoss(logits, labels, 0.1).item<float>());
    }

    [Theory]
    [InlineData(TrainingSignalAnnealing.None, 0, 1)]
    [InlineData(TrainingSignalAnnealing.Linear, 0, 0.25)]
    [InlineData(TrainingSignalAnnealing.Linear, 0.5, 0.625)]
    [InlineData(TrainingSignalAnnealing.Logarithmic, 0.5, 0.9384362510)]
    [InlineData(TrainingSignalAnnealing.Exponential, 0.5, 0.3115637490)]
    [InlineData(TrainingSignalAnnealing.Exponential, 1, 1)]
    public void The_ceiling_rises_from_chance_to_certainty(TrainingSignalAnnealing annealing, double progress, double expected) =>
        Assert.Equal(expected, Uda.Ceiling(annealing, progress, classCount: 4), 9);

    [Fact]
    public void A_step_has_both_parts()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new Uda(temperature: 1, threshold: 0.8, weight: 2, TrainingSignalAnnealing.Linear);

        StepLosses losses = method.Losses(network, Cases.Batch(new[,] { { 0.7, 0.3 }, { 0.1, 0.9 } }, [0, 1], new[,] { { 0.9, 0.1 } }, progress: 0.5));

        Assert.Equal(-Math.Log(0.7), losses.Value(StepLosses.Labelled), 5);
        Assert.Equal(0, losses.Value(), 6);
        Assert.Equal(2, losses.Weight());
    }
}
