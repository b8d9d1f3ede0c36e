using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.SelfTraining;
using CourseCompanion.Results;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What pseudo-labels are worth: for several seeds (of the labelled images, the initial weights and the order alike), the
/// course's procedure, as it is and with chapter 1's balanced selection, against the same network trained on the labelled images
/// alone for as many epochs. Gains are differences of test scores.
/// </summary>
internal sealed class PseudoLabelingGainBenchmark : IBenchmark
{
    private const int Seeds = 20;

    public string Name => "pseudo-labeling-gain";

    public string Description => $"Gain of pseudo-labels over the labelled images alone on DermaMNIST, over {Seeds} seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        using var data = MedicalDataset.Load("dermamnist");
        using var train = new ResidentImages(data.Train.Images);
        using var validationImages = new ResidentImages(data.Validation.Images);
        using var test = new ResidentImages(data.Test.Images);
        var validation = LabelledImages.All(validationImages, data.Validation.Labels);
        var study = new SeedStudy();
        for (int seed = 1; seed <= Seeds; seed++)
        {
            log.WriteLine($"seed {seed} of {Seeds}");
            using var scope = NewDisposeScope();
            using LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, 50, seed);
            var labelled = new LabelledImages(train, split.LabelledIndices, data.Train.Labels.index_select(0, split.LabelledIndices));
            var options = new PseudoLabelingOptions { Seed = seed };
            PseudoLabelingOptions balanced = options with { Selection = ClassBalanced.Top(perClass: 150, threshold: 0.9), Calibrate = true };

            study.Add("labelled_alone", Evaluate(model =>
            {
                using var trainer = new Trainer(model, new TrainingOptions { Epochs = options.Rounds * options.EpochsPerRound, Seed = seed });
                trainer.Fit(labelled, cancellation: cancellation);
            }));
            study.Add("pseudo_labels", Evaluate(model => PseudoLabeling.Run(model, labelled, split.UnlabelledIndices, options, cancellation: cancellation)));
            study.Add("balanced", Evaluate(model => PseudoLabeling.Run(model, labelled, split.UnlabelledIndices, balanced, validation, cancellation: cancellation)));

            ClassificationReport Evaluate(Action<SimpleCnn> fit)
            {
                random.manual_seed(seed);
                using var model = new SimpleCnn((int)data.Train.Images.shape[1], data.Train.ClassCount);
                fit(model);
                using Tensor scores = Predictor.Probabilities(model, test, cancellation: cancellation);
                return ClassificationReport.Compute(scores, data.Test.Labels);
            }
        }

        var figures = new Dictionary<string, double> { ["seeds"] = Seeds };
        study.WriteTo(figures, reference: "labelled_alone");
        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, Enumerable.Range(1, Seeds)).ToJson())!));
    }
}
