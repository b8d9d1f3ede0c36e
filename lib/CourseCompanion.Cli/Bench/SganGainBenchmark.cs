using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Adversarial;
using CourseCompanion.Data;
using CourseCompanion.Experiments;
using CourseCompanion.Results;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What an SGAN is worth: chapter 3's experiment (<see cref="SganExperiment"/>) for several seeds of the labelled images, the initial
/// weights and the order alike. Gains are differences of test scores on the same seed.
/// </summary>
/// <remarks>The variable <c>COURSE_SEEDS</c> asks for fewer seeds.</remarks>
internal sealed class SganGainBenchmark : IBenchmark
{
    private const string LabelledAlone = "labelled_alone";

    public string Name => "sgan-gain";

    public string Description => "Gain of an SGAN and of augmentation over the labelled images alone on DermaMNIST, over 20 seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int[] seeds = SeedStudy.Seeds;
        using var data = MedicalDataset.Load("dermamnist");
        var tested = new SeedStudy();
        var traces = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (int seed in seeds)
        {
            long started = Stopwatch.GetTimestamp();
            using var scope = NewDisposeScope();
            using var scenario = new FewLabels(data, seed);
            var experiment = new SganExperiment(scenario);
            Add(LabelledAlone, experiment.TrainAlone(cancellation: cancellation));
            Add("labelled_alone_same_rate", experiment.TrainAlone(learningRate: SganExperiment.SganLearningRate, cancellation: cancellation));
            Add("augmented", experiment.TrainAlone(PseudoLabelingExperiment.WeakAugmentation, cancellation: cancellation));
            Add("sgan", experiment.Train(cancellation: cancellation));
            Add("non_saturating", experiment.Train(new SganOptions { FeatureMatchingWeight = 0 }, cancellation: cancellation));
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed} of {seeds.Length}: {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s"));

            void Add(string method, SganRun run)
            {
                tested.Add(method, FewLabels.Judge(run.Model, scenario.Test, cancellation));
                if (run.Moments.Count > 0)
                {
                    SganMoment last = run.Moments[^1];
                    Trace($"diversity_{method}", last.Diversity);
                    Trace($"real_called_real_{method}", last.RealCalledReal);
                    Trace($"generated_called_real_{method}", last.GeneratedCalledReal);
                }

                run.Dispose();
            }
        }

        void Trace(string name, double value) => traces[$"{name}_mean"] = traces.GetValueOrDefault($"{name}_mean") + (value / seeds.Length);

        var figures = new Dictionary<string, double> { ["seeds"] = seeds.Length };
        tested.WriteTo(figures, reference: LabelledAlone);

        // The honest comparison: does the generator bring more than an augmentation, which needs no unlabelled image?
        var overAugmented = new Dictionary<string, double>();
        tested.WriteTo(overAugmented, "over_augmented_", reference: "augmented");
        foreach ((string name, double value) in overAugmented.Where(figure => figure.Key.Contains("_sgan_gain_", StringComparison.Ordinal)))
        {
            figures[name] = value;
        }

        foreach ((string name, double mean) in traces)
        {
            figures[name] = mean;
        }

        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, seeds).ToJson())!));
    }
}
