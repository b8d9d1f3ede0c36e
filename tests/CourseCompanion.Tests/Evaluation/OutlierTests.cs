using System.Text.Json;
using CourseCompanion.Evaluation;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Evaluation;

public class OutlierTests
{
    private static readonly JsonElement Values = Golden.Load("Evaluation", "reliability_golden.json");

    [Theory]
    [InlineData(1, "energy")]
    [InlineData(2, "energy_2")]
    public void Energy_is_that_of_scipy(double temperature, string name)
    {
        using Tensor logits = tensor(Values.GetProperty("logits").Matrix());
        using Tensor energy = EnergyScore.Compute(logits, temperature);

        Assert.Equal(Values.GetProperty(name).Doubles(), energy.data<float>().Select(value => (double)value), Near(1e-4));
    }

    [Fact]
    public void Energy_remembers_what_softmax_forgets()
    {
        using Tensor logits = tensor(new float[,] { { 1, 2, 3 }, { 11, 12, 13 } });
        using Tensor energy = EnergyScore.Compute(logits);

        Assert.Equal(10, energy[0].item<float>() - energy[1].item<float>(), 1e-4);
    }

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(0.5, "0.5")]
    public void Distances_are_those_of_scikit_learns_covariance(double shrinkage, string name)
    {
        using var scope = NewDisposeScope();
        using MahalanobisDistance fitted = MahalanobisDistance.Fit(
            tensor(Values.GetProperty("features").Matrix()), tensor(Values.GetProperty("labels").Longs()), shrinkage);

        Tensor found = fitted.Compute(tensor(Values.GetProperty("queries").Matrix()));

        Assert.Equal(Values.GetProperty("distances").GetProperty(name).Doubles(), found.data<double>(), Near(1e-3));
    }

    [Fact]
    public void Distances_count_in_units_of_the_spread()
    {
        // One class at the origin, wide along the first axis (variance 4) and narrow along the second (variance 1).
        using var scope = NewDisposeScope();
        Tensor known = tensor(new float[,] { { 2, 1 }, { -2, 1 }, { 2, -1 }, { -2, -1 } });
        using MahalanobisDistance fitted = MahalanobisDistance.Fit(known, zeros(4, ScalarType.Int64), shrinkage: 0);

        Tensor found = fitted.Compute(tensor(new float[,] { { 4, 0 }, { 0, 4 } }));

        Assert.Equal([4, 16], found.data<double>(), Near(1e-9));
    }

    [Fact]
    public void Distances_do_not_change_when_features_are_scaled_and_mixed()
    {
        using var scope = NewDisposeScope();
        Tensor features = tensor(Values.GetProperty("features").Matrix()), queries = tensor(Values.GetProperty("queries").Matrix());
        Tensor labels = tensor(Values.GetProperty("labels").Longs());
        Tensor mixing = tensor(new float[,] { { 3, 1, 0, 0 }, { 0, 0.5f, 0, 0 }, { 0, 0, 2, 1 }, { 1, 0, 0, 1 } });
        using MahalanobisDistance plain = MahalanobisDistance.Fit(features, labels, shrinkage: 0);
        using MahalanobisDistance mixed = MahalanobisDistance.Fit(features.mm(mixing), labels, shrinkage: 0);

        Assert.Equal(plain.Compute(queries).data<double>().ToArray(), mixed.Compute(queries.mm(mixing)).data<double>(), (a, b) => Math.Abs(a - b) < 1e-3 * a);
    }

    [Fact]
    public void Distances_are_finite_with_more_features_than_images()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using MahalanobisDistance fitted = MahalanobisDistance.Fit(randn([10, 50], generator: generator), arange(10, ScalarType.Int64).remainder(2));

        Assert.True(fitted.Compute(randn([5, 50], generator: generator)).isfinite().all().item<bool>());
    }

    [Fact]
    public void Judgement_is_that_of_scikit_learns_curve()
    {
        OutlierDetectionReport found = OutlierDetection.Judge(Values.GetProperty("known").Doubles(), Values.GetProperty("foreign").Doubles());

        Assert.Equal(Values.GetProperty("auroc").GetDouble(), found.Auroc, 1e-6);
        Assert.Equal(Values.GetProperty("fpr95").GetDouble(), found.FprAt95, 1e-9);
    }

    [Fact]
    public void Threshold_lets_95_of_100_pass()
    {
        double[] known = [.. Enumerable.Range(1, 100).Select(score => (double)score)];

        Assert.Equal(95, OutlierDetection.Threshold(known));
        Assert.Equal(new OutlierDetectionReport(1, 0, 95), OutlierDetection.Judge(known, [101, 200]));
        Assert.Equal(new OutlierDetectionReport(0, 1, 95), OutlierDetection.Judge(known, [-1, 0]));
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => EnergyScore.Compute(ones(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => EnergyScore.Compute(ones(3, 2), 0));
        Assert.Throws<ArgumentException>(() => MahalanobisDistance.Fit(ones(3, 2), zeros(2, ScalarType.Int64)));
        Assert.Throws<ArgumentException>(() => MahalanobisDistance.Fit(ones(3, 2), zeros(3, ScalarType.Int64)));
        Assert.Throws<ArgumentException>(() => MahalanobisDistance.Fit(full(3, 2, double.NaN), zeros(3, ScalarType.Int64)));
        Assert.Throws<ArgumentException>(() => MahalanobisDistance.Fit(eye(3, 5), zeros(3, ScalarType.Int64), shrinkage: 0));
        Assert.Throws<ArgumentException>(() => OutlierDetection.Judge([], [1]));
    }

    private static Func<double, double, bool> Near(double tolerance) => (a, b) => Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Abs(a));
}
