using CourseCompanion.Graphs;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Graphs;

public sealed class NearestNeighbourDescentTests
{
    [Theory]
    [InlineData(DistanceMetric.Euclidean)]
    [InlineData(DistanceMetric.Cosine)]
    public void Find_misses_few_neighbours_and_measures_true_distances(DistanceMetric metric)
    {
        using Tensor points = randn([3000, 8], generator: new Generator(1));
        Neighbours exact = NearestNeighbours.Find(points, 10, metric);
        Neighbours found = NearestNeighbourDescent.Find(points, 10, metric);
        Assert.InRange(found.RecallOf(exact), 0.97, 1);
        Assert.True(found.DistancesOf(7)[9] >= exact.DistancesOf(7)[9]);
        Assert.DoesNotContain(7, found.IndicesOf(7).ToArray());
        Assert.Equal(10, found.IndicesOf(7).ToArray().Distinct().Count());
    }

    [Theory]
    [InlineData(DistanceMetric.Euclidean)]
    [InlineData(DistanceMetric.Cosine)]
    public void Find_by_fewer_coordinates_misses_few_neighbours_and_measures_true_distances(DistanceMetric metric)
    {
        using var scope = NewDisposeScope();
        Tensor points = randn([2500, 12], generator: new Generator(5)).matmul(randn([12, 200], generator: new Generator(6)))
            .add(randn([2500, 200], generator: new Generator(7)).mul(0.3)).add(2);
        Neighbours exact = NearestNeighbours.Find(points, 10, metric);
        Neighbours found = NearestNeighbourDescent.Find(points, 10, metric);
        Assert.InRange(found.RecallOf(exact), 0.97, 1);
        Assert.Equal(exact.DistancesOf(7)[0], found.DistancesOf(7)[0]);
    }

    [Fact]
    public void Find_with_the_same_seed_gives_the_same_lists()
    {
        using Tensor points = randn([500, 4], generator: new Generator(2));
        Assert.Equal(1, NearestNeighbourDescent.Find(points, 5).RecallOf(NearestNeighbourDescent.Find(points, 5)));
    }

    [Fact]
    public void Find_among_few_points_and_copies_finds_all()
    {
        using Tensor few = randn([6, 2], generator: new Generator(3)), copies = ones(40, 3);
        Assert.Equal(1, NearestNeighbourDescent.Find(few, 5).RecallOf(NearestNeighbours.Find(few, 5)));
        Assert.All(NearestNeighbourDescent.Find(copies, 5).AllDistances.ToArray(), distance => Assert.Equal(0, distance));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbourDescent.Find(few, 6));
    }
}
