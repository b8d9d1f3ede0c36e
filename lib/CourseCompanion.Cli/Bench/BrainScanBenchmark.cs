using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.BrainScan;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.Results;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// The mission on its real scans: how fast they are read and described, and what each method of chapter 6.3
/// (<see cref="BrainScanExperiment"/>) is worth in repeated cross-validation that keeps families of copies together. Every figure has the
/// 95 % interval of resampled families; gains are over the logistic regression on the labelled scans alone, on the same scans.
/// </summary>
/// <remarks>Reading and describing take turns with the usual Python where it is installed: <c>ratio</c> is our time divided by its time, the median of the
/// turns. <c>balanced_accuracy</c> and <c>cancer_recall</c> are those of the logistic regression on ResNet-18's features if its weights are here, else on
/// SqueezeNet's. The variable <c>COURSE_REPEATS</c> asks for fewer repetitions than ten (of the networks, a fifth as many). Some forty minutes on two
/// cores; <see cref="FinishedRuns"/> lets it be stopped and started again.</remarks>
internal sealed class BrainScanBenchmark : IBenchmark
{
    private const int Seed = 42;
    private const int DefaultRepeats = 10;
    private const int PeerBatchSize = 32;
    private const int Turns = 3;

    // Decided before any result, and not searched: as many passes as the mission's first phase.
    private static readonly TrainingPhase FineTuning = new(10, 1e-4);

    public string Name => "brainscan";

    public string Description => "The mission: images read and described a second, and all methods of chapter 6.3 in repeated grouped cross-validation.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int repeats = int.TryParse(Environment.GetEnvironmentVariable("COURSE_REPEATS"), CultureInfo.InvariantCulture, out int asked) ? asked : DefaultRepeats;
        var figures = new Dictionary<string, double>();
        using BrainScanMission mission = BrainScanMission.Open(cancellation: cancellation);
        log.WriteLine($"{mission.Scans.Count} scans, {mission.LabelledCount} of them labelled; encoder {mission.Encoder}. A decision aid, never a diagnosis.");
        Provenance provenance = Provenance.OfRuns(mission.Provenance, [Seed]);
        FinishedRuns finished = FinishedRuns.Open(provenance);
        long[] families = mission.Families.narrow(0, 0, mission.LabelledCount).data<long>().ToArray();
        await MeasureSpeedAsync(mission, figures, log, cancellation);

        using var experiment = new BrainScanExperiment(mission, Seed);
        figures["repeats"] = repeats;
        figures["scans"] = mission.Scans.Count;
        figures["labelled"] = mission.LabelledCount;
        figures["copied"] = experiment.Copied.Count;
        ScanScores reference = Compare(experiment, "");
        if (PretrainedWeights.Find(ResNet18.WeightFile).Path is null)
        {
            log.WriteLine("ResNet-18: left out, its weights are not here (course weights get resnet18).");
        }
        else
        {
            using BrainScanMission described = BrainScanMission.Open(ScanEncoder.ResNet18Name, cancellation: cancellation);
            using var other = new BrainScanExperiment(described, Seed);
            Gains("resnet18_logistic_over_squeezenet", Compare(other, "resnet18_"), reference);
        }

        using (var apart = new BrainScanExperiment(mission, Seed, grouped: false))
        {
            Write("ungrouped_logistic", Judge(apart, apart.Supervised[0], repeats, "ungrouped_"), null);
            Write("ungrouped_leaking", Judge(apart, apart.Leaking, repeats, "ungrouped_"), null);
        }

        ScanScores spread = Judge(experiment, experiment.SemiSupervised.Single(method => method.Key == "spreading"), repeats);
        ScanScores leaking = Judge(experiment, experiment.Leaking, repeats);
        Write("leaking", leaking, null);
        Gains("leaking_over_spreading", leaking, spread);
        ScanScores remembering = Judge(experiment, experiment.Remembering, repeats), leaked = Judge(experiment, experiment.RememberingLeaking, repeats);
        Write("remembering", remembering, null);
        Write("remembering_leaking", leaked, null);
        Gains("remembering_leaking_over_remembering", leaked, remembering);
        int ofNetworks = Math.Max(1, repeats / 5);
        ScanScores? strong = null;
        foreach (ScanMethod method in experiment.Networks(TrainingPhase.Weak, TrainingPhase.Strong).Reverse())
        {
            // The last two get as many steps: the second is what weak labels have to beat.
            ScanScores scores = Judge(experiment, method, ofNetworks);
            Write(method.Key, scores, null);
            if (method.Key == "cnn_weak_then_strong")
            {
                strong = scores;
            }
            else
            {
                Gains($"cnn_weak_over_{method.Key}", strong!, scores);
            }
        }

        figures["repeats_of_networks"] = ofNetworks;
        if (PretrainedWeights.Find(ResNet18.WeightFile).Path is { } weights)
        {
            Write("resnet18_fine_tuned", Judge(experiment, experiment.FineTuned(weights, FineTuning), ofNetworks), null);
        }

        return new BenchmarkResult(figures, JsonNode.Parse(provenance.ToJson())!);

