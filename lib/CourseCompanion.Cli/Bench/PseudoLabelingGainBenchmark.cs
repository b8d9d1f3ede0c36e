using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What pseudo-labels are worth: for several seeds (of the labelled images, the initial weights and the order alike), the
/// course's procedure against the same network trained on the labelled images alone for as many epochs. Gains are
/// differences of test scores; mean, least and largest, as one seed proves nothing.
/// </summary>
internal sealed class PseudoLabelingGainBenchmark : IBenchmark
{
    private const int Seeds = 5;

    private static readonly (string Name, Func<ClassificationReport, double> Read)[] Scores =
    [
        ("auc", report => report.MacroAuc),
        ("accuracy", report => report.Accuracy),
        ("macro_f1", report => report.MacroF1),
        ("balanced_accuracy", report => report.BalancedAccuracy),
    ];

    public string Name => "pseudo-labeling-gain";

    public string Description => $"Gain of pseudo-labels over the labelled images alone on DermaMNIST, over {Seeds} seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        using var data = MedicalDataset.Load("dermamnist");
        using var train = new ResidentImages(data.Train.Images);
        using var test = new ResidentImages(data.Test.Images);
        var options = new PseudoLabelingOptions();
        List<ClassificationReport> alone = [], together = [];
        for (int seed = 1; seed <= Seeds; seed++)
        {
            log.WriteLine($"seed {seed} of {Seeds}");
            using var scope = NewDisposeScope();
            using LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, 50, seed);
            var labelled = new LabelledImages(train, split.LabelledIndices, data.Train.Labels.index_select(0, split.LabelledIndices));

            random.manual_seed(seed);
            using (SimpleCnn model = NewModel(data))
            using (var trainer = new Trainer(model, new TrainingOptions { Epochs = options.Rounds * options.EpochsPerRound, Seed = seed }))
            {
                trainer.Fit(labelled, cancellation: cancellation);
                alone.Add(Evaluate(model, test, data, cancellation));
            }

            random.manual_seed(seed);
            using (SimpleCnn model = NewModel(data))
            {
                PseudoLabeling.Run(model, labelled, split.UnlabelledIndices, options with { Seed = seed }, cancellation: cancellation);
                together.Add(Evaluate(model, test, data, cancellation));
            }
        }

        var figures = new Dictionary<string, double>();
        foreach ((string name, Func<ClassificationReport, double> read) in Scores)
        {
            double[] gains = [.. together.Zip(alone, (with, without) => read(with) - read(without))];
            figures[$"{name}_labelled_alone_mean"] = alone.Average(read);
            figures[$"{name}_pseudo_labels_mean"] = together.Average(read);
            figures[$"{name}_gain_mean"] = gains.Average();
            figures[$"{name}_gain_min"] = gains.Min();
            figures[$"{name}_gain_max"] = gains.Max();
        }

        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.Capture(data.Provenance, Seeds).ToJson())!));
    }

    private static SimpleCnn NewModel(MedicalDataset data) => new((int)data.Train.Images.shape[1], data.Train.ClassCount);

    private static ClassificationReport Evaluate(SimpleCnn model, ResidentImages test, MedicalDataset data, CancellationToken cancellation)
    {
        using Tensor scores = Predictor.Probabilities(model, test, cancellation: cancellation);
        return ClassificationReport.Compute(scores, data.Test.Labels);
    }
}
