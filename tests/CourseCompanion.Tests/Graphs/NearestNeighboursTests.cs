using CourseCompanion.Graphs;
using CourseCompanion.Tests.Shared;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Graphs;

public sealed class NearestNeighboursTests
{
    [Theory]
    [InlineData(37, 3, 5, DistanceMetric.Euclidean)]
    [InlineData(37, 3, 36, DistanceMetric.Cosine)]
    [InlineData(1500, 20, 10, DistanceMetric.Euclidean)]
    [InlineData(1500, 20, 10, DistanceMetric.Cosine)]
    [InlineData(2100, 1, 7, DistanceMetric.Euclidean)]
    public void Find_equals_the_comparison_of_all_pairs(int count, int dimension, int k, DistanceMetric metric)
    {
        using Tensor points = randn([count, dimension], generator: new Generator(1)).add(3);
        Neighbours found = NearestNeighbours.Find(points, k, metric);
        AssertNearest(points, points, found, metric, isSelfSearch: true);
    }

    [Theory]
    [InlineData(DistanceMetric.Euclidean)]
    [InlineData(DistanceMetric.Cosine)]
    public void Find_for_queries_equals_the_comparison_of_all_pairs(DistanceMetric metric)
    {
        using Tensor points = randn([1300, 33], generator: new Generator(1));
        using Tensor queries = cat([randn([1100, 33], generator: new Generator(2)), points.narrow(0, 5, 1)]);
        Neighbours found = NearestNeighbours.Find(queries, points, 4, metric);
        AssertNearest(queries, points, found, metric, isSelfSearch: false);
        Assert.Equal(5, found.Indices[1100][0].item<long>());
    }

    [Theory]
    [InlineData(DistanceMetric.Euclidean)]
    [InlineData(DistanceMetric.Cosine)]
    public void Find_among_correlated_features_loses_no_neighbour(DistanceMetric metric)
    {
        // 200 features that vary in twelve directions, and a little in all, as those of a network do.
        using var scope = NewDisposeScope();
        Tensor points = randn([2500, 12], generator: new Generator(5)).matmul(randn([12, 200], generator: new Generator(6)))
            .add(randn([2500, 200], generator: new Generator(7)).mul(0.3)).add(2);
        AssertNearest(points, points, NearestNeighbours.Find(points, 10, metric), metric, isSelfSearch: true);
    }

    [Fact]
    public void Find_far_from_the_origin_loses_no_neighbour()
    {
        // Products of numbers around 4,000 have lost the digits that tell these points apart.
        using Tensor points = randn([1200, 16], generator: new Generator(3)).add(4000);
        AssertNearest(points, points, NearestNeighbours.Find(points, 10), DistanceMetric.Euclidean, isSelfSearch: true);
    }

    [Fact]
    public void Find_among_copies_finds_other_copies_at_distance_zero()
    {
        using Tensor points = ones(2100, 4);
        Neighbours found = NearestNeighbours.Find(points, 3);
        Assert.True(found.Distances.eq(0).all().item<bool>());
        Assert.False(found.Indices.eq(arange(2100).unsqueeze(1)).any().item<bool>());
    }

    [Fact]
    public void Find_among_equally_distant_points_puts_the_lowest_number_first()
    {
        using Tensor points = tensor(new float[,] { { 2 }, { 0 }, { 1 }, { -1 }, { -2 } });
        Assert.Equal([2L, 3, 0, 4], NearestNeighbours.Find(points, 4).Indices[1].data<long>());
    }

    [Theory]
    [InlineData(DistanceMetric.Euclidean)]
    [InlineData(DistanceMetric.Cosine)]
    public void Approximate_search_misses_few_neighbours_and_measures_true_distances(DistanceMetric metric)
    {
        using Tensor points = randn([3000, 8], generator: new Generator(1));
        Neighbours exact = NearestNeighbours.Find(points, 10, metric);
        Neighbours found = NearestNeighbours.Find(points, 10, metric, approximate: true);
        Assert.InRange(found.RecallOf(exact), 0.97, 1);
        Assert.Equal(exact.Distances[7][0].item<float>(), found.Distances[7][0].item<float>());
        Assert.False(found.Indices.eq(arange(3000).unsqueeze(1)).any().item<bool>());
        Assert.Equal(1, found.RecallOf(NearestNeighbours.Find(points, 10, metric, approximate: true)));
    }

    [Fact]
    public void Approximate_search_among_few_points_and_copies_fills_every_row()
    {
        using Tensor few = randn([6, 2], generator: new Generator(3)), copies = ones(40, 3);
        Assert.Equal(1, NearestNeighbours.Find(few, 5, approximate: true).RecallOf(NearestNeighbours.Find(few, 5)));
        Assert.True(NearestNeighbours.Find(copies, 5, approximate: true).Distances.eq(0).all().item<bool>());
    }

