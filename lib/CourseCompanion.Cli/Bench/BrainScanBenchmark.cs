using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.BrainScan;
using CourseCompanion.Data.Images;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.Results;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// The mission on its real scans: how fast they are read and described, and what each method of chapter 6.3
/// (<see cref="BrainScanExperiment"/>) is worth in repeated cross-validation that keeps families of copies together. Every figure has the
/// 95 % interval of resampled families; gains are over the logistic regression on the labelled scans alone, on the same scans.
/// </summary>
/// <remarks><c>balanced_accuracy</c> and <c>cancer_recall</c> are those of the logistic regression on ResNet-18's features if its weights are here, else on
/// SqueezeNet's. The variable <c>COURSE_REPEATS</c> asks for fewer repetitions than ten (of the networks, a fifth as many).</remarks>
internal sealed class BrainScanBenchmark : IBenchmark
{
    private const int Seed = 42;
    private const int DefaultRepeats = 10;
    private const int BatchSize = 32;

    public string Name => "brainscan";

    public string Description => "The mission: images read and described a second, and all methods of chapter 6.3 in repeated grouped cross-validation.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int repeats = int.TryParse(Environment.GetEnvironmentVariable("COURSE_REPEATS"), CultureInfo.InvariantCulture, out int asked) ? asked : DefaultRepeats;
        var figures = new Dictionary<string, double>();
        using BrainScanMission mission = BrainScanMission.Open(cancellation: cancellation);
        log.WriteLine($"{mission.Scans.Count} scans, {mission.LabelledCount} of them labelled; encoder {mission.Encoder}.");
        MeasureSpeed(mission, figures, cancellation);

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
            Write("ungrouped_logistic", Judge(apart, apart.Supervised[0], repeats), null);
            Write("ungrouped_leaking", Judge(apart, apart.Leaking, repeats), null);
        }

        Write("leaking", Judge(experiment, experiment.Leaking, repeats), reference);
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
        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(mission.Provenance, [Seed]).ToJson())!));

        // The light methods, each against the logistic regression on the labelled scans alone.
        ScanScores Compare(BrainScanExperiment from, string prefix)
        {
            ScanScores alone = Judge(from, from.Supervised[0], repeats);
            Write(prefix + from.Supervised[0].Key, alone, null);
            foreach (ScanMethod method in from.Supervised.Skip(1).Concat(from.SemiSupervised))
            {
                Write(prefix + method.Key, Judge(from, method, repeats), alone);
            }

            figures["balanced_accuracy"] = alone.Value(ScanFigure.BalancedAccuracy);
            figures["cancer_recall"] = alone.Value(ScanFigure.CancerRecallAtThreshold);
            return alone;
        }

        ScanScores Judge(BrainScanExperiment from, ScanMethod method, int times)
        {
            long started = Stopwatch.GetTimestamp();
            ScanScores scores = from.Judge(method, times, cancellation);
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

    /// <summary>All scans from the files to their features, with nothing kept from earlier.</summary>
    private static void MeasureSpeed(BrainScanMission mission, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using ScanEncoder encoder = ScanEncoder.Load(mission.Encoder);
        encoder.Embed(zeros(BatchSize, 1, encoder.Size, encoder.Size, ScalarType.Byte));
        double decoding = 0, forward = 0;
        long started = Stopwatch.GetTimestamp();
        foreach (ScanFile[] batch in mission.Scans.Chunk(BatchSize))
        {
            using var step = NewDisposeScope();
            long before = Stopwatch.GetTimestamp();
            Tensor images = ImageFile.Load([.. batch.Select(mission.Folder.PathOf)], channels: 1, (encoder.Size, encoder.Size), cancellation);
            decoding += Stopwatch.GetElapsedTime(before).TotalSeconds;
            before = Stopwatch.GetTimestamp();
            encoder.Embed(images);
            forward += Stopwatch.GetElapsedTime(before).TotalSeconds;
        }

        figures["pipeline_seconds"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        figures["decode_img_s"] = mission.Scans.Count / decoding;
        figures["forward_img_s"] = mission.Scans.Count / forward;
        using var self = Process.GetCurrentProcess();
        figures["peak_rss_mb"] = self.PeakWorkingSet64 / (1024.0 * 1024.0);
    }
}
