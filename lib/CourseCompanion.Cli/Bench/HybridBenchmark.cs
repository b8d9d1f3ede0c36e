using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Augmentations;
using CourseCompanion.Data;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.Results;
using CourseCompanion.SelfSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What each part of the hybrid pipeline adds: chapter 7's experiment (<see cref="HybridExperiment"/>) on BloodMNIST with five labels a class, for several seeds of
/// the labelled images, of the head and of the order of training. Gains are differences of test scores on the same seed from the labelled images alone;
/// under <c>part_</c>, from the stage before.
/// </summary>
/// <remarks>
/// One encoder serves all seeds, pretrained as in chapter 5.1 (<c>rapide</c>): its pretext task sees no label, but the spread over seeds is not that of its own weights. The variable
/// <c>COURSE_SEEDS</c> asks for fewer seeds, <c>COURSE_FINISHED</c> names a file that keeps finished seeds.
/// </remarks>
internal sealed class HybridBenchmark : IBenchmark
{
    private const int PerClass = 5, EncoderSeed = 42, Epochs = 4;

    public string Name => "hybrid";

    public string Description => "Gain of each part of the hybrid pipeline on BloodMNIST with five labels a class, over 20 seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int[] seeds = SeedStudy.Seeds;
        using var data = MedicalDataset.Load("bloodmnist");
        Provenance provenance = Provenance.OfRuns(data.Provenance, seeds);
        FinishedRuns finished = FinishedRuns.Open(provenance);
        var pretrained = new Lazy<ResNet>(() => Pretrain(data, log, cancellation));
        SeedStudy tested = new(), parts = new();
        var behind = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (int seed in seeds)
        {
            double[] figures = finished.Get($"seed {seed}", () => Run(data, seed, pretrained.Value, cancellation));
            log.WriteLine($"seed {seed} of {seeds.Length}");
            const int Width = 6;
            for (int stage = 0; stage < HybridExperiment.Parts.Count; stage++)
            {
                string key = HybridExperiment.Parts[stage].Key;
                double[] own = figures[(stage * Width)..((stage + 1) * Width)];
                tested.Add(key, own[..4]);
                behind[$"trained_on_{key}_mean"] = behind.GetValueOrDefault($"trained_on_{key}_mean") + (own[4] / seeds.Length);
                behind[$"labels_right_{key}_mean"] = behind.GetValueOrDefault($"labels_right_{key}_mean") + (own[5] / seeds.Length);
                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {key}: balanced accuracy {own[3]:F3}, {own[4]} labels, {own[5]:F3} right"));
                if (stage > 0)
                {
                    // A part's own gain: its stage minus the one before.
                    parts.Add(key, [.. own[..4].Zip(figures[((stage - 1) * Width)..], (after, before) => after - before)]);
                }
            }

            parts.Add("none", new double[4]);
        }

        var all = new Dictionary<string, double>(behind) { ["seeds"] = seeds.Length, ["labels_per_class"] = PerClass };
        tested.WriteTo(all, reference: HybridExperiment.Parts[0].Key);
        parts.WriteTo(all, prefix: "part_", reference: "none");
        foreach (string needless in all.Keys.Where(name => name.EndsWith("_none_mean", StringComparison.Ordinal)).ToArray())
        {
            all.Remove(needless);
        }

        return Task.FromResult(new BenchmarkResult(all, JsonNode.Parse(provenance.ToJson())!));
    }

    private static ResNet Pretrain(MedicalDataset data, TextWriter log, CancellationToken cancellation)
    {
        log.WriteLine("pretraining");
        using var scenario = new FewLabels(data, EncoderSeed, PerClass);
        var experiment = new PretrainingExperiment(scenario);
        ResNet encoder = experiment.NewResNet();
        using var method = new SimClr(encoder, hidden: 256, outputs: 128);
        using var trainer = new Pretrainer(method, scenario.Images, PretrainingOptions.Contrastive with
        {
            Epochs = Epochs, LearningRate = 0.12, Views = ContrastiveViews.Medical, Seed = EncoderSeed,
        });
        trainer.Run(cancellation: cancellation);
        ResNet kept = experiment.NewResNet();
        using var weights = Training.WeightSnapshot.Take(encoder);   // the method disposes of its own
        weights.Restore(kept);
        return kept;
    }

    private static double[] Run(MedicalDataset data, int seed, Encoder pretrained, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var scenario = new FewLabels(data, seed, PerClass);
        var experiment = new HybridExperiment(scenario, new PretrainingExperiment(scenario).NewResNet, MedicalViews.BloodCells);
        return
        [
            .. experiment.Run(pretrained, cancellation).SelectMany(
                stage => (double[])[.. stage.Test.Scores, stage.TrainedOn, stage.LabelsRight]),
        ];
    }
}
