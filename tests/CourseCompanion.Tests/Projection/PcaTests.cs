using CourseCompanion.Projection;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Projection;

public sealed class PcaTests
{
    [Fact]
    public void Fit_equals_the_exact_decomposition()
    {
        using var scope = NewDisposeScope();
        Tensor scales = tensor(Enumerable.Range(0, 40).Select(column => MathF.Pow(0.8f, column)).ToArray());
        Tensor points = randn([300, 40], generator: new Generator(1)).mul(scales).add(7);
        using Pca pca = Pca.Fit(points, 5);

        Tensor centred = points.sub(points.mean([0L]));
        (_, Tensor singular, Tensor rows) = linalg.svd(centred, fullMatrices: false);
        float[] variances = singular.square().div(299).data<float>().ToArray();
        for (int component = 0; component < 5; component++)
        {
            Assert.Equal(variances[component], pca.ExplainedVariance[component], variances[component] * 1e-3);
            Assert.Equal(variances[component] / variances.Sum(), pca.ExplainedVarianceRatio[component], 1e-3);
            Assert.Equal(1, Math.Abs(rows[component].dot(pca.Components[component]).item<float>()), 1e-3);
        }

        Tensor coordinates = pca.Transform(points);
        Assert.True(allclose(coordinates.mean([0L]), zeros(5), atol: 1e-4));
        Assert.True(allclose(pca.Components.matmul(pca.Components.t()), eye(5), atol: 1e-5));
    }

    [Fact]
    public void Fit_of_more_directions_than_there_are_is_refused()
    {
        using Tensor points = zeros(5, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => Pca.Fit(points, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pca.Fit(points, 0));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Fit_of_a_feature_that_is_not_finite_is_refused(float bad)
    {
        using Tensor points = tensor(new[,] { { 1f, 2 }, { 3, bad }, { 0, 1 } });
        Assert.Contains("not a finite number", Assert.Throws<ArgumentException>(() => Pca.Fit(points, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transform_of_other_features_is_refused()
    {
        using Tensor points = randn(6, 3);
        using Pca pca = Pca.Fit(points);

        // A single column would be taken for three equal ones.
        using Tensor column = zeros(6, 1);
        Assert.Contains("[N, 3]", Assert.Throws<ArgumentException>(() => pca.Transform(column)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_of_one_point_or_of_copies_has_no_variance()
    {
        using Tensor one = ones(1, 4), copies = ones(5, 4);
        using Pca first = Pca.Fit(one, 1), second = Pca.Fit(copies, 2);
        Assert.Equal([0], first.ExplainedVariance);
        Assert.Equal([0, 0], second.ExplainedVariance);
        Assert.All(second.ExplainedVarianceRatio, ratio => Assert.True(double.IsNaN(ratio)));
    }
}
