using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CourseCompanion.Data;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.Tests.Shared;
using CourseCompanion.Training;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Graphs;

/// <summary>
/// Spreading and propagation on the 7,007 x 1,568 embeddings of the training images of DermaMNIST, 50 labels per class, against
/// scikit-learn on the same numbers; and the exact search against the comparison of all pairs.
/// </summary>
public sealed class RealEmbeddingsTests(ITestOutputHelper output)
{
    private const int K = 10;
    private const double Alpha = 0.2;

    /// <summary>Points whose neighbours scikit-learn looks for itself: all of them would take it minutes.</summary>
    private const int Searched = 500;

    [RealDataPeerFact("sklearn")]
    public void Answers_on_real_embeddings_are_those_of_scikit_learn()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor embeddings, Tensor known) = Embed();
        using NeighbourGraph directed = NeighbourGraph.Build(embeddings, GraphOptions.LikeScikitLearn(K));
        using NeighbourGraph symmetric = NeighbourGraph.Build(embeddings, new GraphOptions { Neighbours = K, Weights = EdgeWeights.Rbf });
        Tensor first = embeddings.narrow(0, 0, 1000);
        using NeighbourGraph dense = NeighbourGraph.Build(
            first, new GraphOptions { Neighbours = 1000, Weights = EdgeWeights.Rbf, Gamma = symmetric.Gamma, IncludeSelf = true });
        var usual = new PropagationOptions { MaxIterations = 30 };
        Neighbours neighbours = NearestNeighbours.Find(embeddings, K);
        using JsonDocument answers = AskPeer(embeddings, known, neighbours, symmetric.Gamma);

        float[,] searched = answers.RootElement.GetProperty("searched").Matrix();
        float[] distances = [.. neighbours.Distances.narrow(0, 0, Searched).contiguous().data<float>()];
        for (int i = 0; i < distances.Length; i++)
        {
            Assert.Equal(searched[i / K, i % K], distances[i], 1e-5 * (1 + distances[i]));
        }

        AssertSame(answers, "spreading_knn", LabelSpreading.Fit(directed, known, Alpha, usual));
        AssertSame(answers, "propagation_knn", LabelPropagation.Fit(directed, known));
        AssertSame(answers, "spreading_rbf", LabelSpreading.Fit(symmetric, known, Alpha, usual));
        AssertSame(answers, "propagation_rbf", LabelPropagation.Fit(symmetric, known));
        AssertSame(answers, "spreading_dense", LabelSpreading.Fit(dense, known.narrow(0, 0, 1000), Alpha, usual));
        AssertSame(answers, "propagation_dense", LabelPropagation.Fit(dense, known.narrow(0, 0, 1000)));
    }

    [RealDataFact]
    public void Neighbours_of_real_embeddings_are_those_of_the_comparison_of_all_pairs()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor embeddings, _) = Embed();
        Tensor points = embeddings.to(ScalarType.Float64);
        Neighbours found = NearestNeighbours.Find(embeddings, K);

        for (int query = 0; query < found.Count; query += 350)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor squares = points.sub(points.narrow(0, query, 1)).square().sum(1);
            squares[query] = tensor(double.PositiveInfinity);
            (Tensor nearest, _) = squares.topk(K, 0, largest: false);
            double[] expected = nearest.sqrt().data<double>().ToArray();
            double[] distances = squares.index_select(0, found.Indices[query]).sqrt().data<double>().ToArray();
            for (int rank = 0; rank < K; rank++)
            {
                Assert.Equal(expected[rank], distances[rank], 1e-6 * expected[rank]);
            }
        }
    }

    private static (Tensor Embeddings, Tensor Known) Embed()
    {
        using var data = MedicalDataset.Load("dermamnist");
        LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, 50, seed: 42);
        random.manual_seed(42);
        using var model = new SimpleCnn(3, data.Train.ClassCount);
        using var images = new ResidentImages(data.Train.Images);
        using Tensor labels = data.Train.Labels.index_select(0, split.LabelledIndices);
        using (var trainer = new Trainer(model, new TrainingOptions { Seed = 42 }))
        {
            trainer.Fit(new LabelledImages(images, split.LabelledIndices, labels));
        }

        return (Predictor.Apply(model, model.Features, images).contiguous(), KnownLabels.Only(data.Train.Labels, split.LabelledIndices));
    }

    private static JsonDocument AskPeer(Tensor embeddings, Tensor known, Neighbours neighbours, double gamma)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["points.f32"], embeddings.bytes.ToArray());
        File.WriteAllBytes(folder["neighbours.i64"], neighbours.Indices.contiguous().bytes.ToArray());
        File.WriteAllBytes(folder["distances.f32"], neighbours.Distances.contiguous().bytes.ToArray());
        File.WriteAllText(folder["known.json"], JsonSerializer.Serialize(known.data<long>().ToArray()));
        string script = Path.Combine(Repository.Root, "tests", "CourseCompanion.Tests", "Graphs", "real_embeddings_peer.py");
        using Process peer = Process.Start(new ProcessStartInfo(
            PythonFactAttribute.Interpreter,
            [script, folder.Path, $"{K}", gamma.ToString("R", CultureInfo.InvariantCulture), Alpha.ToString(CultureInfo.InvariantCulture), $"{Searched}"])
        {
            RedirectStandardOutput = true,
        })!;
        string answers = peer.StandardOutput.ReadToEnd();
        peer.WaitForExit();
        Assert.Equal(0, peer.ExitCode);
        return JsonDocument.Parse(answers);
    }

    private void AssertSame(JsonDocument answers, string name, PropagationResult result)
    {
        JsonElement expected = answers.RootElement.GetProperty(name);
        float[] actual = [.. result.Probabilities.data<float>()];
        long[] answered = [.. result.Labels.data<long>()];
        float[,] probabilities = expected.GetProperty("probabilities").Matrix();
        long[] labels = expected.GetProperty("labels").Longs();
        double largest = 0;
        int differing = 0, ties = 0;
        for (int point = 0; point < labels.Length; point++)
        {
            float[] row = [.. Enumerable.Range(0, probabilities.GetLength(1)).Select(label => probabilities[point, label])];
            largest = Math.Max(largest, row.Select((value, label) => Math.Abs(value - actual[(point * row.Length) + label])).Max());
            if (labels[point] != answered[point])
            {
                differing++;
                ties += row.OrderDescending().Take(2).Aggregate((best, second) => best - second) < 1e-6 ? 1 : 0;
            }
        }

        output.WriteLine($"{name}: {labels.Length} points, {differing} labelled differently ({ties} of them ties), probabilities differ by at most {largest:G3}, {result.Iterations} iterations");
        Assert.Equal(labels.Length, answered.Length);
        Assert.Equal(expected.GetProperty("iterations").GetInt32(), result.Iterations);
        Assert.True(largest <= 1e-5, $"{name}: probabilities differ by {largest}.");
        Assert.Equal(ties, differing);
    }

    /// <summary>A test that needs both the real images and a Python package.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class RealDataPeerFactAttribute : FactAttribute
    {
        public RealDataPeerFactAttribute(string modules)
        {
            Modules = modules;
            Skip = new RealDataFactAttribute().Skip ?? new PythonFactAttribute(modules).Skip;
        }

        public string Modules { get; }
    }
}
