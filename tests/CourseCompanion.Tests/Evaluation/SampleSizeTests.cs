using CourseCompanion.Evaluation;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Evaluation;

public class SampleSizeTests
{
    // For p = 1/2 Wilson's half width is z / (2 sqrt(n + z^2)): n = z^2 / (4 h^2) - z^2.
    [Theory]
    [InlineData(0.03, 1064)]
    [InlineData(0.05, 381)]
    [InlineData(0.2, 21)]
    public void Wilsons_number_for_one_half_has_a_closed_form(double halfWidth, int expected) => Assert.Equal(expected, SampleSize.For(0.5, halfWidth));

    [Theory]
    [InlineData(0.9, 90, 100)]
    [InlineData(0.0, 0, 40)]
    [InlineData(1.0, 7, 7)]
    public void Half_width_is_that_of_Wilsons_interval(double share, int successes, int count)
    {
        ConfidenceInterval interval = ProportionInterval.Wilson(successes, count);

        Assert.Equal((interval.Upper - interval.Lower) / 2, SampleSize.HalfWidth(share, count), 1e-12);
    }

    [Theory]
    [InlineData(0.03, 0.01)]
    [InlineData(0.7, 0.02)]
    [InlineData(1.0, 0.1)]
    public void The_number_is_the_least_that_is_enough(double share, double halfWidth)
    {
        int enough = SampleSize.For(share, halfWidth);

        Assert.True(SampleSize.HalfWidth(share, enough) <= halfWidth);
        Assert.True(enough == 1 || SampleSize.HalfWidth(share, enough - 1) > halfWidth);
    }

    [Fact]
    public void Draws_fall_within_the_half_width_as_often_as_promised()
    {
        const double Share = 0.85, HalfWidth = 0.03;
        int count = SampleSize.For(Share, HalfWidth);
        using var generator = new Generator(3);
        using Tensor draws = rand([4000, count], generator: generator).le(Share).to(ScalarType.Float32).mean([1]);
        using Tensor inside = draws.sub(Share).abs().le(HalfWidth).to(ScalarType.Float32).mean();

        Assert.InRange(inside.item<float>(), 0.94f, 0.965f);
    }

    [Fact]
    public void Values_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.For(1.2, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.For(0.5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.HalfWidth(0.5, 0));
    }

    [Fact]
    public void Uncertainty_by_hand()
    {
        using var scope = NewDisposeScope();
        Tensor p = tensor(new float[,] { { 0.5f, 0.3f, 0.2f }, { 1, 0, 0 }, { 0.5f, 0.5f, 0 } });

        Assert.Equal([0.5f, 0, 0.5f], Uncertainty.LeastConfidence(p).data<float>(), Near);
        Assert.Equal([0.8f, 0, 1], Uncertainty.Margin(p).data<float>(), Near);
        Assert.Equal([1.029653f, 0, MathF.Log(2)], Uncertainty.Entropy(p).data<float>(), Near);
        Assert.Throws<ArgumentException>(() => Uncertainty.Entropy(ones(3)));
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) < 1e-5f;
}
