using CourseCompanion.BrainScan;
using CourseCompanion.Evaluation;

namespace CourseCompanion.Tests.BrainScan;

public sealed class SelectiveLabellingTests
{
    private static readonly RiskCoveragePoint[] Curve = [new(0.2, 0, 0.99), new(0.5, 0.04, 0.9), new(0.8, 0.025, 0.7), new(1, 0.1, 0.5)];

    [Theory]
    [InlineData(0.01, 0.2)]
    [InlineData(0.03, 0.8)]
    [InlineData(0.2, 1)]
    public void Share_is_the_largest_within_the_limit(double limit, double share) => Assert.Equal(share, SelectiveLabelling.Share(Curve, limit));

    [Fact]
    public void Share_is_nought_when_the_surest_are_wrong() => Assert.Equal(0, SelectiveLabelling.Share([new(1, 0.5, 0.9)], 0.1));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.2, 0)]
    [InlineData(0.21, 0.04)]
    [InlineData(0.999, 0.1)]
    [InlineData(1, 0.1)]
    public void ErrorAt_is_that_of_the_point_that_reaches_the_share(double share, double error) => Assert.Equal(error, SelectiveLabelling.ErrorAt(Curve, share));

    // scipy.stats.beta.ppf(0.95, errors + 1, count - errors)
    [Theory]
    [InlineData(0, 59, 0.0495076)]
    [InlineData(0, 100, 0.0295130)]
    [InlineData(2, 100, 0.0616192)]
    [InlineData(10, 1000, 0.0169032)]
    public void UpperBound_is_that_of_Clopper_and_Pearson(int errors, int count, double bound) =>
        Assert.Equal(bound, SelectiveLabelling.UpperBound(errors, count), 1e-6);

    [Fact]
    public void UpperBound_of_nothing_but_errors_is_one() => Assert.Equal(1, SelectiveLabelling.UpperBound(10, 10));

    [Theory]
    [InlineData(0.05, 59)]
    [InlineData(0.02, 149)]
    [InlineData(0.01, 299)]
    public void ImagesNeeded_without_an_error(double limit, int count) => Assert.Equal(count, SelectiveLabelling.ImagesNeeded(limit));

    [Fact]
    public void GuaranteedShare_asks_for_enough_images()
    {
        RiskCoveragePoint[] faultless = [.. Enumerable.Range(1, 100).Select(i => new RiskCoveragePoint(i / 100.0, 0, 1 - (i / 200.0)))];

        Assert.Equal(0, SelectiveLabelling.GuaranteedShare(faultless, 100, 0.02));     // 149 would be needed
        Assert.Equal(1, SelectiveLabelling.GuaranteedShare(faultless, 100, 0.05));
        // One error at the 60th image ends the search: what follows may not be tried again.
        RiskCoveragePoint[] once = [.. faultless.Select((point, i) => i >= 59 ? point with { Risk = 1.0 / (i + 1) } : point)];
        Assert.Equal(0.59, SelectiveLabelling.GuaranteedShare(once, 100, 0.05));
    }

    // Among many sets of images at a true error of 5 %, a share is promised wrongly in no more than 5 %.
    [Fact]
    public void GuaranteedShare_promises_wrongly_no_more_often_than_its_level_allows()
    {
        var random = new Random(7);
        int wrongly = 0;
        for (int trial = 0; trial < 1_000; trial++)
        {
            int errors = 0;
            var curve = new List<RiskCoveragePoint>();
            for (int i = 1; i <= 200; i++)
            {
                errors += random.NextDouble() < 0.0501 ? 1 : 0;
                curve.Add(new RiskCoveragePoint(i / 200.0, errors / (double)i, 1 - (i / 400.0)));
            }

            wrongly += SelectiveLabelling.GuaranteedShare(curve, 200, 0.05) > 0 ? 1 : 0;
        }

        Assert.InRange(wrongly, 20, 65);
    }

    [Fact]
    public void Resampled_curves_repeat_themselves_and_draw_families_whole()
    {
        float[,] probabilities = { { 0.9f, 0.1f }, { 0.9f, 0.1f }, { 0.3f, 0.7f }, { 0.4f, 0.6f } };
        long[] labels = [0, 0, 1, 0], families = [7, 7, 8, 9];

        var first = SelectiveLabelling.Resampled(probabilities, labels, families, count: 50, seed: 1);
        var second = SelectiveLabelling.Resampled(probabilities, labels, families, count: 50, seed: 1);

        Assert.Equal(first.SelectMany(curve => curve), second.SelectMany(curve => curve));
        Assert.True(first.Select(curve => curve[^1].Risk).Distinct().Count() > 3);
    }
}