        // The light methods, each against the logistic regression on the labelled scans alone.
        ScanScores Compare(BrainScanExperiment from, string prefix)
        {
            ScanScores alone = Judge(from, from.Supervised[0], repeats, prefix);
            Write(prefix + from.Supervised[0].Key, alone, null);
            foreach (ScanMethod method in from.Supervised.Skip(1).Concat(from.SemiSupervised))
            {
                Write(prefix + method.Key, Judge(from, method, repeats, prefix), alone);
            }

            figures["balanced_accuracy"] = alone.Value(ScanFigure.BalancedAccuracy);
            figures["cancer_recall"] = alone.Value(ScanFigure.CancerRecallAtThreshold);
            return alone;
        }

        ScanScores Judge(BrainScanExperiment from, ScanMethod method, int times, string prefix = "")
        {
            long started = Stopwatch.GetTimestamp();
            double[] kept = finished.Get($"{prefix}{method.Key}, {times} repetitions", () =>
            {
                ScanScores judged = from.Judge(method, times, cancellation);
                return [.. judged.Scores.Concat(judged.Thresholds).SelectMany(row => row)];
            });
            double[][] rows = [.. kept.Chunk(families.Length)];     // the scores of the repetitions, then their thresholds
            ScanScores scores = new(from.IsCancer, families, rows[..times], rows[times..]);
            log.WriteLine(FormattableString.Invariant(
                $"{method.Key}: balanced accuracy {scores.Value(ScanFigure.BalancedAccuracy):F3}, AUC {scores.Value(ScanFigure.Auc):F3}, recall at threshold {scores.Value(ScanFigure.CancerRecallAtThreshold):F3}; {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s"));
            return scores;
        }

        void Write(string key, ScanScores scores, ScanScores? over)
        {
            foreach (ScanFigure figure in ScanFigure.All)
            {
                AddInterval($"{figure.Key}_{key}", scores.Interval(figure));
            }

            if (over is not null)
            {
                Gains(key, scores, over);
            }
        }

        void Gains(string key, ScanScores scores, ScanScores over)
        {
            foreach (ScanFigure figure in ScanFigure.All)
            {
                AddInterval($"{figure.Key}_{key}_gain", scores.Gain(over, figure));
            }

            figures[$"permutation_p_{key}"] = scores.PermutationAgainst(over);
            McNemarResult mcNemar = scores.McNemarAgainst(over);
            figures[$"mcnemar_p_{key}"] = mcNemar.PValue;
            figures[$"only_right_{key}"] = mcNemar.OnlyFirst;
            figures[$"only_wrong_{key}"] = mcNemar.OnlySecond;
        }

        void AddInterval(string name, ConfidenceInterval interval)
        {
            figures[name] = interval.Estimate;
            figures[name + "_low"] = interval.Lower;
            figures[name + "_high"] = interval.Upper;
        }
    }

    /// <summary>All scans from the files to their features, with nothing kept from earlier, in turns with the usual Python.</summary>
    private static async Task MeasureSpeedAsync(
        BrainScanMission mission, Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        PythonPeer? peer = await PythonPeer.FindAsync("PIL, torch, torchvision", "python3-torch python3-torchvision", log, cancellation);
        using ScanEncoder encoder = mission.LoadEncoder();
        var ours = new List<double>();
        var theirs = new List<double>();
        string files = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(files, mission.Scans.Select(scan => scan.Path), cancellation);
            string[] arguments = [mission.Folder.Root, files, $"{encoder.Size}", $"{PeerBatchSize}"];
            for (int turn = 1; turn <= Turns; turn++)
            {
                ours.Add(Describe(mission, encoder, cancellation));
                if (turn == 1)
                {
                    using var self = Process.GetCurrentProcess();
                    figures["peak_rss_mb"] = self.PeakWorkingSet64 / (1024.0 * 1024.0);
                }

                if (peer is not null && await peer.AskAsync("scan_features.py", arguments, log, cancellation) is { } answer)
                {
                    theirs.Add(answer.GetProperty("seconds").GetDouble());
                    log.WriteLine(FormattableString.Invariant($"turn {turn}: {ours[^1]:F1} s here, {theirs[^1]:F1} s by the usual Python"));
                }
            }
        }
        finally
        {
            File.Delete(files);
        }

        figures["pipeline_seconds"] = Median(ours);
        Throughput parts = new ScaleUpExperiment(mission, Seed).MeasureThroughput();
        figures["decode_img_s"] = parts.DecodePerSecond;
        figures["forward_img_s"] = parts.ForwardPerSecond;
        if (theirs.Count == Turns)
        {
            figures["peer_seconds"] = Median(theirs);
            figures["ratio"] = Median(ours.Zip(theirs, (here, there) => here / there));
        }
    }

    /// <summary>Seconds from the files to the features in a store of its own, as the chapters make them the first time.</summary>
    private static double Describe(BrainScanMission mission, ScanEncoder encoder, CancellationToken cancellation)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("course-bench");
        try
        {
            using var store = new FeatureStore(folder.FullName);
            long started = Stopwatch.GetTimestamp();
            store.Features(encoder, mission.Folder, mission.Scans, cancellation).Dispose();
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Turns / 2);
}
