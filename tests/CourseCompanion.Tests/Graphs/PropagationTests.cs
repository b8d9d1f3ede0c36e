using CourseCompanion.Graphs;
using CourseCompanion.Tests.Work;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Graphs;

[Collection(WorkContextTests.Name)]
public sealed class PropagationTests
{
    private static readonly GraphOptions One = new() { Neighbours = 1 };
    private static readonly GraphOptions Two = new() { Neighbours = 2 };

    [Theory]
    [InlineData(0.2, EdgeWeights.Binary)]
    [InlineData(0.9, EdgeWeights.Rbf)]
    public void Spreading_converges_to_the_closed_form(double alpha, EdgeWeights weights)
    {
        using Tensor points = randn([30, 2], generator: new Generator(1));
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 4, Weights = weights });
        using Tensor known = Known(30, (0, 0), (7, 1), (20, 2));
        PropagationResult result = LabelSpreading.Fit(
            graph, known, alpha, new PropagationOptions { MaxIterations = 10_000, Tolerance = 1e-12 });

        // (1 - alpha) (I - alpha S)^-1 Y
        using Tensor similarity = graph.NormalizedMatrix().to_dense();
        using Tensor given = KnownLabels.OneHot(known, 30, null);
        using Tensor expected = linalg.inv(eye(30, dtype: ScalarType.Float64).sub(similarity.mul(alpha))).mul(1 - alpha).matmul(given);
        Assert.Null(result.Warning);
        Assert.True(allclose(result.Probabilities, expected.div(expected.sum(1, keepdim: true)).to(ScalarType.Float32), atol: 1e-6));
    }

    [Fact]
    public void Propagation_along_a_chain_interpolates_between_its_labelled_ends()
    {
        // Points 0 .. 4 on a line; the harmonic solution of the inner ones is linear.
        using Tensor points = tensor(new float[,] { { 0 }, { 1 }, { 2 }, { 3 }, { 4 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, One);
        PropagationResult result = LabelPropagation.Fit(graph, Known(5, (0, 0), (4, 1)), new PropagationOptions { Tolerance = 1e-12 });
        Assert.Equal([1f, 0.75f, 0.5f, 0.25f, 0f], Column(result.Probabilities, 0), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal([0L, 0, 0, 1, 1], result.Labels.data<long>());
    }

    [Fact]
    public void Spreading_on_a_star_gives_every_arm_the_label_of_its_centre()
    {
        using Tensor points = tensor(new float[,] { { 0, 0 }, { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, One);
        Assert.Equal(4, graph.Edges[0].eq(0).sum().item<long>());
        Assert.Equal([0L, 0, 0, 0, 0], LabelSpreading.Fit(graph, Known(5, (0, 0)), options: new() { ClassCount = 2 }).Labels.data<long>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_component_without_a_label_abstains(bool propagation)
    {
        using Tensor points = tensor(new float[,] { { 0 }, { 1 }, { 2 }, { 100 }, { 101 }, { 102 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, Two);
        Assert.Equal([0L, 0, 0, 1, 1, 1], graph.ConnectedComponents().data<long>());
        using Tensor known = Known(6, (0, 1));
        PropagationResult result = propagation ? LabelPropagation.Fit(graph, known) : LabelSpreading.Fit(graph, known);
        Assert.Equal([1L, 1, 1, -1, -1, -1], result.Labels.data<long>());
        Assert.Equal(3, result.Abstained);
        Assert.Equal(0, result.Probabilities[4, 0].item<float>());
        ClassPredictions predictions = result.Predict(tensor(new float[,] { { 0.5f }, { 101.5f } }));
        Assert.Equal([1L, -1], predictions.Labels.data<long>());
    }

    [Fact]
    public void An_isolated_point_abstains_and_keeps_its_own_label_if_it_has_one()
    {
        using Tensor points = tensor(new float[,] { { 0 }, { 1 }, { 2.5f }, { 90 }, { 200 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, One with { Symmetrization = Symmetrization.Mutual });
        Assert.Equal([0L, 0, 1, 2, 3], graph.ConnectedComponents().data<long>());
        Assert.Equal([0L, 0, -1, 1, -1], LabelSpreading.Fit(graph, Known(5, (0, 0), (3, 1))).Labels.data<long>());
        Assert.Equal([0L, 0, -1, 1, -1], LabelPropagation.Fit(graph, Known(5, (0, 0), (3, 1))).Labels.data<long>());
    }

    [Fact]
    public void Copies_of_a_labelled_point_get_its_label()
    {
        using Tensor points = cat([zeros(10, 3), ones(10, 3)]);
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 3, Weights = EdgeWeights.Rbf });
        Assert.Equal(1, graph.Gamma);
        Tensor labels = LabelSpreading.Fit(graph, Known(20, (0, 0), (10, 1))).Labels;
        Assert.Equal(Enumerable.Range(0, 20).Select(point => point / 10L), labels.data<long>());
    }

    [Fact]
    public void All_labelled_keeps_consistent_labels_and_one_class_gives_one_answer()
    {
        using Tensor points = tensor(new float[,] { { 0 }, { 1 }, { 10 }, { 11 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, One);
        Assert.Equal([0L, 0, 1, 1], LabelSpreading.Fit(graph, tensor(new long[] { 0, 0, 1, 1 })).Labels.data<long>());
        Assert.Equal([0L, 1, 1, 0], LabelPropagation.Fit(graph, tensor(new long[] { 0, 1, 1, 0 })).Labels.data<long>());
        Assert.Equal([0L, 0, 0, 0], LabelSpreading.Fit(graph, tensor(new long[] { 0, -1, -1, 0 })).Labels.data<long>());
    }

    [Fact]
    public void Labels_that_cannot_be_spread_are_refused()
    {
        using Tensor points = tensor(new float[,] { { 0 }, { 1 }, { 2 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, One);
        Assert.Contains("No point is labelled", Assert.Throws<ArgumentException>(() => LabelSpreading.Fit(graph, tensor(new long[] { -1, -1, -1 }))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LabelPropagation.Fit(graph, tensor(new long[] { 0, 1 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelPropagation.Fit(graph, tensor(new long[] { 0, -2, 1 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelSpreading.Fit(graph, tensor(new long[] { 0, 5, 1 }), options: new() { ClassCount = 3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelSpreading.Fit(graph, tensor(new long[] { 0, 1, 1 }), alpha: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeighbourGraph.Build(points, One with { Weights = EdgeWeights.Rbf, Gamma = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeighbourGraph.Build(points, One with { IncludeSelf = true }));
    }

    [Fact]
    public void A_tie_abstains_when_a_margin_is_asked_for()
    {
        using Tensor points = tensor(new float[,] { { 0 }, { 1 }, { 2 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, One);
        using Tensor known = Known(3, (0, 0), (2, 1));
        Assert.Equal([0L, 0, 1], LabelSpreading.Fit(graph, known).Labels.data<long>());
        Assert.Equal([0L, -1, 1], LabelSpreading.Fit(graph, known, 0.2, new() { MinimumMargin = 0.05 }).Labels.data<long>());
    }

    [Fact]
    public void Gamma_from_the_median_distance_makes_scale_irrelevant()
    {
        using Tensor points = randn([60, 512], generator: new Generator(2));
        using Tensor large = points.mul(1024);
        var options = new GraphOptions { Neighbours = 5, Weights = EdgeWeights.Rbf };
        using NeighbourGraph graph = NeighbourGraph.Build(points, options), largeGraph = NeighbourGraph.Build(large, options);
        Assert.InRange(graph.Weights[0].item<double>(), 0.4, 0.8);
        Assert.Equal(graph.Weights[0].item<double>(), largeGraph.Weights[0].item<double>(), 1e-6);
    }

    [Fact]
    public void Too_few_iterations_give_a_warning_and_steps_are_told()
    {
        using Tensor points = arange(20, ScalarType.Float32).unsqueeze(1);
        using NeighbourGraph graph = NeighbourGraph.Build(points, Two);
        var reached = new List<int>();
        PropagationResult result = LabelPropagation.Fit(graph, Known(20, (0, 0)), new PropagationOptions
        {
            MaxIterations = 3,
            OnIteration = step => reached.Add((int)step.Labels.eq(0).sum().item<long>()),
        });
        Assert.Contains("Pas encore convergé après 3 itérations", result.Warning, StringComparison.Ordinal);
        Assert.Equal([3, 4, 5], reached);
        Assert.Null(LabelPropagation.Fit(graph, Known(20, (0, 0))).Warning);
    }

    [Fact]
    public void Cancellation_stops_the_search_and_the_spreading_and_progress_is_shown()
    {
        using Tensor points = arange(20, ScalarType.Float32).unsqueeze(1);
        using NeighbourGraph graph = NeighbourGraph.Build(points, Two);
        var cancelled = new CancellationToken(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => NeighbourGraph.Build(points, Two, cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => LabelSpreading.Fit(graph, Known(20, (0, 0)), cancellation: cancelled));

        IProgressDisplay before = WorkContext.Progress;
        var recorded = new RecordingProgress();
        WorkContext.Progress = recorded;
        try
        {
            PropagationResult result = LabelSpreading.Fit(graph, Known(20, (0, 0)));
            Assert.Equal(("Diffusion des étiquettes", LabelSpreading.DefaultMaxIterations), recorded.Started.Single());
            Assert.Equal([.. Enumerable.Range(1, result.Iterations), LabelSpreading.DefaultMaxIterations], recorded.Reports);
            Assert.Equal(1, recorded.Ended);

            LabelSpreading.Fit(graph, Known(20, (0, 0)), options: new() { ShowsProgress = false });
            Assert.Single(recorded.Started);
        }
        finally
        {
            WorkContext.Progress = before;
        }
    }

    [Fact]
    public void Selected_answers_are_those_of_the_points_in_the_order_given()
    {
        using Tensor points = tensor(new float[,] { { 0 }, { 1 }, { 2 }, { 100 }, { 101 }, { 102 } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, Two);
        PropagationResult result = LabelSpreading.Fit(graph, Known(6, (0, 1)));

        ClassPredictions selected = result.Select(tensor(new long[] { 4, 0, 2 }));

        Assert.Equal([-1L, 1, 1], selected.Labels.data<long>());
        Assert.Equal(1, selected.Abstained);
        Assert.Equal([0f, 1, 1], Column(selected.Probabilities, 1));
        Assert.Equal([0f, 1, 1], selected.Margins().data<float>());
        using Tensor probabilities = tensor(new[,] { { 0.2f, 0.7f, 0.1f } });
        Assert.Equal(0.5f, new ClassPredictions(probabilities, tensor(1L)).Margins().item<float>(), 1e-6f);
    }

    [Fact]
    public void Neighbours_searched_once_predict_as_if_searched_for_each_graph()
    {
        using Tensor points = randn([60, 5], generator: new Generator(3)), queries = randn([20, 5], generator: new Generator(4));
        Neighbours nearest = NearestNeighbours.Find(queries, points, 12);
        using NeighbourGraph widest = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 12, Weights = EdgeWeights.Rbf });
        foreach (int k in (int[])[3, 12])
        {
            using NeighbourGraph graph = widest.With(widest.Options with { Neighbours = k });
            PropagationResult result = LabelSpreading.Fit(graph, Known(60, (0, 0), (7, 1), (20, 2)));
            ClassPredictions expected = result.Predict(queries), actual = result.Predict(nearest);
            Assert.True(expected.Labels.Equals(actual.Labels));
            Assert.True(allclose(expected.Probabilities, actual.Probabilities));
        }

        PropagationResult full = LabelSpreading.Fit(widest, Known(60, (0, 0)));
        Assert.Contains("12 neighbours, but only 5", Assert.Throws<ArgumentException>(() => full.Predict(nearest.Nearest(5))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, EdgeWeights.Rbf, Symmetrization.Mutual, DistanceMetric.Euclidean, false)]
    [InlineData(4, EdgeWeights.Binary, Symmetrization.Directed, DistanceMetric.Euclidean, false)]
    [InlineData(9, EdgeWeights.Rbf, Symmetrization.Union, DistanceMetric.Euclidean, false)]
    [InlineData(4, EdgeWeights.Rbf, Symmetrization.Union, DistanceMetric.Cosine, false)]
    [InlineData(4, EdgeWeights.Binary, Symmetrization.Union, DistanceMetric.Euclidean, true)]
    public void A_graph_joined_otherwise_is_the_graph_built_so(
        int k, EdgeWeights weights, Symmetrization symmetrization, DistanceMetric metric, bool self)
    {
        var other = new GraphOptions { Neighbours = k, Weights = weights, Symmetrization = symmetrization, Metric = metric, IncludeSelf = self };
        using Tensor points = randn([50, 6], generator: new Generator(5));
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 8 });
        using NeighbourGraph built = NeighbourGraph.Build(points, other), joined = graph.With(other);

        Assert.Equal(other, joined.Options);
        Assert.Equal(built.Gamma, joined.Gamma);
        Assert.True(built.Matrix().to_dense().Equals(joined.Matrix().to_dense()));
    }

    [Fact]
    public void A_graph_joined_otherwise_refuses_what_building_refuses_and_searches_nothing_twice()
    {
        using Tensor points = randn([50, 6], generator: new Generator(5));
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 8 });
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.With(new GraphOptions { Neighbours = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.With(new GraphOptions { Neighbours = 50 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.With(new GraphOptions { Neighbours = 4, Gamma = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.With(new GraphOptions { Neighbours = 4, Gamma = double.PositiveInfinity }));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Neighbours.Nearest(9));

        // A search stops at once when it is cancelled.
        var cancelled = new CancellationToken(canceled: true);
        using NeighbourGraph joined = graph.With(new GraphOptions { Neighbours = 4, Weights = EdgeWeights.Rbf }, cancelled);
        Assert.ThrowsAny<OperationCanceledException>(() => graph.With(new GraphOptions { Neighbours = 9 }, cancelled));
    }

    [Fact]
    public void Only_hides_the_labels_of_all_other_points()
    {
        using Tensor labels = tensor(new long[] { 2, 0, 1, 2 }), known = tensor(new long[] { 3, 1 });
        Assert.Equal([-1L, 0, -1, 2], KnownLabels.Only(labels, known).data<long>());
        using Tensor narrow = labels.to(ScalarType.Int32);
        Assert.Equal([-1L, 0, -1, 2], KnownLabels.Only(narrow, known).data<long>());
    }

    [Fact]
    public void An_edge_that_weighs_nothing_joins_nothing()
    {
        // The last point is so far that the weight of its edges vanishes.
        using Tensor points = tensor(new[,] { { 0f }, { 1 }, { 2 }, { 1e4f } });
        using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 2, Weights = EdgeWeights.Rbf });

        Assert.Equal([0L, 0, 0, 1], graph.ConnectedComponents().data<long>());
        Assert.Equal(KnownLabels.Unknown, LabelSpreading.Fit(graph, tensor(new long[] { 0, -1, -1, -1 })).Labels[3].item<long>());
    }

    internal static Tensor Known(int count, params (int Point, long Label)[] known)
    {
        var labels = new long[count];
        Array.Fill(labels, KnownLabels.Unknown);
        foreach ((int point, long label) in known)
        {
            labels[point] = label;
        }

        return tensor(labels);
    }

    private static float[] Column(Tensor matrix, int column) => [.. matrix.select(1, column).contiguous().data<float>()];
}
