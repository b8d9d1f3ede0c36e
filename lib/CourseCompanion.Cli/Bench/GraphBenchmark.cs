using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// Label spreading on the 7,007 x 1,568 embeddings of DermaMNIST, from features to labels (graph and iterations), in the graph
/// of scikit-learn, which does the same right after it where it is installed: <c>ratio</c> is our time divided by its time,
/// <c>labels_differing</c> the number of points that the two label differently. Then the course's own graph on larger sets of
/// generated points with 512 features.
/// </summary>
internal sealed class GraphBenchmark : IBenchmark
{
    private const int Seed = 42;
    private const int Neighbours = 10;
    private const double Alpha = 0.2;
    private const int Repetitions = 3;
    private const int GeneratedFeatures = 512;

    private static readonly (string Name, int Count)[] Sizes = [("n7k", 7_000), ("n20k", 20_000), ("n50k", 50_000), ("n100k", 100_000)];
    private static readonly TimeSpan PeerLimit = TimeSpan.FromMinutes(10);

    public string Name => "graph";

    public string Description => "Label spreading on 7,007 embeddings and up to 100,000 points: seconds, memory, scikit-learn's seconds.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        var figures = new Dictionary<string, double>();
        using var scope = NewDisposeScope();
        using var data = MedicalDataset.Load("dermamnist");
        log.WriteLine($"data: {data.Provenance.Dataset}, {data.Provenance.Source}, md5 {data.Provenance.Md5}{(data.Provenance.IsOfficial ? " (official)" : "")}");
        LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, 50, Seed);
        long[] known = KnownLabels.Only(data.Train.Labels, split.LabelledIndices);
        Tensor embeddings = Embeddings(data, split, cancellation);

        long[] labels = Spread(embeddings, known, figures, cancellation);
        await AddPeerAsync(figures, embeddings, known, labels, log, cancellation);
        AddSizes(figures, log, cancellation);
        return new BenchmarkResult(figures, JsonNode.Parse(Provenance.Capture(data.Provenance, Seed).ToJson())!);
    }

    /// <summary>Features of all training images by the course's network, trained on the labelled ones.</summary>
    private static Tensor Embeddings(MedicalDataset data, LabelledSplit split, CancellationToken cancellation)
    {
        random.manual_seed(Seed);
        using var model = new SimpleCnn((int)data.Train.Images.shape[1], data.Train.ClassCount);
        using var images = new ResidentImages(data.Train.Images);
        using Tensor labels = data.Train.Labels.index_select(0, split.LabelledIndices);
        using (var trainer = new Trainer(model, new TrainingOptions { Seed = Seed }))
        {
            trainer.Fit(new LabelledImages(images, split.LabelledIndices, labels), cancellation: cancellation);
        }

        return Predictor.Apply(model, model.Features, images, cancellation: cancellation).contiguous();
    }

    /// <summary>The best of a few repetitions, as the peer's.</summary>
    private static long[] Spread(Tensor embeddings, long[] known, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        long[] labels = [];
        figures["spread_seconds"] = figures["spread_cpu_seconds"] = double.PositiveInfinity;
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            TimeSpan startedCpu = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            using NeighbourGraph graph = NeighbourGraph.Build(embeddings, GraphOptions.LikeScikitLearn(Neighbours), cancellation);
            labels = LabelSpreading.Fit(graph, known, Alpha, cancellation: cancellation).Labels;
            figures["spread_seconds"] = Math.Min(figures["spread_seconds"], Stopwatch.GetElapsedTime(started).TotalSeconds);
            figures["spread_cpu_seconds"] = Math.Min(figures["spread_cpu_seconds"], (Environment.CpuUsage.TotalTime - startedCpu).TotalSeconds);
        }

        return labels;
    }

    private static async Task AddPeerAsync(
        Dictionary<string, double> figures, Tensor embeddings, long[] known, long[] labels, TextWriter log, CancellationToken cancellation)
    {
        if (await FindPythonAsync(cancellation) is not { } python)
        {
            log.WriteLine("peer: skipped, no Python with scikit-learn (Debian: python3-sklearn).");
            return;
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("course-bench");
        try
        {
            string points = Path.Combine(folder.FullName, "points.f32"), given = Path.Combine(folder.FullName, "known.json");
            await File.WriteAllBytesAsync(points, embeddings.cpu().bytes.ToArray(), cancellation);
            await File.WriteAllTextAsync(given, JsonSerializer.Serialize(known), cancellation);
            log.WriteLine("peer: the same by scikit-learn.");
            string script = Path.Combine(AppContext.BaseDirectory, "peers", "label_spreading.py");
            string[] arguments = [script, points, given, $"{Neighbours}", Alpha.ToString(CultureInfo.InvariantCulture), $"{Repetitions}"];
            ChildResult peer = await ChildProcess.RunAsync(python, arguments, null, PeerLimit, cancellation);
            if (peer.ExitCode != 0)
            {
                log.WriteLine($"peer: failed with exit code {peer.ExitCode}: {peer.Error.Trim()}");
                return;
            }

            using JsonDocument result = JsonDocument.Parse(peer.Output);
            figures["sklearn_seconds"] = result.RootElement.GetProperty("seconds").GetDouble();
            figures["sklearn_cpu_seconds"] = result.RootElement.GetProperty("cpu_seconds").GetDouble();
            figures["ratio"] = figures["spread_seconds"] / figures["sklearn_seconds"];
            figures["cpu_ratio"] = figures["spread_cpu_seconds"] / figures["sklearn_cpu_seconds"];
            figures["labels_differing"] = result.RootElement.GetProperty("labels").EnumerateArray()
                .Zip(labels, (theirs, ours) => theirs.GetInt64() == ours ? 0 : 1).Sum();
            figures["abstained"] = labels.Count(label => label == KnownLabels.Unknown);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Seconds and memory at several sizes, and the exponent with which time grows from the first to the last.</summary>
    private static void AddSizes(Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        foreach ((string name, int count) in Sizes)
        {
            using var scope = NewDisposeScope();
            Tensor points = Generate(count);
            var known = new long[count];
            Array.Fill(known, KnownLabels.Unknown);
            for (int point = 0; point < 350; point++)
            {
                known[point] = point % 7;
            }

            long started = Stopwatch.GetTimestamp();
            using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = Neighbours }, cancellation);
            LabelSpreading.Fit(graph, known, Alpha, cancellation: cancellation);
            figures[$"{name}_seconds"] = Stopwatch.GetElapsedTime(started).TotalSeconds;

            // The system keeps the peak since the start of the process; sizes grow, so each peak is that of its own size.
            using var self = Process.GetCurrentProcess();
            figures[$"{name}_peak_mb"] = self.PeakWorkingSet64 / (1024.0 * 1024.0);
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} points: {figures[$"{name}_seconds"]:F1} s"));
        }

        (string firstName, int first) = Sizes[0];
        (string lastName, int last) = Sizes[^1];
        figures["time_exponent"] = Math.Log(figures[$"{lastName}_seconds"] / figures[$"{firstName}_seconds"]) / Math.Log((double)last / first);
    }

    /// <summary>Seven clusters that vary in sixty-four directions, and a little in all, as features of images do.</summary>
    private static Tensor Generate(int count)
    {
        using var scope = NewDisposeScope();
        Tensor classes = arange(count, ScalarType.Int64).remainder(7);
        Tensor centres = randn([7, 64], generator: new Generator(Seed));
        Tensor inner = randn([count, 64], generator: new Generator(Seed + 1)).add(centres.index_select(0, classes));
        Tensor directions = randn([64, GeneratedFeatures], generator: new Generator(Seed + 2));
        Tensor noise = randn([count, GeneratedFeatures], generator: new Generator(Seed + 3)).mul(0.5);
        return inner.matmul(directions).add(noise).MoveToOuterDisposeScope();
    }

    /// <summary>A Python that can run the peer: the system's, or the first one on the path; null if neither can.</summary>
    private static async Task<string?> FindPythonAsync(CancellationToken cancellation)
    {
        foreach (string candidate in (string[])["/usr/bin/python3", "python3"])
        {
            try
            {
                ChildResult probe = await ChildProcess.RunAsync(
                    candidate, ["-c", "import sklearn.semi_supervised"], null, TimeSpan.FromMinutes(1), cancellation);
                if (probe.ExitCode == 0)
                {
                    return candidate;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // There is no such program.
            }
        }

        return null;
    }
}
