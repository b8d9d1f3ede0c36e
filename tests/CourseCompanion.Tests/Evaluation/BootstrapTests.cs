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
        ConfidenceInterval report = Bootstrap.ConfidenceInterval(scores, labels, figures => figures.Accuracy, predicted: predicted);

        Assert.Equal(direct.Estimate, report.Estimate, 1e-12);
        Assert.Equal(direct.Lower, report.Lower, 1e-12);
        Assert.Equal(direct.Upper, report.Upper, 1e-12);
    }

    [Fact]
    public void ConfidenceInterval_of_a_report_figure_resamples_scores_and_labels_together()
    {
        JsonElement golden = s_golden.GetProperty("problems")[0];
        float[,] scores = golden.GetProperty("scores").Matrix();
        long[] labels = golden.GetProperty("labels").Longs();
        bool[] correct = [.. labels.Select((label, row) => Enumerable.Range(0, 3).MaxBy(k => scores[row, k]) == label)];

        ConfidenceInterval direct = Bootstrap.ConfidenceInterval(labels.Length, rows => rows.Average(row => correct[row] ? 1 : 0));
        ConfidenceInterval report = Bootstrap.ConfidenceInterval(scores, labels, figures => figures.Accuracy);

        Assert.Equal(direct.Lower, report.Lower, 1e-12);
        Assert.Equal(direct.Upper, report.Upper, 1e-12);
        Assert.Equal(golden.GetProperty("accuracy").GetDouble(), report.Estimate, 1e-12);
    }

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
}
