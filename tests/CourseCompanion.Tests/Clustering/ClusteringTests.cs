using CourseCompanion.Clustering;
using CourseCompanion.Graphs;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Clustering;

/// <summary>What holds whatever the points; worked cases; input that is refused.</summary>
public sealed class ClusteringTests
{
    // Two pairs on a line, far from each other, and one point in between.
    private static Tensor Line => tensor(new float[,] { { 0 }, { 1 }, { 10 }, { 11 }, { 5 } });

    private static Tensor Random(int count = 60, int dimensions = 3) => randn([count, dimensions], generator: new Generator(5));

    [Fact]
    public void KMeans_gives_the_same_clusters_for_the_same_seed()
    {
        using var scope = NewDisposeScope();
        (KMeansResult first, KMeansResult second) = (KMeans.Fit(Random(), 5, seed: 3, restarts: 2), KMeans.Fit(Random(), 5, seed: 3, restarts: 2));
        Assert.Equal(first.Assignments.data<long>(), second.Assignments.data<long>());
        Assert.Equal(first.Centres.data<float>(), second.Centres.data<float>());
    }

    [Fact]
    public void KMeans_assigns_each_point_to_its_nearest_centre_which_is_the_mean_of_its_points()
    {
        using var scope = NewDisposeScope();
        KMeansResult found = KMeans.Fit(Random(), 4, seed: 1);
        Assert.Equal(found.Assignments.data<long>(), KMeans.Assign(Random(), found.Centres).data<long>());
        for (int cluster = 0; cluster < 4; cluster++)
        {
            Tensor own = Random()[found.Assignments.eq(cluster)];
            Assert.True(allclose(own.mean([0L]), found.Centres[cluster], atol: 1e-5));
        }
    }

    [Fact]
    public void More_starts_never_raise_the_inertia()
    {
        using var scope = NewDisposeScope();
        double[] inertia = [.. Enumerable.Range(1, 6).Select(restarts => KMeans.Fit(Random(), 6, seed: 2, restarts).Inertia)];
        Assert.Equal(inertia.OrderDescending(), inertia);
    }

