using CourseCompanion.SelfSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

public class CollapseMonitorTests
{
    [Fact]
    public void An_encoder_that_always_answers_the_same_has_neither_spread_nor_rank()
    {
        using var scope = NewDisposeScope();
        Tensor same = tensor(new float[] { 0.1f, 7.3f, -2.2f }).expand(50, 3);
        Assert.Equal(0, CollapseMonitor.Spread(same), 4);
        Assert.Equal(0, CollapseMonitor.EffectiveRank(same), 4);
    }

    [Fact]
    public void Directions_that_point_everywhere_have_spread_one_whatever_their_length()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor everywhere = randn([2000, 16], generator: generator);
        Assert.Equal(1, CollapseMonitor.Spread(everywhere), 2);
        Assert.Equal(1, CollapseMonitor.Spread(everywhere.mul(rand([2000, 1], generator: generator).add(0.5))), 2);
        Assert.InRange(CollapseMonitor.EffectiveRank(everywhere), 15.8, 16);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_rank_is_the_number_of_dimensions_that_are_used(int dimensions)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        // As many orthogonal directions, alike in size, in a space of eight; and far from the origin.
        Tensor directions = eye(8).narrow(0, 0, dimensions);
        Tensor features = cat([directions, directions.neg()], 0).repeat(10, 1).add(100);
        Assert.Equal(dimensions, CollapseMonitor.EffectiveRank(features), 3);
    }

    [Fact]
    public void One_image_tells_nothing()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => CollapseMonitor.Spread(ones(1, 4)));
        Assert.Throws<ArgumentException>(() => CollapseMonitor.EffectiveRank(ones(4)));
    }
}
