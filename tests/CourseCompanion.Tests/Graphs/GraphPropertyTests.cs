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
        (Tensor points, long[] known) = Draw(problem);
        using Tensor order = randperm(problem.Count, generator: new Generator((ulong)problem.Seed + 1));
        long[] place = order.data<long>().ToArray();
        ClassPredictions answer = Spread(points, known);
        ClassPredictions permuted = Spread(points.index_select(0, order), [.. place.Select(point => known[point])]);
        return place.Index().All(pair =>
            Math.Abs(permuted.Probabilities[pair.Index, 0] - answer.Probabilities[pair.Item, 0]) < 1e-6
            && Math.Abs(permuted.Probabilities[pair.Index, 1] - answer.Probabilities[pair.Item, 1]) < 1e-6);
    });

    [Fact]
    public void Scaling_the_features_changes_nothing_under_cosine() => Check(problem =>
    {
        (Tensor points, long[] known) = Draw(problem);
        using Tensor scaled = points.mul(MathF.ScaleB(1, (problem.Seed % 21) - 10));
        return Spread(points, known, DistanceMetric.Cosine).Probabilities.Cast<float>()
            .SequenceEqual(Spread(scaled, known, DistanceMetric.Cosine).Probabilities.Cast<float>());
    });

    [Fact]
    public void Probabilities_sum_to_one_where_a_label_can_arrive_and_to_zero_elsewhere() => Check(problem =>
    {
        (Tensor points, long[] known) = Draw(problem);
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 2 });
        int[] component = graph.ConnectedComponents();
        HashSet<int> reachable = [.. Enumerable.Range(0, known.Length).Where(point => known[point] >= 0).Select(point => component[point])];
        PropagationResult result = LabelPropagation.Fit(graph, known, new PropagationOptions { ClassCount = 2 });
        return Enumerable.Range(0, known.Length).All(point =>
        {
            float sum = result.Probabilities[point, 0] + result.Probabilities[point, 1];
            return reachable.Contains(component[point]) ? Math.Abs(sum - 1) < 1e-5 : sum == 0 && result.Labels[point] == KnownLabels.Unknown;
        });
    });

    [Fact]
    public void The_symmetric_graphs_are_symmetric_without_loops_and_nested() => Check(problem =>
    {
        (Tensor points, _) = Draw(problem);
        using NeighbourGraph union = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 3 });
        using NeighbourGraph mutual = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 3, Symmetrization = Symmetrization.Mutual });
        return IsSymmetric(union.Weights) && IsSymmetric(mutual.Weights)
            && union.Weights.StoredCount + mutual.Weights.StoredCount == 2 * 3 * problem.Count
            && Enumerable.Range(0, problem.Count).All(row =>
                !union.Weights.ColumnsOf(row).Contains(row)
                && mutual.Weights.ColumnsOf(row).ToArray().All(column => union.Weights.ColumnsOf(row).Contains(column)));
    });

    private static void Check(Func<(int Count, int Seed), bool> holds) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(Problems, problem =>
        {
            using var scope = NewDisposeScope();
            return holds(problem);
        }));

    private static (Tensor Points, long[] Known) Draw((int Count, int Seed) problem)
    {
        Tensor points = randn([problem.Count, 5], generator: new Generator((ulong)problem.Seed));
        return (points, PropagationTests.Known(problem.Count, (0, 0), (problem.Count / 2, 1)));
    }

    private static PropagationResult Spread(Tensor points, long[] known, DistanceMetric metric = DistanceMetric.Euclidean)
    {
        using NeighbourGraph graph = NeighbourGraph.Build(
            points, new GraphOptions { Neighbours = 4, Metric = metric, Weights = EdgeWeights.Rbf });
        return LabelSpreading.Fit(graph, known, options: new PropagationOptions { ClassCount = 2 });
    }

    private static bool IsSymmetric(SparseMatrix matrix)
    {
        SparseMatrix other = matrix.Transpose();
        return Enumerable.Range(0, matrix.RowCount).All(row =>
            matrix.ColumnsOf(row).SequenceEqual(other.ColumnsOf(row)) && matrix.ValuesOf(row).SequenceEqual(other.ValuesOf(row)));
    }
}
