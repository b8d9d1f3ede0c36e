using CourseCompanion.SelfSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

public class NtXentTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void Views_that_are_all_the_same_give_the_log_of_their_number(int images)
    {
        using var scope = NewDisposeScope();
        Tensor same = ones(images, 5);
        Assert.Equal(Math.Log((2 * images) - 1), NtXent.Loss(same, same, 0.1).item<float>(), 5);
    }

    [Fact]
    public void The_loss_is_the_sum_written_out()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor first = randn([4, 3], generator: generator), second = randn([4, 3], generator: generator);

        double[][] views = [.. Enumerable.Range(0, 8).Select(i => Direction((i < 4 ? first : second)[i % 4]))];
        double sum = 0;
        for (int i = 0; i < 8; i++)
        {
            double Similarity(int j) => Math.Exp(views[i].Zip(views[j], (a, b) => a * b).Sum() / 0.5);
            double all = Enumerable.Range(0, 8).Where(j => j != i).Sum(Similarity);
            sum -= Math.Log(Similarity((i + 4) % 8) / all);
        }

        Assert.Equal(sum / 8, NtXent.Loss(first, second).item<float>(), 5);
        Assert.Equal(sum / 8, NtXent.Loss(second, first.mul(7)).item<float>(), 5);
    }

    [Fact]
    public void A_lower_temperature_makes_another_loss()
    {
        using var scope = NewDisposeScope();
        Tensor first = eye(4), second = eye(4);
        Assert.Equal(Math.Log(1 + (6 * Math.Exp(-2))), NtXent.Loss(first, second, 0.5).item<float>(), 5);
        Assert.Equal(Math.Log(1 + (6 * Math.Exp(-10))), NtXent.Loss(first, second, 0.1).item<float>(), 5);
    }

    [Fact]
    public void Views_of_other_images_are_refused()
    {
        using var scope = NewDisposeScope();
        ArgumentException error = Assert.Throws<ArgumentException>(() => NtXent.Loss(ones(4, 3), ones(5, 3)));
        Assert.Contains("[4, 3] and [5, 3]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => NtXent.Loss(ones(4, 3), ones(4, 3), 0));
    }

    private static double[] Direction(Tensor row)
    {
        double[] values = [.. row.@double().data<double>()];
        double length = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / length)];
    }
}
