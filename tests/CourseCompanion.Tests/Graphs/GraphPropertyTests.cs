using CourseCompanion.Graphs;
using FsCheck;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Graphs;

/// <summary>What must hold for any points: checked on random ones, seeds and sizes drawn by FsCheck.</summary>
public sealed class GraphPropertyTests
{
    private static readonly Arbitrary<(int Count, int Seed)> Problems =
        (from count in Gen.Choose(8, 60) from seed in Gen.Choose(0, 1_000_000) select (count, seed)).ToArbitrary();

    [Fact]
    public void Permuting_the_points_permutes_the_answer() => Check(problem =>
    {
        (Tensor points, Tensor known) = Draw(problem);
        Tensor order = randperm(problem.Count, generator: new Generator((ulong)problem.Seed + 1));
        Tensor answer = Spread(points, known).Probabilities.index_select(0, order);
        Tensor permuted = Spread(points.index_select(0, order), known.index_select(0, order)).Probabilities;
        return allclose(answer, permuted, rtol: 0, atol: 1e-6);
    });

    [Fact]
    public void Scaling_the_features_changes_nothing_under_cosine() => Check(problem =>
    {
        (Tensor points, Tensor known) = Draw(problem);
        using Tensor scaled = points.mul(MathF.ScaleB(1, (problem.Seed % 21) - 10));
        return Spread(points, known, DistanceMetric.Cosine).Probabilities
            .Equals(Spread(scaled, known, DistanceMetric.Cosine).Probabilities);
    });

    [Fact]
    public void Probabilities_sum_to_one_where_a_label_can_arrive_and_to_zero_elsewhere() => Check(problem =>
    {
        (Tensor points, Tensor known) = Draw(problem);
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 2 });
        long[] component = [.. graph.ConnectedComponents().data<long>()];
        long[] labels = [.. known.data<long>()];
        HashSet<long> reachable = [.. component.Where((_, point) => labels[point] >= 0)];
        bool[] reached = [.. graph.Reachable(known).data<bool>()];
        PropagationResult result = LabelPropagation.Fit(graph, known, new PropagationOptions { ClassCount = 2 });
        float[] sums = [.. result.Probabilities.sum(1).data<float>()];
        return Enumerable.Range(0, sums.Length).All(point => reached[point] == reachable.Contains(component[point]) && (reached[point]
            ? Math.Abs(sums[point] - 1) < 1e-5
            : sums[point] == 0 && result.Labels[point].item<long>() == KnownLabels.Unknown));
    });

    [Fact]
    public void The_symmetric_graphs_are_symmetric_without_loops_and_nested() => Check(problem =>
    {
        (Tensor points, _) = Draw(problem);
        using NeighbourGraph union = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 3 });
        using NeighbourGraph mutual = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 3, Symmetrization = Symmetrization.Mutual });
        Tensor wide = union.Matrix().to_dense(), narrow = mutual.Matrix().to_dense();
        return wide.Equals(wide.t()) && narrow.Equals(narrow.t())
            && wide.diagonal().eq(0).all().item<bool>()
            && wide.sum().item<double>() + narrow.sum().item<double>() == 2 * 3 * problem.Count
            && wide.ge(narrow).all().item<bool>();
    });

    private static void Check(Func<(int Count, int Seed), bool> holds) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(Problems, problem =>
        {
            using var scope = NewDisposeScope();
            return holds(problem);
        }));

    private static (Tensor Points, Tensor Known) Draw((int Count, int Seed) problem)
    {
        Tensor points = randn([problem.Count, 5], generator: new Generator((ulong)problem.Seed));
        return (points, PropagationTests.Known(problem.Count, (0, 0), (problem.Count / 2, 1)));
    }

    private static PropagationResult Spread(Tensor points, Tensor known, DistanceMetric metric = DistanceMetric.Euclidean)
    {
        using NeighbourGraph graph = NeighbourGraph.Build(
            points, new GraphOptions { Neighbours = 4, Metric = metric, Weights = EdgeWeights.Rbf });
        return LabelSpreading.Fit(graph, known, options: new PropagationOptions { ClassCount = 2 });
    }
}
