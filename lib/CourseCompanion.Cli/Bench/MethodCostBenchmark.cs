using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Consistency;
using CourseCompanion.Data;
using CourseCompanion.Experiments;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.Results;
using CourseCompanion.SelfTraining;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What the methods of chapters 1 to 4 cost: processor seconds of a training of 1,000 steps, and the multiple of the reference of the chapter. The map of the
/// course reads the multiples.
/// </summary>
/// <remarks>
/// Time of the processor, not of the clock: other programs on the machine change it little. On a GPU it would mean nothing. Methods of chapter 4 take 300 steps,
/// reckoned up; learning rates and thresholds chosen beforehand are not counted. Chapter 2's search of settings is: it belongs to the method. So are the
/// network that gives it features and the one that it trains.
/// </remarks>
internal sealed class MethodCostBenchmark : IBenchmark
{
    private const int Seed = 1, WholeSteps = 1000, FewerSteps = 300;

    public string Name => "cost";

    public string Description => "Time of a training with each method of chapters 1 to 4, against its reference.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        using var data = MedicalDataset.Load("dermamnist");
        using var scenario = new FewLabels(data, Seed);
        var figures = new Dictionary<string, double>();

        // Chapters 1 to 3: the labelled images alone.
        var plain = new PseudoLabelingExperiment(scenario, rounds: 5, stepsPerRound: WholeSteps / 5);
        var adversarial = new SganExperiment(scenario, WholeSteps);
        using var graphs = new GraphPropagationExperiment(data, Seed);
        Measure(WholeSteps, "labelled_alone", () => plain.TrainAlone(cancellation: cancellation).Dispose(),
        [
            ("augmented", () => plain.TrainAlone(augmentation: PseudoLabelingExperiment.WeakAugmentation, cancellation: cancellation).Dispose()),
            ("pseudo_labels", () => plain.TrainWithPseudoLabels(new ConfidenceThreshold(0.9), cancellation: cancellation).Dispose()),
            ("balanced", () => plain.TrainWithPseudoLabels(ClassBalanced.Top(50), cancellation: cancellation).Dispose()),
            ("sgan", () => adversarial.Train(cancellation: cancellation).Dispose()),
            ("non_saturating", () => adversarial.Train(new Adversarial.SganOptions { FeatureMatchingWeight = 0 }, cancellation: cancellation).Dispose()),
        ]);

        // The graph: chapter 1's network, its features, the search of the settings, the spreading, and a network trained on what arrived.
        using SimpleCnn encoder = scenario.NewModel();
        double spreading = Seconds(() =>
        {
            using var scope = NewDisposeScope();
            using NeighbourGraph widest = NeighbourGraph.Build(
                graphs.Embed(encoder, cancellation), new GraphOptions { Neighbours = GraphPropagationExperiment.NeighbourCounts.Max() }, cancellation);
            graphs.Spread(widest, graphs.CrossValidate(widest, cancellation: cancellation).MaxBy(trial => trial.Report.BalancedAccuracy)!, cancellation);
        });
        foreach (string key in (string[])["propagated", "agreed"])
        {
            figures[$"seconds_{key}"] = figures["seconds_pseudo_labels"] + spreading + figures["seconds_labelled_alone"];
            figures[$"cost_{key}"] = figures[$"seconds_{key}"] / figures["seconds_labelled_alone"];
        }

        // Chapter 4: the labelled images alone in weak views.
        var consistency = new ConsistencyExperiment(scenario, FewerSteps);
        Measure(
            FewerSteps,
            "supervised",
            () => Train(_ => new SupervisedOnly()),
            [.. consistency.Methods.Skip(1).Select(method => (method.Name, (Action)(() => Train(method.Build))))]);
        figures["steps"] = WholeSteps;
        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, [Seed]).ToJson())!));

        void Train(Func<SimpleCnn, SemiSupervisedMethod> build) => consistency.Train(build, cancellation: cancellation).Dispose();

        void Measure(int steps, string reference, Action alone, IReadOnlyList<(string Key, Action Train)> methods)
        {
            alone();   // the first training also pays for compilation
            foreach ((string key, Action train) in methods.Prepend((reference, alone)))
            {
                cancellation.ThrowIfCancellationRequested();
                figures[$"seconds_{key}"] = Seconds(train) * WholeSteps / steps;
                figures[$"cost_{key}"] = figures[$"seconds_{key}"] / figures[$"seconds_{reference}"];
                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key}: {figures[$"seconds_{key}"]:F1} s, {figures[$"cost_{key}"]:F2}"));
            }
        }
    }

    private static double Seconds(Action work)
    {
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        TimeSpan before = process.TotalProcessorTime;
        work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }
}
