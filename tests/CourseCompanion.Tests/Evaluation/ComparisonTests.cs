using CourseCompanion.Evaluation;

namespace CourseCompanion.Tests.Evaluation;

public class ComparisonTests
{
    [Theory]
    [InlineData(10, 2, 0.03857421875)]
    [InlineData(3, 0, 0.25)]
    [InlineData(0, 1, 1)]
    [InlineData(4, 4, 1)]
    [InlineData(0, 0, 1)]
    public void McNemar_agrees_with_scipys_binomial_test(int onlyFirst, int onlySecond, double p) =>
        Assert.Equal(p, McNemar.Exact(onlyFirst, onlySecond), 1e-12);

    [Fact]
    public void McNemar_counts_the_images_on_which_they_differ()
    {
        McNemarResult result = McNemar.Exact([true, true, false, true, false], [true, false, true, false, false]);

        Assert.Equal((2, 1), (result.OnlyFirst, result.OnlySecond));
        Assert.Throws<ArgumentException>(() => McNemar.Exact([true], [true, false]));
    }

    [Fact]
    public void Permutation_test_agrees_with_scipys_exact_one() =>
        Assert.Equal(0.171875, PairedPermutation.PValue([0.4, -0.1, 0.3, 0.2, 0.5, -0.2, 0.1]), 1e-12);

    [Fact]
    public void Random_choices_of_signs_come_near_the_exact_test()
    {
        // Seventeen units are one too many for all choices.
        double[] units = [.. Enumerable.Range(0, 17).Select(i => Math.Sin(i * i) + 0.3)];
        double observed = Math.Abs(units.Sum());
        double exact = Enumerable.Range(0, 1 << 17).Count(choice =>
            Math.Abs(units.Index().Sum(unit => (choice >> unit.Index & 1) == 1 ? -unit.Item : unit.Item)) >= observed - 1e-9) / (double)(1 << 17);

        Assert.Equal(exact, PairedPermutation.PValue(units, draws: 20_000), 0.01);
        Assert.Equal(1, PairedPermutation.PValue([0, 0, 0]));
    }

    [Theory]
    [InlineData(17, 20, 0.6395811352592431, 0.9476312541037835)]
    [InlineData(8, 10, 0.4901624715366418, 0.9433178485456248)]
    [InlineData(10, 10, 0.7224672001371109, 1)]
    [InlineData(0, 5, 0, 0.43448246478317476)]
    public void Wilson_agrees_with_scipy(int successes, int count, double lower, double upper)
    {
        ConfidenceInterval interval = ProportionInterval.Wilson(successes, count);

        Assert.Equal(lower, interval.Lower, 1e-9);
        Assert.Equal(upper, interval.Upper, 1e-9);
    }

    [Fact]
    public void Expected_cost_by_hand()
    {
        double[] scores = [0.9, 0.6, 0.4, 0.2];
        bool[] isPositive = [true, false, true, false];

        Assert.Equal((10 + 1) / 4.0, ExpectedCost.PerImage(scores, isPositive, threshold: 0.5, missCost: 10));
        Assert.Equal(1 / 4.0, ExpectedCost.PerImage(scores, isPositive, threshold: 0.4, missCost: 10));
        Assert.Equal(2 * 10 / 4.0, ExpectedCost.PerImage(scores, isPositive, threshold: 0.95, missCost: 10));
        Assert.Equal(0.5, ExpectedCost.BestProbability(1));
        Assert.Equal(1 / 11.0, ExpectedCost.BestProbability(10), 1e-12);
    }

    [Theory]
    [InlineData(0.75, 0.3)]   // ceil(0.75 * 5) = 4 of 4
    [InlineData(0.6, 0.5)]    // 3 of 4
    [InlineData(0.4, 0.7)]
    [InlineData(1, 0.3)]      // 5 of 4 cannot be asked for
    public void Threshold_for_a_recall_by_hand(double recall, double expected) =>
        Assert.Equal(expected, RecallThreshold.Choose([0.9, 0.95, 0.7, 0.8, 0.5, 0.3], [true, false, true, false, true, true], recall));

    [Fact]
    public void Threshold_finds_the_wanted_share_of_new_images_on_average()
    {
        var random = new Random(3);
        double found = 0;
        const int Trials = 20_000;
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] scores = [.. Enumerable.Range(0, 19).Select(_ => random.NextDouble())];
            double threshold = RecallThreshold.Choose(scores, [.. scores.Select(_ => true)], 0.9);
            found += random.NextDouble() >= threshold ? 1 : 0;
        }

        Assert.Equal(0.9, found / Trials, 0.01);
    }

    [Fact]
    public void Groups_are_resampled_whole()
    {
        long[] groups = [1, 1, 1, 2, 3, 3];
        ConfidenceInterval interval = Bootstrap.ByGroup(groups, images =>
        {
            Assert.Equal(0, images.Count(image => groups[image] == 1) % 3);
            Assert.Equal(0, images.Count(image => groups[image] == 3) % 2);
            return images.Count;
        });

        Assert.Equal(6, interval.Estimate);
    }
}
