using System.Text.Json;
using CourseCompanion.Clustering;
using CourseCompanion.Graphs;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Clustering;

/// <summary>Clusterings and scores against those of scikit-learn and scipy (clustering_golden.py).</summary>
public sealed class ClusteringGoldenTests
{
    private const double Precision = 1e-4;

    private static readonly JsonElement Values = Golden.Load("Clustering", "clustering_golden.json");

    private static Tensor Points => tensor(Values.GetProperty("points").Matrix());

    public static TheoryData<int> OuterCases => [.. Enumerable.Range(0, Values.GetProperty("outer").GetArrayLength())];

    public static TheoryData<int> Costs => [.. Enumerable.Range(0, Values.GetProperty("assignments").GetArrayLength())];

    [Fact]
    public void KMeans_finds_the_same_centres()
    {
        using var scope = NewDisposeScope();
        JsonElement expected = Values.GetProperty("kmeans");
        KMeansResult found = KMeans.Fit(Points, 4, seed: 1, restarts: 20);

        Assert.Equal(expected.GetProperty("inertia").GetDouble(), found.Inertia, Precision);
        AssertClose(expected.GetProperty("centres").Matrix(), Sorted(found.Centres));
        AssertSamePartition(expected.GetProperty("labels").Longs(), found.Assignments);
    }

