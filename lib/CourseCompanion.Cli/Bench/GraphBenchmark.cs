using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.Results;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// Label spreading on the 7,007 x 1,568 embeddings of DermaMNIST, from features to labels (graph and iterations), in the graph
/// of scikit-learn, which does the same where it is installed: <c>ratio</c> is our time divided by its time,
/// <c>labels_differing</c> the number of points that the two label differently. Then the course's own graph on larger sets of
/// generated points with 512 features, and the approximate search on the same, with the share of the exact neighbours it finds.
/// </summary>
/// <remarks>
/// The two take turns, so that what else the machine does weighs on both; times and ratios are the medians of the turns, and
/// <c>load_average</c> says how busy it was. Each library multiplies matrices by the kernels it gets when it is installed:
/// OpenBLAS under NumPy does not know processors newer than itself. <c>OPENBLAS_CORETYPE</c>, when set, counts for both.
/// </remarks>
internal sealed class GraphBenchmark : IBenchmark
{
    private const int Seed = 42;
    private const int NeighboursPerPoint = 10;
    private const double Alpha = 0.2;
    private const int Turns = 5;
    private const int GeneratedFeatures = 512;

    private static readonly (string Name, int Count)[] Sizes = [("n7k", 7_000), ("n20k", 20_000), ("n50k", 50_000), ("n100k", 100_000)];

    public string Name => "graph";

