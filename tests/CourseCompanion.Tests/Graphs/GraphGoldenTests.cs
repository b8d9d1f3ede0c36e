using System.Text.Json;
using CourseCompanion.Graphs;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Graphs;

/// <summary>Spreading and propagation against scikit-learn 1.2, in the variant that reproduces its graphs.</summary>
public sealed class GraphGoldenTests
{
    private static readonly JsonElement Document = Golden.Load("Graphs", "graphs_golden.json");

    public static TheoryData<int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            for (int problem = 0; problem < Document.GetProperty("problems").GetArrayLength(); problem++)
            {
                for (int index = 0; index < Document.GetProperty("problems")[problem].GetProperty("cases").GetArrayLength(); index++)
                {
                    cases.Add(problem, index);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fit_like_scikit_learn_gives_its_iterations_probabilities_labels_and_predictions(int problem, int index)
    {
        JsonElement given = Document.GetProperty("problems")[problem];
        JsonElement expected = given.GetProperty("cases")[index];
        using Tensor points = tensor(given.GetProperty("points").Matrix());
        using Tensor queries = tensor(given.GetProperty("queries").Matrix());
        using NeighbourGraph graph = NeighbourGraph.Build(points, Options(expected, (int)points.shape[0]));

        using Tensor known = tensor(given.GetProperty("known").Longs());
        int? most = expected.TryGetProperty("max_iter", out JsonElement maxIterations) ? maxIterations.GetInt32() : null;
        PropagationResult result = expected.GetProperty("method").GetString() == "spreading"
            ? LabelSpreading.Fit(graph, known, expected.GetProperty("alpha").GetDouble(), new() { MaxIterations = most ?? 30 })
            : LabelPropagation.Fit(graph, known, new() { MaxIterations = most });

        Assert.Equal(expected.GetProperty("iterations").GetInt32(), result.Iterations);
        AssertClose(expected.GetProperty("probabilities").Matrix(), result.Probabilities);

        // Where no label arrives scikit-learn answers class 0, and we do not answer.
        using Tensor isReached = result.Probabilities.sum(1).gt(0);
        Assert.Equal(
            expected.GetProperty("labels").Longs().Zip(isReached.data<bool>(), (label, reached) => reached ? label : KnownLabels.Unknown),
            result.Labels.data<long>());

        AssertClose(expected.GetProperty("query_probabilities").Matrix(), result.Predict(queries).Probabilities);
    }

    /// <summary>Its knn graph is directed and counts each point; its rbf graph joins all pairs, each point with itself too.</summary>
    private static GraphOptions Options(JsonElement expected, int count) => expected.GetProperty("kernel").GetString() == "knn"
        ? GraphOptions.LikeScikitLearn(expected.GetProperty("n_neighbors").GetInt32())
        : new GraphOptions
        {
            Neighbours = count,
            Weights = EdgeWeights.Rbf,
            Gamma = expected.GetProperty("gamma").GetDouble(),
            IncludeSelf = true,
        };

    private static void AssertClose(float[,] expected, Tensor actual)
    {
        using Tensor matrix = tensor(expected);
        Assert.Equal(matrix.shape, actual.shape);
        Assert.True(actual.sub(matrix).abs().max().item<float>() <= 1e-5f, $"{matrix.str()} expected, {actual.str()} found.");
    }
}
