using CourseCompanion.Clustering;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Clustering;

/// <summary>Noise and unknown classes in the scores, names of clusters, stability.</summary>
public sealed class ClusterScoresTests
{
    private static Tensor Blobs => cat([randn([40, 2], generator: new Generator(1)), randn([40, 2], generator: new Generator(2)) + 12]);

    [Fact]
    public void Scores_do_not_depend_on_the_numbers_of_the_clusters()
    {
        using var scope = NewDisposeScope();
        Tensor clusters = arange(80).remainder(3), renamed = (clusters * 5).neg().add(17), truth = arange(80).remainder(4);
        Assert.Equal(ClusterScores.Silhouette(Blobs, clusters), ClusterScores.Silhouette(Blobs, renamed), 1e-12);
        Assert.Equal(ClusterScores.AdjustedRandIndex(truth, clusters), ClusterScores.AdjustedRandIndex(truth, renamed), 1e-12);
        Assert.Equal(ClusterScores.Purity(truth, clusters), ClusterScores.Purity(truth, renamed), 1e-12);
    }

    [Fact]
    public void Noise_is_left_out_or_counts_as_one_cluster()
    {
        // Six points of two classes; what is not noise is right.
        using Tensor truth = tensor(new long[] { 0, 0, 0, 1, 1, 1 }), found = tensor(new long[] { 0, 0, -1, 1, 1, -1 });
        Assert.Equal(1, ClusterScores.Purity(truth, found));
        Assert.Equal(5 / 6.0, ClusterScores.Purity(truth, found, NoisePoints.OneCluster), 1e-12);
        Assert.Equal(1, ClusterScores.AdjustedRandIndex(truth, found));
        Assert.True(ClusterScores.AdjustedRandIndex(truth, found, NoisePoints.OneCluster) < 0.5);
        Assert.True(ClusterScores.NormalisedMutualInformation(truth, found, NoisePoints.OneCluster) < 0.9);
    }

    [Fact]
    public void Points_whose_class_is_unknown_count_in_no_score()
    {
        using Tensor truth = tensor(new long[] { 0, 0, 1, 1, -1, -1 }), found = tensor(new long[] { 3, 3, 7, 7, 3, 9 });
        Assert.Equal(1, ClusterScores.AdjustedRandIndex(truth, found));
        Assert.Equal(1, ClusterScores.NormalisedMutualInformation(truth, found));
        Assert.Equal(1, ClusterScores.Purity(truth, found));
        using Tensor none = full([6], -1, ScalarType.Int64);
        Assert.True(double.IsNaN(ClusterScores.AdjustedRandIndex(none, found)));
    }

    [Fact]
    public void What_needs_two_clusters_is_not_a_number_for_one()
    {
        using var scope = NewDisposeScope();
        Tensor one = zeros(80, ScalarType.Int64), noise = one - 1;
        Assert.All((Tensor[])[one, noise], clusters =>
        {
            Assert.True(double.IsNaN(ClusterScores.Silhouette(Blobs, clusters)));
            Assert.True(double.IsNaN(ClusterScores.DaviesBouldin(Blobs, clusters)));
            Assert.True(double.IsNaN(ClusterScores.CalinskiHarabasz(Blobs, clusters)));
        });
    }

    [Fact]
    public void Not_one_integer_per_point_is_refused()
    {
        using Tensor few = zeros(79, ScalarType.Int64), scores = zeros(80);
        Assert.Throws<ArgumentException>(() => ClusterScores.Silhouette(Blobs, few));
        Assert.Throws<ArgumentException>(() => ClusterScores.Silhouette(Blobs, scores));
        Assert.Throws<ArgumentException>(() => ClusterScores.Purity(few, scores));
    }

    [Fact]
    public void Matched_gives_clusters_the_numbers_they_share_most_points_with()
    {
        using Tensor reference = tensor(new long[] { 0, 0, 0, 1, 1, 1, 2, -1 }), found = tensor(new long[] { 2, 2, 0, 0, 0, -1, 3, 1 });
        Assert.Equal([0L, 0, 1, 1, 1, -1, 2, 3], ClusterMatching.Matched(found, reference).data<long>());
    }

    [Fact]
    public void True_clusters_are_stable_and_too_many_are_not()
    {
        double Mean(int clusters) => ClusterStability.Measure(
            Blobs, points => KMeans.Fit(points, clusters, seed: 1, restarts: 2).Assignments, pairs: 4, seed: 9).Average();
        Assert.Equal(1, Mean(2), 1e-12);
        Assert.True(Mean(6) < 0.9);
    }

    [Fact]
    public void Stability_follows_its_seed_and_refuses_samples_without_common_points()
    {
        double[] Of(int seed) => ClusterStability.Measure(Blobs, points => KMeans.Fit(points, 5, restarts: 1).Assignments, pairs: 2, seed: seed);
        Assert.Equal(Of(1), Of(1));
        Assert.NotEqual(Of(1), Of(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClusterStability.Measure(Blobs, points => points, share: 0.4));
    }

    [Fact]
    public void Davies_Bouldin_of_many_clusters_is_that_of_its_formula()
    {
        // Pairs of points around thirty centres: more than the 25 from which distances come from products of matrices by default.
        using Tensor centres = randn(new long[] { 30, 64 }, ScalarType.Float64, generator: new Generator(3)).mul(5).add(7.3);
        using Tensor points = cat([centres + 0.4, centres - 0.4]);
        using Tensor clusters = arange(30).repeat(2);
        using Tensor between = (centres.unsqueeze(0) - centres.unsqueeze(1)).square().sum(dim: 2).sqrt()
            .masked_fill(eye(30).to(ScalarType.Bool), double.PositiveInfinity);
        double width = 0.4 * Math.Sqrt(64);

        Assert.Equal((2 * width / between).amax([1]).mean().item<double>(), ClusterScores.DaviesBouldin(points, clusters), 9);
    }

    [Fact]
    public void A_tree_of_many_copies_ends()
    {
        using Tensor points = zeros(60, 3, ScalarType.Float64).add(12345.678).add(arange(3).to(ScalarType.Float64).mul(0.1));

        Assert.Equal(59, AgglomerativeClustering.Fit(points).Merges.Count);
    }
}
