using System.Text.Json;
using CourseCompanion.Evaluation;

namespace CourseCompanion.Tests.Evaluation;

public class CalibrationTests
{
    private static readonly JsonElement s_golden = Golden.Load("Evaluation", "evaluation_golden.json");

    public static TheoryData<int> Problems => [.. Enumerable.Range(0, s_golden.GetProperty("problems").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Problems))]
    public void ReliabilityBins_equal_scikit_learn_calibration_curve(int index)
    {
        JsonElement golden = s_golden.GetProperty("problems")[index];
        IReadOnlyList<ReliabilityBin> bins = Calibration.ReliabilityBins(
            golden.GetProperty("scores").Matrix(), golden.GetProperty("labels").Longs());

        ReliabilityBin[] filled = [.. bins.Where(bin => bin.Count > 0)];
        Assert.Equal(15, bins.Count);
        Assert.Equal(golden.GetProperty("labels").GetArrayLength(), bins.Sum(bin => bin.Count));
        AssertClose(golden.GetProperty("curve_accuracy").Doubles(), [.. filled.Select(bin => bin.Accuracy)]);
        AssertClose(golden.GetProperty("curve_confidence").Doubles(), [.. filled.Select(bin => bin.Confidence)]);
        Assert.Equal(golden.GetProperty("ece").GetDouble(), Calibration.ExpectedCalibrationError(bins), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void Fit_finds_the_temperature_that_scipy_finds(int index)
    {
        JsonElement golden = s_golden.GetProperty("problems")[index];
        var scaling = TemperatureScaling.Fit(golden.GetProperty("logits").Matrix(), golden.GetProperty("labels").Longs());

        Assert.Equal(golden.GetProperty("temperature").GetDouble(), scaling.Temperature, 1e-5);
    }

    [Fact]
    public void Fit_on_logits_multiplied_by_ten_multiplies_the_temperature_by_ten()
    {
        JsonElement golden = s_golden.GetProperty("problems")[0];
        float[,] logits = golden.GetProperty("logits").Matrix();
        long[] labels = golden.GetProperty("labels").Longs();
        double before = TemperatureScaling.Fit(logits, labels).Temperature;
        for (int i = 0; i < logits.GetLength(0); i++)
        {
            for (int j = 0; j < logits.GetLength(1); j++)
            {
                logits[i, j] *= 10;
            }
        }

        Assert.Equal(10 * before, TemperatureScaling.Fit(logits, labels).Temperature, 1e-4);
    }

    [Fact]
    public void Fit_without_a_single_error_stops_at_the_bound() =>
        Assert.Equal(0.01, TemperatureScaling.Fit(new[,] { { 2f, 1f }, { 1f, 2f } }, [0, 1]).Temperature, 1e-6);

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_that_is_not_positive_is_refused(double temperature) =>
        Assert.Equal(temperature, Assert.Throws<ArgumentOutOfRangeException>(() => new TemperatureScaling(temperature)).ActualValue);

    [Fact]
    public void Fit_on_huge_logits_stays_finite()
    {
        double temperature = TemperatureScaling.Fit(new[,] { { 1e30f, 0f }, { 1e30f, 0f }, { 0f, 1e30f } }, [0, 1, 1]).Temperature;
        Assert.Equal(100, temperature, 1e-6);
    }

    [Fact]
    public void ReliabilityBins_put_the_edges_where_they_belong()
    {
        IReadOnlyList<ReliabilityBin> bins = Calibration.ReliabilityBins(
            new[,] { { 0.5f, 0.5f }, { 1f, 0f }, { 0f, 1f } }, [0, 0, 0], bins: 2);

        Assert.Equal(1, bins[0].Count);
        Assert.Equal(2, bins[1].Count);
        Assert.Equal(0.5, bins[1].Accuracy);
    }

    [Fact]
    public void ReliabilityBins_put_a_confidence_of_a_fifth_below_the_edge_at_a_fifth()
    {
        // In single precision 0.2 is a little more than a fifth.
        IReadOnlyList<ReliabilityBin> bins = Calibration.ReliabilityBins(new[,] { { 0.2f, 0.2f, 0.2f, 0.2f, 0.2f } }, [0], bins: 10);

        Assert.Equal(1, bins[1].Count);
        for (int edge = 1; edge <= 10; edge++)
        {
            float p = edge / 10f;
            Assert.Equal(1, Calibration.ReliabilityBins(new[,] { { p, 1 - p, 0 } }, [0], 10)[Math.Max(edge, 10 - edge) - 1].Count);
        }
    }

    [Fact]
    public void ReliabilityBins_of_logits_ask_for_a_softmax() =>
        Assert.Contains("softmax", Assert.Throws<ArgumentException>(
            () => Calibration.ReliabilityBins(new[,] { { 3f, -1f } }, [0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Error_of_a_model_that_means_what_it_says_is_zero()
    {
        float[,] probabilities = { { 0.75f, 0.25f }, { 0.75f, 0.25f }, { 0.75f, 0.25f }, { 0.75f, 0.25f } };

        Assert.Equal(0, Calibration.ExpectedCalibrationError(Calibration.ReliabilityBins(probabilities, [0, 0, 0, 1])), 1e-12);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-9);
        }
    }
}