    public string Description => "Label spreading on 7,007 embeddings and up to 100,000 points: seconds, memory, scikit-learn's seconds.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        // The sizes come first: the peak of memory is that of the process, which later holds the images and a network too.
        var figures = new Dictionary<string, double> { ["load_average"] = LoadAverage() };
        AddSizes(figures, log, cancellation);
        using var scope = NewDisposeScope();
        using var data = MedicalDataset.Load("dermamnist");
        log.WriteLine($"data: {data.Provenance.Dataset}, {data.Provenance.Source}, md5 {data.Provenance.Md5}{(data.Provenance.IsOfficial ? " (official)" : "")}");
        LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, 50, Seed);
        Tensor known = KnownLabels.Only(data.Train.Labels, split.LabelledIndices);
        Tensor embeddings = Embeddings(data, split, cancellation);

        await TakeTurnsAsync(figures, embeddings, known, log, cancellation);
        return new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, [Seed]).ToJson())!);
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

    private static async Task TakeTurnsAsync(
        Dictionary<string, double> figures, Tensor embeddings, Tensor known, TextWriter log, CancellationToken cancellation)
    {
        PythonPeer? python = await PythonPeer.FindAsync("sklearn.semi_supervised", "python3-sklearn", log, cancellation);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("course-bench");
        try
        {
            string points = Path.Combine(folder.FullName, "points.f32"), given = Path.Combine(folder.FullName, "known.json");
            await File.WriteAllBytesAsync(points, embeddings.cpu().bytes.ToArray(), cancellation);
            await File.WriteAllTextAsync(given, JsonSerializer.Serialize(known.cpu().data<long>().ToArray()), cancellation);
            Spread(embeddings, known, cancellation);  // the first time, code is still being compiled
            var ours = new List<Turn>();
            var theirs = new List<Turn>();
            for (int turn = 1; turn <= Turns; turn++)
            {
                ours.Add(Spread(embeddings, known, cancellation));
                if (python is not null && await AskPeerAsync(python, points, given, log, cancellation) is { } peer)
                {
                    theirs.Add(peer);
                    log.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"turn {turn}: {ours[^1].Seconds:F2} s here, {peer.Seconds:F2} s by scikit-learn"));
                }
            }

            figures["spread_seconds"] = Median(ours.Select(turn => turn.Seconds));
            figures["spread_cpu_seconds"] = Median(ours.Select(turn => turn.CpuSeconds));
            figures["abstained"] = ours[0].Labels.Count(label => label == KnownLabels.Unknown);
            if (theirs.Count == Turns)
            {
                figures["sklearn_seconds"] = Median(theirs.Select(turn => turn.Seconds));
                figures["sklearn_cpu_seconds"] = Median(theirs.Select(turn => turn.CpuSeconds));
                figures["ratio"] = Median(ours.Zip(theirs, (here, there) => here.Seconds / there.Seconds));
                figures["cpu_ratio"] = Median(ours.Zip(theirs, (here, there) => here.CpuSeconds / there.CpuSeconds));
                figures["labels_differing"] = ours[0].Labels.Zip(theirs[0].Labels, (here, there) => here == there ? 0 : 1).Sum();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Turn Spread(Tensor embeddings, Tensor known, CancellationToken cancellation)
    {
        TimeSpan startedCpu = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        using NeighbourGraph graph = NeighbourGraph.Build(embeddings, GraphOptions.LikeScikitLearn(NeighboursPerPoint), cancellation);
        long[] labels = [.. LabelSpreading.Fit(graph, known, Alpha, cancellation: cancellation).Labels.cpu().data<long>()];
        return new Turn(
            Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - startedCpu).TotalSeconds, labels);
    }

    /// <summary>The same by scikit-learn, the better of two in a process of its own; null, with a word in the log, if it fails.</summary>
    private static async Task<Turn?> AskPeerAsync(PythonPeer python, string points, string known, TextWriter log, CancellationToken cancellation)
    {
        string[] arguments = [points, known, $"{NeighboursPerPoint}", Alpha.ToString(CultureInfo.InvariantCulture), "2"];
        if (await python.AskAsync("label_spreading.py", arguments, log, cancellation) is not { } result)
        {
            return null;
        }

        return new Turn(
            result.GetProperty("seconds").GetDouble(),
            result.GetProperty("cpu_seconds").GetDouble(),
            [.. result.GetProperty("labels").EnumerateArray().Select(label => label.GetInt64())]);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>How many processes wanted a core, on average over the last minute; NaN where the system does not say.</summary>
    private static double LoadAverage() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : double.NaN;

    /// <summary>Seconds and memory at several sizes, and the exponents with which they grow from the first to the last.</summary>
    private static void AddSizes(Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        using (Tensor few = Generate(1000))
        {
            NeighbourGraph.Build(few, cancellation: cancellation).Dispose();  // the first time, code is still being compiled
        }

        var exact = new Dictionary<string, Neighbours>();
        foreach ((string name, int count) in Sizes)
        {
            using var scope = NewDisposeScope();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Tensor points = Generate(count);
            Tensor known = full(count, KnownLabels.Unknown, ScalarType.Int64);
            known.narrow(0, 0, 350).copy_(arange(350).remainder(7));

            TimeSpan startedCpu = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = NeighboursPerPoint }, cancellation);
            LabelSpreading.Fit(graph, known, Alpha, cancellation: cancellation);
            figures[$"{name}_seconds"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            figures[$"{name}_cpu_seconds"] = (Environment.CpuUsage.TotalTime - startedCpu).TotalSeconds;

            // The system keeps the peak since the start of the process; sizes grow, so each peak is that of its own size.
            using var self = Process.GetCurrentProcess();
            figures[$"{name}_peak_mb"] = self.PeakWorkingSet64 / (1024.0 * 1024.0);
            exact[name] = new Neighbours(graph.Neighbours.Indices.clone().DetachFromDisposeScope(), graph.Neighbours.Distances.clone().DetachFromDisposeScope());
            log.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{count} points: {figures[$"{name}_seconds"]:F1} s ({figures[$"{name}_cpu_seconds"]:F1} s of processor), {figures[$"{name}_peak_mb"]:F0} MB"));
        }

        // After all the others, as it leaves its own mark on the peak of memory.
        foreach ((string name, int count) in Sizes)
        {
            using var scope = NewDisposeScope();
            Tensor points = Generate(count);
            TimeSpan startedCpu = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            Neighbours approximate = NearestNeighbours.Find(points, NeighboursPerPoint, approximate: true, cancellation: cancellation);
            figures[$"{name}_approximate_seconds"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            figures[$"{name}_approximate_cpu_seconds"] = (Environment.CpuUsage.TotalTime - startedCpu).TotalSeconds;
            figures[$"{name}_approximate_recall"] = approximate.RecallOf(exact[name]);
            log.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{count} points, approximate search: {figures[$"{name}_approximate_seconds"]:F1} s ({figures[$"{name}_approximate_cpu_seconds"]:F1} s), recall {figures[$"{name}_approximate_recall"]:F4}"));
        }

        figures["time_exponent"] = Exponent(figures, "cpu_seconds");
        figures["memory_exponent"] = Exponent(figures, "peak_mb");
        figures["approximate_exponent"] = Exponent(figures, "approximate_cpu_seconds");
    }

    /// <summary>The power of the number of points with which a figure grows from the first size to the last.</summary>
    private static double Exponent(Dictionary<string, double> figures, string figure)
    {
        ((string firstName, int first), (string lastName, int last)) = (Sizes[0], Sizes[^1]);
        return Math.Log(figures[$"{lastName}_{figure}"] / figures[$"{firstName}_{figure}"]) / Math.Log((double)last / first);
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
        return noise.addmm_(inner, directions).MoveToOuterDisposeScope();
    }

    private sealed record Turn(double Seconds, double CpuSeconds, long[] Labels);
}