    [Fact]
    public void One_cluster_has_the_mean_as_its_centre_and_as_many_clusters_as_points_have_no_inertia()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(5.4, KMeans.Fit(Line, 1).Centres.item<float>(), 1e-5);
        Assert.Equal(0, KMeans.Fit(Line, 5, restarts: 20).Inertia, 1e-9);
    }

    [Fact]
    public void A_tree_worked_by_hand()
    {
        // 0-1 and 10-11 merge at 1; then 5 joins {0, 1} at a mean distance of 4.5; then all, at (8 * 2 of 10, 10 and 5.5) / 6.
        Dendrogram average = AgglomerativeClustering.Fit(Line, Linkage.Average);
        Assert.Equal([1, 1, 4.5, (10 + 11 + 9 + 10 + 5 + 6) / 6.0], average.Merges.Select(merge => merge.Height));
        Assert.Equal([0L, 0, 1, 1, 0], average.Cut(2).data<long>());
        Assert.Equal([0L, 0, 1, 1, 2], average.Cut(3).data<long>());

        // Ward's height is the square root of 2ab/(a+b) times the distance between the means.
        Dendrogram ward = AgglomerativeClustering.Fit(Line);
        Assert.Equal(Math.Sqrt(2 * 2 * 1 / 3.0) * 4.5, ward.Merges[2].Height, 1e-9);
    }

    [Theory]
    [InlineData(Linkage.Ward)]
    [InlineData(Linkage.Average)]
    public void Cuts_have_the_number_of_clusters_asked_for_and_refine_each_other(Linkage linkage)
    {
        Dendrogram tree = AgglomerativeClustering.Fit(Random(), linkage);
        for (int clusters = 1; clusters <= 60; clusters++)
        {
            long[] cut = tree.Cut(clusters).data<long>().ToArray();
            Assert.Equal(clusters, cut.Distinct().Count());
            if (clusters > 1)
            {
                long[] coarser = tree.Cut(clusters - 1).data<long>().ToArray();
                Assert.Equal(clusters, cut.Zip(coarser).Distinct().Count());
            }
        }
    }

    [Fact]
    public void Copies_merge_first_at_height_zero()
    {
        using Tensor points = tensor(new float[,] { { 1, 2 }, { 4, 4 }, { 1, 2 }, { 1, 2 } });
        Dendrogram tree = AgglomerativeClustering.Fit(points);
        Assert.Equal([0, 0], tree.Merges.Take(2).Select(merge => merge.Height));
        Assert.Equal([0L, 1, 0, 0], tree.Cut(2).data<long>());
    }

    [Fact]
    public void Dbscan_leaves_the_lonely_point_out()
    {
        Assert.Equal([0L, 0, 1, 1, Dbscan.Noise], Dbscan.Fit(Line, 1, minimumPoints: 2).data<long>());
        Assert.Equal([0L, 0, 1, 1, 2], Dbscan.Fit(Line, 1, minimumPoints: 1).data<long>());
        Assert.All(Dbscan.Fit(Line, 0.5, minimumPoints: 2).data<long>(), cluster => Assert.Equal(Dbscan.Noise, cluster));
    }

    [Fact]
    public void Mixture_becomes_more_likely_at_every_iteration_and_shares_sum_to_one()
    {
        using var scope = NewDisposeScope();
        double before = double.NegativeInfinity;
        for (int iterations = 1; iterations < 12; iterations++)
        {
            using GaussianMixture mixture = GaussianMixture.Fit(Random(), 3, new GaussianMixtureOptions { MaxIterations = iterations, Tolerance = 0 });
            Assert.True(mixture.LogLikelihood >= before - 1e-9);
            before = mixture.LogLikelihood;
            Assert.True(allclose(mixture.Responsibilities(Random()).sum(1), ones(60, ScalarType.Float64)));
            Assert.Equal(1, mixture.Weights.sum().item<double>(), 1e-9);
        }
    }

    [Fact]
    public void One_full_Gaussian_is_the_mean_and_the_covariance_and_its_criterion_is_worked_by_hand()
    {
        using var scope = NewDisposeScope();
        Tensor x = Random().to(ScalarType.Float64);
        using GaussianMixture mixture = GaussianMixture.Fit(x, 1, new GaussianMixtureOptions { Covariance = Covariance.Full, Regularisation = 0 });
        Tensor centred = x - x.mean([0L]);
        Tensor covariance = centred.t().matmul(centred) / 60;
        Assert.True(allclose(mixture.Factors[0].matmul(mixture.Factors[0].t()), covariance, atol: 1e-9));
        double logLikelihood = -0.5 * ((3 * Math.Log(2 * Math.PI)) + linalg.slogdet(covariance).Item2.item<double>() + 3);
        Assert.Equal(logLikelihood, mixture.LogLikelihood, 1e-6);
        Assert.Equal((9 * Math.Log(60)) - (2 * 60 * logLikelihood), mixture.Bic(x), 1e-4);  // 3 means + 6 covariances
    }

    [Fact]
    public void A_mixture_that_collapses_says_what_to_do()
    {
        using Tensor flat = cat([Random(20, 1), zeros(20, 1)], 1);
        var options = new GaussianMixtureOptions { Covariance = Covariance.Full, Regularisation = 0 };
        Assert.Contains("principal components", Assert.Throws<InvalidOperationException>(() => GaussianMixture.Fit(flat, 1, options)).Message, StringComparison.Ordinal);
        using GaussianMixture regular = GaussianMixture.Fit(flat, 1, options with { Regularisation = 1e-3 });
        Assert.True(double.IsFinite(regular.LogLikelihood));
    }

    [Fact]
    public void Spectral_clustering_finds_the_components_of_a_graph()
    {
        using var scope = NewDisposeScope();
        Tensor points = cat([Random(20), Random(25) + 50, Random(15) - 50]);
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 10 });
        SpectralResult found = SpectralClustering.Fit(graph, 3);
        Assert.Equal(1, ClusterScores.AdjustedRandIndex(graph.ConnectedComponents(), found.Assignments));
        double[] eigenvalues = found.Eigenvalues.data<double>().ToArray();
        Assert.All(eigenvalues.Take(3), value => Assert.Equal(0, value, 1e-6));
        Assert.True(eigenvalues[3] > 0.05);
    }

    [Fact]
    public void A_directed_graph_is_refused()
    {
        using NeighbourGraph graph = NeighbourGraph.Build(Random(), GraphOptions.LikeScikitLearn());
        Assert.Throws<ArgumentException>(() => SpectralClustering.Fit(graph, 2));
    }

    [Fact]
    public void Points_that_are_no_numbers_and_impossible_numbers_of_clusters_are_refused()
    {
        using Tensor bad = tensor(new[,] { { 1f }, { float.NaN } }), flat = ones(3);
        Assert.Contains("not a finite number", Assert.Throws<ArgumentException>(() => KMeans.Fit(bad, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("[N, D]", Assert.Throws<ArgumentException>(() => AgglomerativeClustering.Fit(flat)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => KMeans.Fit(Line, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => AgglomerativeClustering.Fit(Line).Cut(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dbscan.Fit(Line, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianMixture.Fit(Line, 0));
    }
}