    [Fact]
    public void Find_by_cosine_ignores_the_scale_even_of_tiny_points()
    {
        using Tensor points = randn([200, 8], generator: new Generator(4));
        using Tensor scales = tensor(Enumerable.Range(0, 200).Select(point => MathF.ScaleB(1, (point % 41) - 20)).ToArray()).unsqueeze(1);
        using Tensor scaled = points.mul(scales).mul(1e-20);
        Neighbours expected = NearestNeighbours.Find(points, 5, DistanceMetric.Cosine);
        Neighbours found = NearestNeighbours.Find(scaled, 5, DistanceMetric.Cosine);
        Assert.Equal(1, expected.RecallOf(found));
    }

    [Fact]
    public void Find_by_cosine_puts_a_point_of_length_zero_at_distance_one()
    {
        using Tensor points = tensor(new float[,] { { 0, 0 }, { 1, 0 }, { 1, 1 }, { -1, 0 } });
        Neighbours found = NearestNeighbours.Find(points, 3, DistanceMetric.Cosine);
        Assert.True(allclose(found.Distances[0], ones(3)));
        Assert.Equal([2L, 0, 3], found.Indices[1].data<long>());
        Assert.Equal(2f, found.Distances[1][2].item<float>(), 1e-6f);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Find_of_more_neighbours_than_there_are_says_so(int k)
    {
        using Tensor points = randn([5, 2]);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbours.Find(points, k));
        Assert.Contains("[1, 4]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e30f)]
    public void Find_with_a_feature_that_is_no_usable_number_names_the_point(float value)
    {
        using Tensor points = zeros(5, 2);
        points[3, 1] = tensor(value);
        var error = Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(points, 2));
        Assert.Contains("Point 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_with_another_number_of_features_or_shape_is_refused()
    {
        using Tensor points = zeros(5, 2), others = zeros(5, 3), flat = zeros(5);
        Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(points, others, 2));
        Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(flat, 2));
    }

    [GpuFact, Trait("Device", "GPU")]
    public void Find_on_a_GPU_equals_the_comparison_of_all_pairs()
    {
        using Tensor points = randn([3000, 40], generator: new Generator(1));
        using Tensor there = points.cuda();
        AssertNearest(points, points, NearestNeighbours.Find(there, 10), DistanceMetric.Euclidean, isSelfSearch: true);
        AssertNearest(points, points, NearestNeighbours.Find(there, 10, DistanceMetric.Cosine), DistanceMetric.Cosine, isSelfSearch: true);
    }

    private static void AssertNearest(Tensor queries, Tensor points, Neighbours found, DistanceMetric metric, bool isSelfSearch)
    {
        float[] left = queries.data<float>().ToArray(), right = points.data<float>().ToArray();
        int dimension = (int)points.shape[1], count = (int)points.shape[0];
        Assert.Equal(queries.shape[0], found.Count);
        for (int query = 0; query < found.Count; query += 13)
        {
            (double Distance, int Index)[] expected = [.. Enumerable.Range(0, count)
                .Where(point => !isSelfSearch || point != query)
                .Select(point => (Distance(
                    left.AsSpan(query * dimension, dimension), right.AsSpan(point * dimension, dimension), metric), point))
                .Order()
                .Take(found.PerPoint)];
            float[] distances = [.. found.Distances[query].cpu().data<float>()];
            long[] indices = [.. found.Indices[query].cpu().data<long>()];
            for (int rank = 0; rank < expected.Length; rank++)
            {
                double actual = Distance(
                    left.AsSpan(query * dimension, dimension), right.AsSpan((int)indices[rank] * dimension, dimension), metric);
                Assert.Equal(expected[rank].Distance, distances[rank], 1e-5);
                Assert.Equal(expected[rank].Distance, actual, 1e-6);  // the same point, or one as near in single precision
            }
        }
    }

    private static double Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right, DistanceMetric metric)
    {
        double dot = 0, lefts = 0, rights = 0, square = 0;
        for (int i = 0; i < left.Length; i++)
        {
            dot += (double)left[i] * right[i];
            lefts += (double)left[i] * left[i];
            rights += (double)right[i] * right[i];
            square += ((double)left[i] - right[i]) * ((double)left[i] - right[i]);
        }

        return metric == DistanceMetric.Euclidean ? Math.Sqrt(square) : 1 - (dot / Math.Sqrt(lefts * rights));
    }
}
