using System.Text.Json;
using CourseCompanion.Transfer;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Transfer;

public class ProbesTests
{
    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(0.1, "0.1")]
    public void The_linear_probe_says_what_scikit_learn_says(double c, string name)
    {
        using var scope = NewDisposeScope();
        JsonElement golden = Golden.Load("Transfer", "linear_probe_golden.json");

        Tensor found = LinearProbe.Probabilities(
            tensor(golden.GetProperty("features").Matrix()), tensor(golden.GetProperty("labels").Longs()), tensor(golden.GetProperty("queries").Matrix()), 3, c);

        AssertClose(tensor(golden.GetProperty("probabilities").GetProperty(name).Matrix()), found, 1e-4);
    }

    [Fact]
    public void The_linear_probe_does_not_mind_scales_and_constant_features()
    {
        using var scope = NewDisposeScope();
        Tensor labels = arange(40, ScalarType.Int64).remainder(2);
        Tensor features = stack([labels.@float().add(arange(40).@float().mul(0.7).sin()), arange(40).@float().cos()], 1);   // [40, 2]

        Tensor expected = LinearProbe.Probabilities(features, labels, features, 2);
        Tensor scaled = cat([features.mul(1000).add(7), ones(40, 1).mul(3)], 1);

        AssertClose(expected, LinearProbe.Probabilities(scaled, labels, scaled, 2), 1e-4);
    }

    [Fact]
    public void The_linear_probe_finds_separable_classes_with_more_features_than_images()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor labels = arange(30, ScalarType.Int64).remainder(3);
        Tensor features = randn([30, 200], generator: generator);

        Tensor found = LinearProbe.Probabilities(features, labels, features, 3, c: 1000);

        Assert.Equal(labels.data<long>().ToArray(), found.argmax(1).data<long>().ToArray());
    }

    [Fact]
    public void Neighbours_vote_with_the_weight_of_their_similarity()
    {
        using var scope = NewDisposeScope();
        Tensor features = tensor(new float[,] { { 1, 0 }, { 0.6f, 0.8f }, { 0, 5 }, { -1, 0 } });
        Tensor labels = tensor(new long[] { 0, 1, 1, 2 });
        Tensor query = tensor(new float[,] { { 3, 0 } });  // similarities 1, 0.6, 0, -1

        double near = Math.Exp(1), far = Math.Exp(0.6);
        AssertClose(tensor(new[,] { { near / (near + far), far / (near + far), 0 } }).@float(), KnnProbe.Probabilities(features, labels, query, 3, k: 2, temperature: 1), 1e-6);
        AssertClose(tensor(new[,] { { 1f / 3, 2f / 3, 0 } }), KnnProbe.Probabilities(features, labels, query, 3, k: 3, temperature: double.PositiveInfinity), 1e-6);
        AssertClose(tensor(new[,] { { 0.25f, 0.5f, 0.25f } }), KnnProbe.Probabilities(features, labels, query, 3, k: 99, temperature: 1e9), 1e-6);
    }

    [Fact]
    public void Neighbours_are_found_block_by_block()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor features = randn([50, 8], generator: generator), queries = randn([2100, 8], generator: generator);
        Tensor labels = arange(50, ScalarType.Int64).remainder(4);

        Tensor found = KnnProbe.Probabilities(features, labels, queries, 4, k: 5);

        AssertClose(ones(2100), found.sum(dim: 1), 1e-5);
        AssertClose(KnnProbe.Probabilities(features, labels, queries.narrow(0, 2090, 10), 4, k: 5), found.narrow(0, 2090, 10), 1e-6);
    }

    [Fact]
    public void Input_that_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        Tensor features = ones(4, 2), labels = tensor(new long[] { 0, 1, 0, 3 });

        Assert.Throws<ArgumentException>(() => KnnProbe.Probabilities(features, labels, features, 3));
        Assert.Throws<ArgumentException>(() => KnnProbe.Probabilities(features, labels, ones(4, 3), 4));
        Assert.Throws<ArgumentException>(() => LinearProbe.Probabilities(features, labels.narrow(0, 0, 2), features, 4));
        Assert.Throws<ArgumentException>(() => LinearProbe.Probabilities(features.div(0), labels, features, 4));
    }

    private static void AssertClose(Tensor expected, Tensor actual, double within)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(0, expected.sub(actual).abs().max().item<float>(), within);
    }
}
