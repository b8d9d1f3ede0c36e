using CourseCompanion.Classifiers;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Classifiers;

/// <summary>Against scikit-learn 1.2.1: StandardScaler, then LogisticRegression (newton-cg), LinearSVC (primal, squared hinge) or KNeighborsClassifier.</summary>
public class ClassifierTests
{
    private const double Tolerance = 1e-5;

    // More images than features (c = 1), and fewer (c = 0.5): two ways to the same minimum.
    public static TheoryData<int, int, double, bool, double[], double> LogisticRegressions => new()
    {
        { 40, 5, 1, false, [1.36242113, 0.13497518, -0.6121166, 0.18234614, -0.50802754], 0.00187893 },
        { 40, 5, 1, true, [1.89937201, -0.5897928, -0.60983086, 0.62732369, -0.48669474], 0.01812426 },
        { 12, 30, 0.5, false, [0.19619793, 0.13977836, -0.36281439, 0.1542036, 0.03565722], 0.63395619 },
        { 12, 30, 0.5, true, [0.23121125, 0.10358865, -0.5075771, 0.21217413, 0.0781862], 1.19127018 },
    };

    public static TheoryData<int, int, double, double[], double> LinearSvms => new()
    {
        { 40, 5, 1, [1.01231324, -0.25066291, -0.01340841, 0.49746435, -0.29033024], 0.00619706 },
        { 12, 30, 0.5, [0.13227592, 0.10917132, -0.3927562, 0.24512016, 0.09466078], 0.16986095 },
    };

    [Theory]
    [MemberData(nameof(LogisticRegressions))]
    public void Logistic_regression_agrees_with_scikit_learn(int count, int dimensions, double c, bool weighted, double[] weights, double intercept)
    {
        using var scope = NewDisposeScope();
        (Tensor features, Tensor labels) = Cases(count, dimensions);
        Tensor? counts = weighted ? arange(count).remainder(3).add(1) : null;

        LogisticRegression model = LogisticRegression.Fit(features, labels, c, counts);

        Assert.All(weights.Zip(model.Weights), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        Assert.Equal(intercept, model.Intercept, Tolerance);
    }

    [Theory]
    [MemberData(nameof(LinearSvms))]
    public void Linear_svm_agrees_with_scikit_learn(int count, int dimensions, double c, double[] weights, double intercept)
    {
        using var scope = NewDisposeScope();
        (Tensor features, Tensor labels) = Cases(count, dimensions);

        LinearSvm model = LinearSvm.Fit(features, labels, c);

        Assert.All(weights.Zip(model.Weights), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        Assert.Equal(intercept, model.Intercept, Tolerance);
    }

    [Theory]
    [InlineData(40, 5, new[] { 0.0, 0.6, 0.8, 0.0 })]
    [InlineData(12, 30, new[] { 0.8, 0.4, 0.2, 0.8 })]
    public void Nearest_neighbours_agree_with_scikit_learn(int count, int dimensions, double[] shares)
    {
        using var scope = NewDisposeScope();
        (Tensor features, Tensor labels) = Cases(count + 4, dimensions);

        NearestNeighboursClassifier model = NearestNeighboursClassifier.Fit(features.narrow(0, 0, count), labels.narrow(0, 0, count));
        double[] scores = model.Scores(features.narrow(0, count, 4)).data<double>().ToArray();

        Assert.All(shares.Zip(scores), pair => Assert.Equal(pair.First - 0.5, pair.Second, 1e-9));
    }

    [Fact]
    public void Probabilities_are_the_sigmoid_of_the_scores_and_of_the_right_class()
    {
        using var scope = NewDisposeScope();
        (Tensor features, Tensor labels) = Cases(40, 5);
        LogisticRegression model = LogisticRegression.Fit(features, labels);

        Tensor p = model.Probabilities(features);

        Assert.True(p.allclose(model.Scores(features).sigmoid()));
        Assert.True(p[labels.eq(1)].mean().item<double>() > p[labels.eq(0)].mean().item<double>() + 0.3);
    }

    [Fact]
    public void Weight_two_is_the_same_image_twice()
    {
        using var scope = NewDisposeScope();
        (Tensor features, Tensor labels) = Cases(40, 5);

        // The scale would change with the copies: these are their own mirror images, so that mean and deviation stay.
        Tensor mirrored = cat([features, features], 0), both = cat([labels, labels], 0);
        LogisticRegression twice = LogisticRegression.Fit(mirrored, both, c: 1);
        LogisticRegression heavy = LogisticRegression.Fit(features, labels, c: 1, full(40, 2.0));

        Assert.All(twice.Weights.Zip(heavy.Weights), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Standardisation_is_that_of_the_images_learnt_from()
    {
        using var scope = NewDisposeScope();
        Tensor features = tensor(new double[,] { { 1, 5 }, { 3, 5 } });
        Standardization scale = Standardization.Fit(features);

        Assert.Equal([2, 5], scale.Means);
        Assert.Equal([1, 1], scale.Deviations);  // the second feature is constant
        Assert.Equal([8, 1], scale.Apply(tensor(new double[,] { { 10, 6 } })).data<double>().ToArray());
    }

    [Fact]
    public void What_cannot_be_learnt_from_is_refused()
    {
        using var scope = NewDisposeScope();
        (Tensor features, Tensor labels) = Cases(12, 3);

        Assert.Contains("both must occur", Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(features, zeros_like(labels))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LinearSvm.Fit(features, labels.narrow(0, 0, 5)));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(features.mul(double.NaN), labels));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogisticRegression.Fit(features, labels, c: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighboursClassifier.Fit(features, labels, neighbours: 13));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(features, labels).Scores(zeros(2, 4)));
    }

    private static (Tensor Features, Tensor Labels) Cases(int count, int dimensions)
    {
        var features = new double[count, dimensions];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < dimensions; j++)
            {
                features[i, j] = (Math.Sin((1.7 * i) + (0.9 * j * j)) + (0.3 * Math.Cos(i * j)) + ((j + 1) * 0.1)) * (1 + j);
            }
        }

        long[] labels = [.. Enumerable.Range(0, count).Select(i => Math.Sin(1.7 * i) + (0.6 * Math.Cos((2.3 * i) + 1)) > 0 ? 1L : 0L)];
        return (tensor(features), tensor(labels));
    }
}