    [Theory]
    [InlineData(Linkage.Ward, "ward")]
    [InlineData(Linkage.Average, "average")]
    public void Agglomerative_makes_the_same_tree(Linkage linkage, string name)
    {
        JsonElement expected = Values.GetProperty("trees").GetProperty(name);
        Dendrogram tree = AgglomerativeClustering.Fit(Points, linkage);

        double[][] merges = [.. expected.GetProperty("merges").EnumerateArray().Select(merge => merge.Doubles())];
        Assert.Equal(merges.Length, tree.Merges.Count);
        Assert.All(merges.Zip(tree.Merges), pair =>
        {
            Assert.Equal((int)pair.First[0], pair.Second.First);
            Assert.Equal((int)pair.First[1], pair.Second.Second);
            Assert.Equal(pair.First[2], pair.Second.Height, Precision);
            Assert.Equal((int)pair.First[3], pair.Second.Size);
        });
        Assert.All(expected.GetProperty("cuts").EnumerateObject(), cut =>
            AssertSamePartition(cut.Value.Longs(), tree.Cut(int.Parse(cut.Name, System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void Dbscan_finds_the_same_clusters_and_noise()
    {
        JsonElement expected = Values.GetProperty("dbscan");
        using Tensor found = Dbscan.Fit(Points, expected.GetProperty("radius").GetDouble(), minimumPoints: 5);
        using Tensor crowd = Dbscan.CrowdDistances(Points, minimumPoints: 5);

        Assert.Equal(expected.GetProperty("labels").Longs(), found.data<long>());
        AssertClose(expected.GetProperty("crowd_distances").Doubles(), crowd.data<double>().ToArray());
    }

    [Theory]
    [InlineData(Covariance.Diagonal, "diag", 4)]
    [InlineData(Covariance.Full, "full", 3)]
    public void Mixture_reaches_the_same_maximum(Covariance covariance, string name, int clusters)
    {
        using var scope = NewDisposeScope();
        JsonElement expected = Values.GetProperty("mixtures").GetProperty(name);
        using GaussianMixture mixture = GaussianMixture.Fit(
            Points, clusters, new GaussianMixtureOptions { Covariance = covariance, Tolerance = 1e-10, MaxIterations = 1000 });
        Tensor order = mixture.Means.select(1, 0).argsort();

        Assert.True(mixture.HasConverged);
        Assert.Equal(expected.GetProperty("log_likelihood").GetDouble(), mixture.LogLikelihood, Precision);
        Assert.Equal(expected.GetProperty("bic").GetDouble(), mixture.Bic(Points), 0.01);
        AssertClose(expected.GetProperty("weights").Doubles(), mixture.Weights.index_select(0, order).data<double>().ToArray());
        AssertClose(expected.GetProperty("means").Matrix(), mixture.Means.index_select(0, order));
        AssertClose(expected.GetProperty("responsibilities").Matrix(), mixture.Responsibilities(Points).index_select(1, order));
        Tensor covariances = mixture.Factors.matmul(mixture.Factors.transpose(1, 2)).index_select(0, order);
        Assert.All(expected.GetProperty("covariances").EnumerateArray().Select((value, k) => (value, k)), one =>
            AssertClose(one.value.Matrix(), covariances[one.k]));
    }

    [Fact]
    public void Spectral_cuts_the_moons_apart_with_the_same_eigenvalues()
    {
        using var scope = NewDisposeScope();
        JsonElement expected = Values.GetProperty("spectral");
        using NeighbourGraph graph = NeighbourGraph.Build(tensor(Values.GetProperty("moons").Matrix()), new GraphOptions { Neighbours = 8 });
        SpectralResult found = SpectralClustering.Fit(graph, 2);

        AssertClose(expected.GetProperty("eigenvalues").Doubles(), found.Eigenvalues.narrow(0, 0, 10).data<double>().ToArray());
        AssertSamePartition(expected.GetProperty("labels").Longs(), found.Assignments);
    }

    [Theory]
    [InlineData("kmeans", NoisePoints.Excluded)]
    [InlineData("random", NoisePoints.Excluded)]
    [InlineData("alone", NoisePoints.Excluded)]
    [InlineData("noise", NoisePoints.OneCluster)]
    [InlineData(null, NoisePoints.Excluded)]
    public void Scores_by_the_points_alone_are_the_same(string? name, NoisePoints noise)
    {
        using var scope = NewDisposeScope();
        JsonElement expected = name is null ? Values.GetProperty("inner_without_noise") : Values.GetProperty("inner").GetProperty(name);
        Tensor labels = tensor(expected.GetProperty("labels").Longs());
        double[] each = ClusterScores.Silhouettes(Points, labels, noise).data<double>().ToArray();

        AssertClose(expected.GetProperty("silhouettes").Doubles(), [.. each.Where(double.IsFinite)]);
        Assert.Equal(expected.GetProperty("silhouettes").Doubles().Average(), ClusterScores.Silhouette(Points, labels, noise), Precision);
        Assert.Equal(expected.GetProperty("davies_bouldin").GetDouble(), ClusterScores.DaviesBouldin(Points, labels, noise), Precision);
        Assert.Equal(expected.GetProperty("calinski_harabasz").GetDouble(), ClusterScores.CalinskiHarabasz(Points, labels, noise), Precision);
    }

    [Theory]
    [MemberData(nameof(OuterCases))]
    public void Scores_against_classes_are_the_same(int number)
    {
        using var scope = NewDisposeScope();
        JsonElement expected = Values.GetProperty("outer")[number];
        (Tensor truth, Tensor labels) = (tensor(expected.GetProperty("truth").Longs()), tensor(expected.GetProperty("labels").Longs()));

        Assert.Equal(expected.GetProperty("ari").GetDouble(), ClusterScores.AdjustedRandIndex(truth, labels, NoisePoints.OneCluster), Precision);
        Assert.Equal(expected.GetProperty("nmi").GetDouble(), ClusterScores.NormalisedMutualInformation(truth, labels, NoisePoints.OneCluster), Precision);
        Assert.Equal(expected.GetProperty("purity").GetDouble(), ClusterScores.Purity(truth, labels, NoisePoints.OneCluster), Precision);
    }

    [Theory]
    [MemberData(nameof(Costs))]
    public void Assignment_of_least_cost_is_the_same(int number)
    {
        JsonElement expected = Values.GetProperty("assignments")[number];
        double[][] rows = [.. expected.GetProperty("cost").EnumerateArray().Select(row => row.Doubles())];
        var cost = new double[rows.Length, rows.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < rows.Length; column++)
            {
                cost[row, column] = rows[row][column];
            }
        }

        Assert.Equal(expected.GetProperty("columns").Longs(), ClusterMatching.Assign(cost).Select(column => (long)column));
    }

    private static Tensor Sorted(Tensor centres) => centres.index_select(0, centres.select(1, 0).argsort());

    private static void AssertClose(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, Precision));
    }

    private static void AssertClose(float[,] expected, Tensor found)
    {
        using Tensor difference = tensor(expected) - found;
        Assert.Equal(0, difference.abs().max().to(ScalarType.Float64).item<double>(), Precision);
    }

    private static void AssertSamePartition(long[] expected, Tensor found)
    {
        using Tensor other = tensor(expected);
        Assert.Equal(1, ClusterScores.AdjustedRandIndex(other, found), 1e-12);
    }
}
