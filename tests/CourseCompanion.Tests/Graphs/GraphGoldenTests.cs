using System.Text.Json;
using CourseCompanion.Graphs;
using TorchSharp;

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
        using torch.Tensor points = torch.tensor(given.GetProperty("points").Matrix());
        using torch.Tensor queries = torch.tensor(given.GetProperty("queries").Matrix());
        using NeighbourGraph graph = NeighbourGraph.Build(points, Options(expected, (int)points.shape[0]));

        long[] known = given.GetProperty("known").Longs();
        int? most = expected.TryGetProperty("max_iter", out JsonElement maxIterations) ? maxIterations.GetInt32() : null;
        var options = new PropagationOptions { MaxIterations = most };
        PropagationResult result = expected.GetProperty("method").GetString() == "spreading"
            ? LabelSpreading.Fit(graph, known, expected.GetProperty("alpha").GetDouble(), options)
            : LabelPropagation.Fit(graph, known, options);

        Assert.Equal(expected.GetProperty("iterations").GetInt32(), result.Iterations);
        AssertClose(expected.GetProperty("probabilities").Matrix(), result.Probabilities);
        long[] labels = expected.GetProperty("labels").Longs();
        for (int point = 0; point < labels.Length; point++)
        {
            // Where no label arrives scikit-learn answers class 0, and we do not answer.
            bool reached = Enumerable.Range(0, result.Probabilities.GetLength(1)).Any(label => result.Probabilities[point, label] > 0);
            Assert.Equal(reached ? labels[point] : KnownLabels.Unknown, result.Labels[point]);
        }

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

    private static void AssertClose(float[,] expected, float[,] actual)
    {
        Assert.Equal((expected.GetLength(0), expected.GetLength(1)), (actual.GetLength(0), actual.GetLength(1)));
        for (int row = 0; row < expected.GetLength(0); row++)
        {
            for (int column = 0; column < expected.GetLength(1); column++)
            {
                Assert.True(
                    Math.Abs(expected[row, column] - actual[row, column]) <= 1e-5f,
                    $"[{row}, {column}]: {expected[row, column]} expected, {actual[row, column]} found.");
            }
        }
    }
}
