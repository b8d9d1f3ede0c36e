using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.SelfTraining;
using CourseCompanion.Results;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// The course's pseudo-labeling from loading the file to the last evaluation: 5 rounds of 200 steps on DermaMNIST, threshold
/// 0.9, the test set measured after each round. Where Python with PyTorch is installed, the same procedure in the usual
/// Python style runs right after it on the same file and split, and <c>ratio</c> is our time divided by its time
/// (<c>cpu_ratio</c>: processor time, which a busy machine distorts less).
/// </summary>
internal sealed class PseudoLabelingBenchmark : IBenchmark
{
    private const int Seed = 42;


    public string Name => "pseudo-labeling";

    public string Description => "Chapter 1's procedure on DermaMNIST: seconds, memory, scores, and the usual Python's seconds.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        var figures = new Dictionary<string, double>();
        using var scope = NewDisposeScope();
        using var self = Process.GetCurrentProcess();
        TimeSpan startedCpu = self.TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        using var data = MedicalDataset.Load("dermamnist");
        log.WriteLine($"data: {data.Provenance.Dataset}, {data.Provenance.Source}, md5 {data.Provenance.Md5}{(data.Provenance.IsOfficial ? " (official)" : "")}");
        LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, 50, Seed);
        ClassificationReport last = Measure(data, split, figures, cancellation);
        figures["seconds"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        self.Refresh();
        figures["cpu_seconds"] = (self.TotalProcessorTime - startedCpu).TotalSeconds;
        figures["peak_rss_mb"] = self.PeakWorkingSet64 / (1024.0 * 1024.0);
        figures["auc"] = last.MacroAuc;
        figures["accuracy"] = last.Accuracy;
        figures["macro_f1"] = last.MacroF1;
        figures["balanced_accuracy"] = last.BalancedAccuracy;

        if (data.Provenance.Path is { } file)
        {
            await AddPeerAsync(figures, file, split, log, cancellation);
        }
        else
        {
            log.WriteLine("peer: skipped, as it reads a file and these images are generated.");
        }

        return new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, [Seed]).ToJson())!);
    }

    /// <summary>Scores after the last round; the test set is measured after each, as in the peer.</summary>
    private static ClassificationReport Measure(
        MedicalDataset data, LabelledSplit split, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        random.manual_seed(Seed);
        using var model = new SimpleCnn((int)data.Train.Images.shape[1], data.Train.ClassCount);
        using var train = new ResidentImages(data.Train.Images);
        using var test = new ResidentImages(data.Test.Images);
        var labelled = new LabelledImages(train, split.LabelledIndices, data.Train.Labels.index_select(0, split.LabelledIndices));
        Tensor hidden = data.Train.Labels.index_select(0, split.UnlabelledIndices);
        ClassificationReport? report = null;
        foreach (PseudoLabelingRound round in PseudoLabeling.Rounds(model, labelled, split.UnlabelledIndices, cancellation: cancellation))
        {
            report = FewLabels.Judge(model, LabelledImages.All(test, data.Test.Labels), cancellation);
            PseudoLabelCount[] counts = round.Kept.CountByClass(hidden, data.Train.ClassCount);
            figures[$"added_round_{round.Number}"] = round.Kept.Count;
            figures[$"right_round_{round.Number}"] = counts.Sum(label => label.Right);
        }

        return report!;
    }

    private static async Task AddPeerAsync(
        Dictionary<string, double> figures, string file, LabelledSplit split, TextWriter log, CancellationToken cancellation)
    {
        PythonPeer? peer = await PythonPeer.FindAsync(
            "PIL, sklearn, torch, torchvision", "python3-torch python3-torchvision python3-sklearn", log, cancellation);
        if (peer is null)
        {
            return;
        }

        string splitFile = Path.GetTempFileName();
        try
        {
            long[] labelled = split.LabelledIndices.cpu().data<long>().ToArray();
            await File.WriteAllTextAsync(splitFile, JsonSerializer.Serialize(new { labelled }), cancellation);
            log.WriteLine("peer: the same procedure in the usual Python; about a minute.");
            if (await peer.AskAsync("pseudo_labeling.py", [file, splitFile], log, cancellation) is not { } result)
            {
                return;
            }

            foreach (string name in (string[])["seconds", "cpu_seconds", "peak_rss_mb", "auc", "accuracy", "macro_f1", "balanced_accuracy"])
            {
                figures[$"peer_{name}"] = result.GetProperty(name).GetDouble();
            }

            figures["ratio"] = figures["seconds"] / figures["peer_seconds"];
            figures["cpu_ratio"] = figures["cpu_seconds"] / figures["peer_cpu_seconds"];
        }
        finally
        {
            File.Delete(splitFile);
        }
    }
}
