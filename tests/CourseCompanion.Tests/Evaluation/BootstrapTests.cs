using System.Text.Json;
using CourseCompanion.Evaluation;

namespace CourseCompanion.Tests.Evaluation;

public class BootstrapTests
{
    private static readonly JsonElement s_golden = Golden.Load("Evaluation", "evaluation_golden.json");

    [Fact]
    public void ConfidenceInterval_of_an_accuracy_agrees_with_scipy()
    {
        JsonElement golden = s_golden.GetProperty("bootstrap");
        long[] correct = golden.GetProperty("correct").Longs();
        ConfidenceInterval interval = Bootstrap.ConfidenceInterval(
            correct.Length, indices => indices.Average(i => correct[i]), resamples: 5000);

        // Both are random, and the figure moves in steps of 1/500.
        Assert.Equal(golden.GetProperty("lower").GetDouble(), interval.Lower, 0.005);
        Assert.Equal(golden.GetProperty("upper").GetDouble(), interval.Upper, 0.005);
        Assert.Equal(correct.Average(), interval.Estimate, 1e-12);
    }

    [Fact]
    public void ConfidenceInterval_is_a_function_of_its_seed()
    {
        double Figure(IReadOnlyList<int> indices) => indices.Average();
        ConfidenceInterval first = Bootstrap.ConfidenceInterval(50, Figure, seed: 1);

        Assert.Equal(first, Bootstrap.ConfidenceInterval(50, Figure, seed: 1));
        Assert.NotEqual(first, Bootstrap.ConfidenceInterval(50, Figure, seed: 2));
    }

    [Fact]
    public void ConfidenceInterval_widens_with_the_level()
    {
        double Figure(IReadOnlyList<int> indices) => indices.Average();
        ConfidenceInterval narrow = Bootstrap.ConfidenceInterval(50, Figure, level: 0.5);
        ConfidenceInterval wide = Bootstrap.ConfidenceInterval(50, Figure, level: 0.99);

        Assert.True(wide.Lower < narrow.Lower && narrow.Upper < wide.Upper);
    }

    [Fact]
    public void ConfidenceInterval_resamples_the_answers_of_a_method_that_abstains()
    {
        JsonElement golden = s_golden.GetProperty("abstentions");
        float[,] scores = golden.GetProperty("scores").Matrix();
        long[] labels = golden.GetProperty("labels").Longs(), predicted = golden.GetProperty("predicted").Longs();

        ConfidenceInterval direct = Bootstrap.ConfidenceInterval(labels.Length, rows => rows.Average(row => predicted[row] == labels[row] ? 1 : 0));
        ConfidenceInterval report = Bootstrap.ConfidenceInterval(ClassificationReport.Compute(scores, labels, predicted), confusion => confusion.Accuracy);

        Assert.Equal(direct.Estimate, report.Estimate, 1e-12);
        Assert.Equal(direct.Lower, report.Lower, 1e-12);
        Assert.Equal(direct.Upper, report.Upper, 1e-12);
    }

    [Fact]
    public void ConfidenceInterval_of_a_report_resamples_answers_and_labels_together()
    {
        JsonElement golden = s_golden.GetProperty("problems")[0];
        float[,] scores = golden.GetProperty("scores").Matrix();
        long[] labels = golden.GetProperty("labels").Longs();
        bool[] correct = [.. labels.Select((label, row) => Enumerable.Range(0, 3).MaxBy(k => scores[row, k]) == label)];

        ConfidenceInterval direct = Bootstrap.ConfidenceInterval(labels.Length, rows => rows.Average(row => correct[row] ? 1 : 0));
        ConfidenceInterval report = Bootstrap.ConfidenceInterval(ClassificationReport.Compute(scores, labels), confusion => confusion.Accuracy);

        Assert.Equal(direct.Lower, report.Lower, 1e-12);
        Assert.Equal(direct.Upper, report.Upper, 1e-12);
        Assert.Equal(golden.GetProperty("accuracy").GetDouble(), report.Estimate, 1e-12);
    }

    [Fact]
    public void Difference_is_paired()
    {
        (ClassificationReport better, ClassificationReport worse, bool[] hard) = TwoClassifiers();

        ConfidenceInterval paired = Bootstrap.Difference(better, worse, confusion => confusion.Accuracy);
        ConfidenceInterval direct = Bootstrap.ConfidenceInterval(
            hard.Length, images => images.Average(image => (hard[image] ? 0.0 : 1) - (hard[image] || image % 10 == 0 ? 0.0 : 1)));
        ConfidenceInterval alone = Bootstrap.ConfidenceInterval(better, confusion => confusion.Accuracy);

        // Both fail on the same third; the other fails on a tenth more.
        Assert.Equal(direct.Estimate, paired.Estimate, 1e-12);
        Assert.Equal(direct.Lower, paired.Lower, 1e-12);
        Assert.Equal(direct.Upper, paired.Upper, 1e-12);
        Assert.True(paired.Lower > 0, "a difference that never turns round is found");
        Assert.True(paired.Upper - paired.Lower < alone.Upper - alone.Lower, "the pairs know it better than one interval alone");
    }

    [Fact]
    public void Difference_of_a_classifier_and_itself_is_nothing()
    {
        ClassificationReport one = TwoClassifiers().Better;

        ConfidenceInterval none = Bootstrap.Difference(one, one, confusion => confusion.BalancedAccuracy);

        Assert.Equal((0, 0, 0), (none.Estimate, none.Lower, none.Upper));
    }

    [Fact]
    public void Difference_on_other_images_is_refused() => Assert.Contains("same ones", Assert.Throws<ArgumentException>(() =>
        Bootstrap.Difference(
            ClassificationReport.Compute(new float[2, 2], [0, 1]), ClassificationReport.Compute(new float[2, 2], [1, 0]), confusion => confusion.Accuracy)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Percentile_equals_numpy()
    {
        JsonElement golden = s_golden.GetProperty("percentiles");
        List<double> values = [.. golden.GetProperty("values").Doubles()];
        double[] shares = golden.GetProperty("shares").Doubles();
        double[] expected = golden.GetProperty("percentiles").Doubles();
        for (int i = 0; i < shares.Length; i++)
        {
            Assert.Equal(expected[i], Bootstrap.Percentile(values, shares[i]), 1e-12);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void ConfidenceInterval_with_a_level_outside_0_and_1_is_refused(double level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.ConfidenceInterval(5, _ => 0, level));

    [Fact]
    public void ConfidenceInterval_of_nothing_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.ConfidenceInterval(0, _ => 0));

    /// <summary>Two classifiers of 300 images that both fail where it is hard; the second also on every tenth image.</summary>
    private static (ClassificationReport Better, ClassificationReport Worse, bool[] Hard) TwoClassifiers()
    {
        long[] labels = [.. Enumerable.Range(0, 300).Select(image => (long)(image % 2))];
        bool[] hard = [.. Enumerable.Range(0, 300).Select(image => image % 3 == 0)];
        var scores = new float[300, 2];
        long[] better = [.. labels.Select((label, image) => hard[image] ? 1 - label : label)];
        long[] worse = [.. labels.Select((label, image) => hard[image] || image % 10 == 0 ? 1 - label : label)];
        return (ClassificationReport.Compute(scores, labels, better), ClassificationReport.Compute(scores, labels, worse), hard);
    }
}
