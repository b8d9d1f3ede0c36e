using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Experiments;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.Results;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What labels spread over a graph are worth: chapter 2's experiment (<see cref="GraphPropagationExperiment"/>) for several seeds of
/// the labelled images, the initial weights and the order alike. Gains are differences of test scores on the same seed.
/// </summary>
/// <remarks>The variable <c>COURSE_SEEDS</c> asks for fewer seeds.</remarks>
internal sealed class GraphGainBenchmark : IBenchmark
{
    private const string LabelledAlone = "labelled_alone";

    public string Name => "graph-gain";

    public string Description => "Gain of labels spread over a graph over the labelled images alone on DermaMNIST, over 20 seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int[] seeds = SeedStudy.Seeds;
        using var data = MedicalDataset.Load("dermamnist");
        SeedStudy hidden = new(), tested = new();
        var chosen = new List<SpreadingTrial>();
        foreach (int seed in seeds)
        {
            log.WriteLine($"seed {seed} of {seeds.Length}");
            using var scope = NewDisposeScope();
            using var experiment = new GraphPropagationExperiment(data, seed);
            SimpleCnn encoder = experiment.TrainWithPseudoLabels(cancellation: cancellation);
            using NeighbourGraph widest = NeighbourGraph.Build(
                experiment.Embed(encoder, cancellation), new GraphOptions { Neighbours = GraphPropagationExperiment.NeighbourCounts.Max() }, cancellation);

            SpreadingTrial best = experiment.CrossValidate(widest, cancellation: cancellation).MaxBy(trial => trial.Report.BalancedAccuracy)!;
            chosen.Add(best);
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  k {best.Neighbours}, {best.Kernel}, alpha {best.Alpha}: {best.Report.BalancedAccuracy:F3}"));
            PropagationResult spread = experiment.Spread(widest, best, cancellation);
            ClassPredictions opinion = experiment.Classify(encoder, cancellation);
            hidden.Add("encoder", experiment.OnHidden(opinion));
            hidden.Add("graph", experiment.OnHidden(spread));
            foreach (double alpha in GraphPropagationExperiment.Alphas)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"alpha_{alpha}").Replace('.', '_');
                hidden.Add(name, experiment.OnHidden(experiment.Spread(widest, new SpreadingTrial(10, EdgeWeights.Binary, alpha, best.Report), cancellation)));
            }

            Tensor labels = experiment.Labels(spread);
            tested.Add(LabelledAlone, experiment.OnTest(experiment.TrainOn(experiment.Split.LabelledIndices, labels, cancellation), cancellation));
            tested.Add("pseudo_labels", experiment.OnTest(encoder, cancellation));
            tested.Add("propagated", experiment.OnTest(experiment.TrainOn(experiment.Answered(spread), labels, cancellation), cancellation));
            tested.Add("agreed", experiment.OnTest(experiment.TrainOn(experiment.Agreed(spread, opinion), labels, cancellation), cancellation));
        }

        var figures = new Dictionary<string, double> { ["seeds"] = seeds.Length };
        foreach (double alpha in GraphPropagationExperiment.Alphas)
        {
            figures[string.Create(CultureInfo.InvariantCulture, $"chosen_alpha_{alpha}").Replace('.', '_')] = chosen.Count(trial => trial.Alpha == alpha);
        }

        hidden.WriteTo(figures, "hidden_");
        tested.WriteTo(figures, reference: LabelledAlone);
        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, seeds).ToJson())!));
    }
}
