using CourseCompanion.Consistency;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class ConsistencyLossesTests
{
    [Fact]
    public void Sharpening_takes_powers()
    {
        using var scope = NewDisposeScope();
        Tensor probabilities = tensor(new[,] { { 0.7, 0.3 } });

        Cases.Close([0.49 / 0.58, 0.09 / 0.58], ConsistencyLosses.Sharpen(probabilities, 0.5));
        Cases.Close([0.7, 0.3], ConsistencyLosses.Sharpen(probabilities, 1));
    }

    [Fact]
    public void Sharpening_bears_zeros_and_low_temperatures()
    {
        using var scope = NewDisposeScope();
        Tensor probabilities = tensor(new float[,] { { 1, 0, 0 }, { 0.35f, 0.34f, 0.31f } });

        Cases.Close([1, 0, 0, 1, 0, 0], ConsistencyLosses.Sharpen(probabilities, 0.001));
    }

    [Fact]
    public void Soft_cross_entropy_with_a_sure_label_is_the_usual_one()
    {
        using var scope = NewDisposeScope();
        Tensor logits = Cases.Logits(new[,] { { 0.7, 0.3 }, { 0.2, 0.8 } });

        double sure = ConsistencyLosses.SoftCrossEntropy(logits, tensor(new float[,] { { 1, 0 }, { 0, 1 } })).item<float>();
        double half = ConsistencyLosses.SoftCrossEntropy(logits, full_like(logits, 0.5)).item<float>();

        Assert.Equal(-(Math.Log(0.7) + Math.Log(0.8)) / 2, sure, 5);
        Assert.Equal(-(Math.Log(0.7) + Math.Log(0.3) + Math.Log(0.2) + Math.Log(0.8)) / 4, half, 5);
    }

    [Theory]
    [InlineData(0, 0.0067)]
    [InlineData(0.2, 0.2865)]
    [InlineData(0.4, 1)]
    [InlineData(0.9, 1)]
    public void The_smooth_rise(double progress, double expected) => Assert.Equal(expected, ConsistencyLosses.RampUp(progress), 4);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0)]
    [InlineData(0.35, 0.5)]
    [InlineData(0.6, 1)]
    [InlineData(0.99, 1)]
    public void The_straight_rise(double progress, double expected) => Assert.Equal(expected, ConsistencyLosses.LinearRise(progress, 0.1, 0.6), 10);

    [Fact]
    public void A_rise_that_takes_no_time_is_over_at_once()
    {
        Assert.Equal(1, ConsistencyLosses.RampUp(0, rise: 0));
        Assert.Equal(1, ConsistencyLosses.LinearRise(0, 0, 0));
        Assert.Equal(0, ConsistencyLosses.LinearRise(0.4, 0.5, 0.5));
    }
}
