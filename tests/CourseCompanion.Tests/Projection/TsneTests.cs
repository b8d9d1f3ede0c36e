using CourseCompanion.Graphs;
using CourseCompanion.Projection;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Projection;

public sealed class TsneTests
{
    [Fact]
    public void Conditional_probabilities_have_the_entropy_of_the_perplexity()
    {
        float[] distances = [.. Enumerable.Range(1, 90).Select(rank => 100 + MathF.Sqrt(rank))];
        var probabilities = new double[distances.Length];
        TsneAffinities.Conditional(distances, 30, probabilities);
        Assert.Equal(1, probabilities.Sum(), 1e-9);
        Assert.Equal(30, Math.Exp(-probabilities.Sum(p => p * Math.Log(p))), 1e-3);
    }

    [Fact]
    public void Joint_affinities_are_symmetric_and_sum_to_one()
    {
        using Tensor points = randn([50, 4], generator: new Generator(1));
        Affinities joint = TsneAffinities.Joint(NearestNeighbours.Find(points, 15), 5);
        Assert.Equal(1, joint.Values.Sum(), 1e-9);
        using Tensor dense = Dense(joint);
        Assert.True(allclose(dense, dense.t(), atol: 1e-15));
    }

    [Fact]
    public void Gradient_is_that_of_the_divergence()
    {
        using Tensor points = randn([23, 3], generator: new Generator(1));
        Affinities joint = TsneAffinities.Joint(NearestNeighbours.Find(points, 9), 3);
        float[] start = randn([23, 2], generator: new Generator(2)).data<float>().ToArray();
        double[] gradient = new TsneLayout(joint, start).Gradient(1);
        for (int i = 0; i < start.Length; i += 5)
        {
            double[] up = [.. start.Select(value => (double)value)], down = [.. up];
            up[i] += 1e-4;
            down[i] -= 1e-4;
            Assert.Equal((Divergence(joint, up) - Divergence(joint, down)) / 2e-4, gradient[i], 1e-5);
        }
    }

    [Theory]
    [InlineData(0.001, 1e-5)]
    [InlineData(0.2, 0.003)]
    [InlineData(0.5, 0.03)]
    public void Gradient_by_Barnes_and_Hut_is_the_exact_one_but_for_what_theta_allows(double theta, double tolerance)
    {
        using Tensor points = randn([700, 3], generator: new Generator(1));
        Affinities joint = TsneAffinities.Joint(NearestNeighbours.Find(points, 30), 10);

        // A map with room and crowds, and two copies of a point.
        float[] start = randn([700, 2], generator: new Generator(2)).pow(3).mul(10).data<float>().ToArray();
        (start[0], start[1]) = (start[2], start[3]);
        double[] exact = new TsneLayout(joint, start).Gradient(1);
        double[] approximate = new TsneLayout(joint, start, theta).Gradient(1);

        double error = Math.Sqrt(exact.Zip(approximate, (a, b) => (a - b) * (a - b)).Sum() / exact.Sum(a => a * a));
        Assert.InRange(error, 0, tolerance);
    }

    [Fact]
    public void Repulsion_by_Barnes_and_Hut_of_copies_is_that_of_one_heavy_point()
    {
        float[] x = [1, 1, 1, 3], y = [2, 2, 2, 2];

        double sum = new BarnesHutTree(x, y).Repel(3, 2, 0.5f, out double repulsionX, out double repulsionY);

        Assert.Equal(3 * 0.2, sum, 1e-6);
        Assert.Equal(3 * 0.04 * 2, repulsionX, 1e-6);
        Assert.Equal(0, repulsionY);
        Assert.Equal(2, new BarnesHutTree([5, 5, 5], [5, 5, 5]).Repel(5, 5, 0.5f, out _, out _), 1e-6);
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(0)]
    public void Embed_keeps_clusters_together_and_gives_the_same_map_every_time(int exactUpTo)
    {
        using Tensor centres = eye(3, 10).mul(15);
        using Tensor points = cat([.. Enumerable.Range(0, 3).Select(c => randn([30, 10], generator: new Generator((ulong)c)).add(centres[c]))]);

        // Early exaggeration ends with iteration 250: a map that stops there is unfinished, and the processor's rounding decides where a point is.
        var options = new TsneOptions { Perplexity = 8, Iterations = 500, ExactUpTo = exactUpTo };
        using Tensor map = Tsne.Embed(points, options);
        Tensor cluster = arange(90).div(30, RoundingMode.floor), others = NearestNeighbours.Find(map, 5).Indices.div(30, RoundingMode.floor);
        Assert.True(others.eq(cluster.unsqueeze(1)).all().item<bool>());
        Assert.True(map.Equals(Tsne.Embed(points, options)));
    }

    [Fact]
    public void Embed_parts_copies_and_refuses_too_few_points()
    {
        using Tensor copies = ones(12, 3), few = ones(3, 3);
        Assert.True(Tsne.Embed(copies, new TsneOptions { Iterations = 20 }).isfinite().all().item<bool>());
        Assert.Throws<ArgumentException>(() => Tsne.Embed(few));
        Assert.True(Tsne.Embed(copies, new TsneOptions { Iterations = 20, ExactUpTo = 0 }).isfinite().all().item<bool>());
        Assert.Throws<ArgumentOutOfRangeException>(() => Tsne.Embed(copies, new TsneOptions { Perplexity = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tsne.Embed(copies, new TsneOptions { Theta = 0.8 }));
    }

    private static Tensor Dense(Affinities joint)
    {
        Tensor dense = zeros(joint.Count, joint.Count, ScalarType.Float64);
        for (int row = 0; row < joint.Count; row++)
        {
            dense[row].index_copy_(0, tensor(joint.ColumnsOf(row).ToArray()), tensor(joint.ValuesOf(row).ToArray()));
        }

        return dense;
    }

    private static double Divergence(Affinities joint, double[] map)
    {
        int count = joint.Count;
        double Q(int i, int j) => 1 / (1 + Math.Pow(map[2 * i] - map[2 * j], 2) + Math.Pow(map[(2 * i) + 1] - map[(2 * j) + 1], 2));
        double z = 0, divergence = 0;
        for (int i = 0; i < count; i++)
        {
            z += Enumerable.Range(0, count).Where(j => j != i).Sum(j => Q(i, j));
        }

        for (int i = 0; i < count; i++)
        {
            for (int at = 0; at < joint.ColumnsOf(i).Length; at++)
            {
                double p = joint.ValuesOf(i)[at];
                divergence += p == 0 ? 0 : p * Math.Log(p / (Q(i, (int)joint.ColumnsOf(i)[at]) / z));
            }
        }

        return divergence;
    }
}
