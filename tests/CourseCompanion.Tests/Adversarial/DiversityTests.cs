using CourseCompanion.Adversarial;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Adversarial;

public sealed class DiversityTests
{
    [Fact]
    public void Mean_distance_is_over_all_pairs()
    {
        using var scope = NewDisposeScope();
        Tensor corners = tensor(new float[,] { { 0, 0 }, { 3, 0 }, { 0, 4 } });

        Assert.Equal((3 + 4 + 5) / 3.0, Diversity.MeanPairwiseDistance(corners), 9);
        Assert.Equal((3 + 4 + 5) / 3.0, Diversity.MeanPairwiseDistance(corners.reshape(3, 1, 2, 1)), 9);
    }

    [Fact]
    public void A_collapsed_generator_is_near_0_and_an_equal_one_at_1()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        Tensor real = randn(40, 3, 8, 8, generator: random);
        Tensor same = real.narrow(0, 0, 1).expand(40, -1, -1, -1), alike = same + (0.01 * randn(40, 3, 8, 8, generator: random));

        Assert.Equal(0, Diversity.Ratio(same, real), 6);
        Assert.InRange(Diversity.Ratio(alike, real), 0.005, 0.02);
        Assert.Equal(1, Diversity.Ratio(real.flip([0L]), real), 9);
    }

    [Fact]
    public void One_image_has_no_diversity() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Diversity.MeanPairwiseDistance(ones(1, 3)));
}
