using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Results;
using CourseCompanion.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// Chapter 4's methods, each with the best of four settings. These are chosen on one seed of their own, by the balanced accuracy of validation
/// images (50 of each class, or all there are: no more labels than the training has); the comparison then goes over other seeds, and the test
/// images judge once.
/// </summary>
/// <remarks>
/// Hours. <see cref="FinishedRuns"/> lets it be stopped and started again. The variables <c>COURSE_SEEDS</c> and <c>COURSE_METHODS</c> ask for
/// less, as in <see cref="ConsistencyBenchmark"/>.
/// </remarks>
internal sealed class ConsistencyTunedBenchmark : IBenchmark
{
    private const string Supervised = "supervised";
    private const int Melanoma = 4;

    // Not among the seeds of the comparison.
    private const int SearchSeed = 1001;
    private const int SearchValidation = 50;

    public string Name => "consistency-tuned";

    public string Description => "The same, each method with the best of four settings, chosen on a seed and validation images of its own.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int[] seeds = SeedStudy.Seeds;
        string[]? asked = Environment.GetEnvironmentVariable("COURSE_METHODS")?.Split(',').Append(Supervised).ToArray();
        using var data = MedicalDataset.Load("dermamnist");
        var provenance = Provenance.OfRuns(data.Provenance, seeds);
        FinishedRuns finished = FinishedRuns.Open(provenance);
        var figures = new Dictionary<string, double> { ["seeds"] = seeds.Length };
        Dictionary<string, int> chosen = Search(data, asked, finished, figures, log, cancellation);

        var tested = new SeedStudy(("melanoma_recall", report => report.PerClass[Melanoma].Recall));
        var kept = new Dictionary<string, List<(double Kept, double Right)>>();
        foreach (int seed in seeds)
        {
            log.WriteLine($"seed {seed} of {seeds.Length}");
            using DisposeScope scope = NewDisposeScope();
            using var scenario = new FewLabels(data, seed);
            var experiment = new ConsistencyExperiment(scenario);
            foreach ((string method, IReadOnlyList<ConsistencyTrial> trials) in experiment.Searches.Where(search => chosen.ContainsKey(search.Name)))
            {
                int choice = chosen[method];
                double[] found = finished.Get($"{method} {choice} seed {seed}", () => Train(method, trials[choice]));
                if (method == Supervised)
                {
                    // The network's own answers, then the corrected ones.
                    int scores = (found.Length - 2) / 2;
                    tested.Add("supervised_corrected", found[scores..^2]);
                    found = [.. found[..scores], .. found[^2..]];
                }

                tested.Add(method, found[..^2]);
                if (double.IsFinite(found[^1]))
                {
                    if (!kept.TryGetValue(method, out List<(double, double)>? list))
                    {
                        kept[method] = list = [];
                    }

                    list.Add((found[^2], found[^1]));
                }

                log.WriteLine(FormattableString.Invariant($"  {method}: AUC {found[0]:F3}, balanced accuracy {found[3]:F3}"));
            }

            double[] Train(string method, ConsistencyTrial trial)
            {
                using ConsistencyRun run = experiment.Train(trial.Build, trial.LearningRate, cancellation: cancellation);
                double[] corrected = method == Supervised ? Corrected(run) : [];
                return [.. tested.ScoresOf(experiment.OnTest(run, cancellation)), .. corrected, run.Parts[^1].Kept, run.Parts[^1].Right];
            }

            // The baseline's answers, corrected by the shares of the classes that it finds among the unlabelled images.
            double[] Corrected(ConsistencyRun run)
            {
                int classes = data.Train.ClassCount;
                using Tensor learnt = full(classes, 1f / classes);
                using Tensor unlabelled = Predictor.Probabilities(run.Model, scenario.Images, scenario.Unlabelled, cancellation: cancellation);
                using Tensor shares = PriorShift.Estimate(unlabelled, learnt);
                using Tensor test = Predictor.Probabilities(run.Model, scenario.Test.Images, scenario.Test.Indices, cancellation: cancellation);
                using Tensor corrected = PriorShift.Correct(test, learnt, shares);
                return tested.ScoresOf(ClassificationReport.Compute(corrected, scenario.Test.Labels));
            }
        }

        foreach ((string method, List<(double Kept, double Right)> list) in kept)
        {
            figures[$"kept_{method}_mean"] = list.Average(run => run.Kept);
            figures[$"right_{method}_mean"] = list.Average(run => run.Right);
        }

        tested.WriteTo(figures, reference: Supervised);
        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(provenance.ToJson())!));
    }

    /// <summary>The number of the best setting of each method; all that were tried go into the figures.</summary>
    private static Dictionary<string, int> Search(
        MedicalDataset data, string[]? asked, FinishedRuns finished, Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        using var scenario = new FewLabels(data, SearchSeed, validationPerClass: SearchValidation);
        var experiment = new ConsistencyExperiment(scenario);
        figures["search_validation_images"] = scenario.Validation.Indices.shape[0];
        var chosen = new Dictionary<string, int>();
        foreach ((string method, IReadOnlyList<ConsistencyTrial> trials) in experiment.Searches.Where(search => asked is null || asked.Contains(search.Name)))
        {
            double[] reached = [.. trials.Select((trial, number) => finished.Get($"{method} {number} search", () => Validate(trial))[0])];
            chosen[method] = reached.IndexOf(reached.Max());
            for (int number = 0; number < trials.Count; number++)
            {
                figures[$"search_{method}_{number}_rate"] = trials[number].LearningRate;
                if (trials[number].Own is var (setting, value))
                {
                    figures[$"search_{method}_{number}_{setting}"] = value;
                }

                figures[$"search_{method}_{number}_balanced_accuracy"] = reached[number];
            }

            figures[$"chosen_{method}"] = chosen[method];
            log.WriteLine(FormattableString.Invariant($"{method}: {string.Join(", ", reached.Select(score => FormattableString.Invariant($"{score:F3}")))}; setting {chosen[method]}"));
        }

        return chosen;

        double[] Validate(ConsistencyTrial trial)
        {
            using ConsistencyRun run = experiment.Train(trial.Build, trial.LearningRate, cancellation: cancellation);
            return [run.Validation.BalancedAccuracy];
        }
    }
}
