using CourseCompanion.Transfer;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Transfer;

public class FusionTests
{
    [Fact]
    public void The_product_by_hand()
    {
        using var scope = NewDisposeScope();
        Tensor first = tensor(new[,] { { 0.5f, 0.3f, 0.2f } }), second = tensor(new[,] { { 0.2f, 0.6f, 0.2f } }), third = tensor(new[,] { { 0.1f, 0.1f, 0.8f } });

        AssertRows([[0.10 / 0.32, 0.18 / 0.32, 0.04 / 0.32]], Fusion.Product(first, second));
        AssertRows([[0.010 / 0.060, 0.018 / 0.060, 0.032 / 0.060]], Fusion.Product(first, second, third));
        AssertRows([[0.5, 0.3, 0.2]], Fusion.Product(first));
    }

    [Fact]
    public void The_order_of_members_does_not_matter_to_the_product()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor[] members = [.. Enumerable.Range(0, 4).Select(_ => randn([20, 5], generator: generator).mul(5).softmax(1))];

        Tensor product = Fusion.Product(members);

        Assert.True(product.sub(Fusion.Product([members[3], members[1], members[0], members[2]])).abs().max().item<float>() < 1e-6);
        Assert.True(product.sum(dim: 1).sub(1).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void Zeros_leave_numbers()
    {
        using var scope = NewDisposeScope();
        Tensor sure = tensor(new[,] { { 1f, 0f, 0f } }), other = tensor(new[,] { { 0f, 1f, 0f } }), unsure = tensor(new[,] { { 0.2f, 0.3f, 0.5f } });

        AssertRows([[1, 0, 0]], Fusion.Product(sure, unsure));
        // Two that contradict each other leave the decision to the third; what both exclude stays out.
        AssertRows([[0.4, 0.6, 0]], Fusion.Product(sure, other, unsure));
        AssertRows([[0.5, 0.5, 0]], Fusion.Product(sure, other));
        Assert.True(Fusion.Product(zeros(1, 3), zeros(1, 3)).isfinite().all().item<bool>());
    }

    [Fact]
    public void The_most_confident_member_answers()
    {
        using var scope = NewDisposeScope();
        Tensor first = tensor(new[,] { { 0.5f, 0.3f, 0.2f }, { 0.1f, 0.8f, 0.1f }, { 0.6f, 0.4f, 0f } });
        Tensor second = tensor(new[,] { { 0.2f, 0.6f, 0.2f }, { 0.7f, 0.2f, 0.1f }, { 0.4f, 0.6f, 0f } });
        Tensor third = tensor(new[,] { { 0.4f, 0.3f, 0.3f }, { 0f, 0.1f, 0.9f }, { 0.3f, 0.3f, 0.4f } });

        AssertRows([[0.2, 0.6, 0.2], [0, 0.1, 0.9], [0.6, 0.4, 0]], Fusion.MostConfident(first, second, third));
    }

    [Fact]
    public void Members_must_be_there_and_speak_of_the_same_images()
    {
        using var scope = NewDisposeScope();

        Assert.Throws<ArgumentException>(() => Fusion.Product());
        Assert.Throws<ArgumentException>(() => Fusion.Product(ones(2, 3), ones(3, 3)));
        Assert.Throws<ArgumentException>(() => Stacking.Probabilities([ones(2, 3)], zeros(2, ScalarType.Int64), [ones(2, 3), ones(2, 3)]));
    }

    [Fact]
    public void Stacking_learns_whom_to_believe()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor labels = arange(90, ScalarType.Int64).remainder(3);
        Tensor truth = nn.functional.one_hot(labels, 3).@float();
        // The first member is right on most images; the second is sure, and knows nothing.
        Tensor good = truth.mul(2).add(randn([90, 3], generator: generator)).softmax(1);
        Tensor noise = randn([90, 3], generator: generator).mul(6).softmax(1);
        Tensor[] validation = [good.narrow(0, 0, 60), noise.narrow(0, 0, 60)], test = [good.narrow(0, 60, 30), noise.narrow(0, 60, 30)];

        double Right(Tensor probabilities) => probabilities.argmax(1).eq(labels.narrow(0, 60, 30)).@double().mean().item<double>();

        double stacked = Right(Stacking.Probabilities(validation, labels.narrow(0, 0, 60), test)), product = Right(Fusion.Product(test));
        Assert.True(stacked > product + 0.15, $"stacking {stacked}, product {product}");
    }

    private static void AssertRows(double[][] expected, Tensor actual)
    {
        Assert.Equal([expected.Length, expected[0].Length], actual.shape);
        float[] found = actual.data<float>().ToArray();
        Assert.All(expected.SelectMany(row => row).Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
