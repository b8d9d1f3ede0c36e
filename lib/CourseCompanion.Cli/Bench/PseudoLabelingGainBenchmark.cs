using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Results;
using CourseCompanion.SelfTraining;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What pseudo-labels are worth: chapter 1's experiment (<see cref="PseudoLabelingExperiment"/>) for several seeds of the labelled
/// images, the initial weights and the order alike. Gains are differences of test scores on the same seed.
/// </summary>
/// <remarks>The variable <c>COURSE_SEEDS</c> asks for fewer seeds.</remarks>
internal sealed class PseudoLabelingGainBenchmark : IBenchmark
{
    private const string LabelledAlone = "labelled_alone";
    private const int Melanoma = 4;

    public string Name => "pseudo-labeling-gain";

    public string Description => "Gain of pseudo-labels, of a learning rate and of augmentation over the labelled images alone on DermaMNIST, over 20 seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int[] seeds = SeedStudy.Seeds;
        using var data = MedicalDataset.Load("dermamnist");
        var tested = new SeedStudy(("melanoma_recall", report => report.PerClass[Melanoma].Recall));
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (int seed in seeds)
        {
            log.WriteLine($"seed {seed} of {seeds.Length}");
            using var scope = NewDisposeScope();
            using var scenario = new FewLabels(data, seed);
            var experiment = new PseudoLabelingExperiment(scenario);

            IReadOnlyList<TrainedNetwork> rates = experiment.TryLearningRates(cancellation);
            Add(LabelledAlone, rates.Single(run => run.LearningRate == PseudoLabelingExperiment.DefaultLearningRate));
            Add("tuned_rate", rates.MaxBy(run => run.Validation.BalancedAccuracy)!);
            Add("tuned_rate_whole_validation", rates.MaxBy(run => FewLabels.Judge(run.Model, scenario.WholeValidation, cancellation).BalancedAccuracy)!);
            Add("augmented", experiment.TrainAlone(augmentation: PseudoLabelingExperiment.WeakAugmentation, cancellation: cancellation));
            Add("pseudo_labels", experiment.TrainWithPseudoLabels(new ConfidenceThreshold(0.9), cancellation: cancellation));
            Add("balanced", experiment.TrainWithPseudoLabels(ClassBalanced.Top(50), cancellation: cancellation));
            Add("augmented_pseudo_labels", experiment.TrainWithPseudoLabels(
                new ConfidenceThreshold(0.9), PseudoLabelingExperiment.WeakAugmentation, cancellation));

            void Add(string method, TrainedNetwork network)
            {
                ClassificationReport report = experiment.OnTest(network, cancellation);
                tested.Add(method, report);
                Count($"missed_melanomas_{method}", report.PerClass[Melanoma].Support - report.Confusion[Melanoma, Melanoma]);
                foreach (PseudoLabelingRound round in network.Rounds)
                {
                    PseudoLabelCount[] kept = round.Kept.CountByClass(scenario.HiddenTruth, data.Train.ClassCount);
                    Count($"right_{method}_round_{round.Number}", kept.Sum(label => label.Right));
                    Count($"wrong_{method}_round_{round.Number}", kept.Sum(label => label.Wrong));
                    Count($"classes_{method}_round_{round.Number}", kept.Count(label => label.Total > 0));
                }
            }
        }

        void Count(string name, double value) => counts[$"{name}_mean"] = counts.GetValueOrDefault($"{name}_mean") + (value / seeds.Length);

        var figures = new Dictionary<string, double> { ["seeds"] = seeds.Length };
        tested.WriteTo(figures, reference: LabelledAlone);
        foreach ((string name, double mean) in counts)
        {
            figures[name] = mean;
        }

        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, seeds).ToJson())!));
    }
}
