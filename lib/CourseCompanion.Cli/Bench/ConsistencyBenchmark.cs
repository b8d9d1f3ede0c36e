using System.Text.Json.Nodes;
using CourseCompanion.Consistency;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.Results;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What agreement between views is worth: chapter 4's experiment (<see cref="ConsistencyExperiment"/>) for several seeds of the labelled
/// images, the initial weights and the order alike. Gains are differences of test scores on the same seed from the labelled images alone, in
/// weak views: the baseline that is augmented like the methods.
/// </summary>
/// <remarks>
/// The variable <c>COURSE_SEEDS</c> asks for fewer seeds, <c>COURSE_METHODS</c> for some methods besides the baseline, by their names in
/// <see cref="ConsistencyExperiment.Methods"/>, with commas between.
/// </remarks>
internal sealed class ConsistencyBenchmark : IBenchmark
{
    private const string Supervised = "supervised";
    private const int Melanoma = 4;

    public string Name => "consistency";

    public string Description => "Gain of consistency methods over the labelled images alone, all augmented alike, on DermaMNIST, over 20 seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int[] seeds = SeedStudy.Seeds;
        string[]? asked = Environment.GetEnvironmentVariable("COURSE_METHODS")?.Split(',').Append(Supervised).ToArray();
        using var data = MedicalDataset.Load("dermamnist");
        var tested = new SeedStudy(("melanoma_recall", report => report.PerClass[Melanoma].Recall));
        var behind = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (int seed in seeds)
        {
            log.WriteLine($"seed {seed} of {seeds.Length}");
            using var scope = NewDisposeScope();
            using var scenario = new FewLabels(data, seed);
            var experiment = new ConsistencyExperiment(scenario);
            Add("not_augmented", experiment.Train(_ => new SupervisedOnly(), augment: false, cancellation: cancellation));
            foreach ((string name, Func<SimpleCnn, SemiSupervisedMethod> build) in experiment.Methods.Where(method => asked is null || asked.Contains(method.Name)))
            {
                Add(name, experiment.Train(build, cancellation: cancellation));
            }

            void Add(string method, ConsistencyRun run)
            {
                using (run)
                {
                    ClassificationReport report = experiment.OnTest(run, cancellation);
                    tested.Add(method, report);
                    log.WriteLine(FormattableString.Invariant($"  {method}: AUC {report.MacroAuc:F3}, balanced accuracy {report.BalancedAccuracy:F3}"));
                    if (run.Parts[^1] is { Kept: > 0 and < 1 } last)
                    {
                        behind[$"kept_{method}_mean"] = behind.GetValueOrDefault($"kept_{method}_mean") + (last.Kept / seeds.Length);
                        behind[$"right_{method}_mean"] = behind.GetValueOrDefault($"right_{method}_mean") + (last.Right / seeds.Length);
                    }
                }
            }
        }

        var figures = new Dictionary<string, double>(behind) { ["seeds"] = seeds.Length };
        tested.WriteTo(figures, reference: Supervised);
        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, seeds).ToJson())!));
    }
}
