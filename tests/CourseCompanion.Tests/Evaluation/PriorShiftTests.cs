using CourseCompanion.Evaluation;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Evaluation;

public class PriorShiftTests
{
    [Fact]
    public void Correction_is_Bayes_rule()
    {
        // 0.6 * (0.9 / 0.5) = 1.08 and 0.4 * (0.1 / 0.5) = 0.08: 0.931 and 0.069 of their sum.
        using Tensor corrected = PriorShift.Correct(Row(0.6f, 0.4f), Shares(0.5f, 0.5f), Shares(0.9f, 0.1f));

        Assert.Equal([1.08 / 1.16, 0.08 / 1.16], corrected.data<float>().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Estimation_finds_the_shares_that_a_calibrated_classifier_meets()
    {
        // Two overlapping bells at 0 and 2 (deviation 1); the classifier learnt on halves, and meets 85 % of the first.
        using Generator generator = new(7);
        using Tensor values = cat([randn(17000, generator: generator), randn(3000, generator: generator) + 2]);
        using Tensor logit = (2 * values) - 2;
        using Tensor second = logit.sigmoid();
        using Tensor probabilities = stack([1 - second, second], 1);

        using Tensor shares = PriorShift.Estimate(probabilities, Shares(0.5f, 0.5f));

        Assert.InRange(shares[0].item<float>(), 0.83f, 0.87f);
        Assert.Equal(1, shares.sum().item<float>(), 1e-4);

        // The uncorrected mean is far off: that is what the correction is for.
        Assert.InRange(probabilities.mean([0])[0].item<float>(), 0f, 0.82f);
    }

    [Fact]
    public void Unchanged_shares_change_nothing()
    {
        using Tensor rows = Row(0.7f, 0.3f);
        using Tensor corrected = PriorShift.Correct(rows, Shares(0.2f, 0.8f), Shares(0.2f, 0.8f));

        Assert.True(corrected.allclose(rows));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused() =>
        Assert.Throws<ArgumentException>(() => PriorShift.Correct(Row(0.7f, 0.3f), Shares(0.2f, 0.3f, 0.5f), Shares(0.5f, 0.5f)));

    private static Tensor Row(params float[] values) => tensor(values).unsqueeze(0);

    private static Tensor Shares(params float[] values) => tensor(values);
}
