using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Models;
using CourseCompanion.Results;
using CourseCompanion.SemiSupervised;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What slices without masks are worth: chapter 7.1's experiment (<see cref="SegmentationExperiment"/>) for several seeds of the split by patient, the
/// initial weights and the order alike, with 5, 10 and 20 patients whose masks are known. Gains are differences on the same seed.
/// </summary>
/// <remarks>
/// The variable <c>COURSE_SEEDS</c> asks for other than 20 seeds, <c>COURSE_PATIENTS</c> for some numbers of patients, with commas between;
/// <see cref="FinishedRuns"/> lets it be stopped and started again.
/// </remarks>
internal sealed class SegmentationGainBenchmark : IBenchmark
{
    private const string Supervised = "supervised";

    // Whatever the profile: what is measured has no name but the measurement's.
    private const int Side = 64;

    public string Name => "segmentation-gain";

    public string Description => "Gain of semi-supervised segmentation over the few slices with masks, on FLAIR slices, over 20 seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int[] seeds = SeedStudy.Seeds;
        int[] patients = [.. (Environment.GetEnvironmentVariable("COURSE_PATIENTS") ?? "5,10,20").Split(',').Select(count => int.Parse(count, CultureInfo.InvariantCulture))];
        using SegmentationSet data = SegmentationExperiment.Load(side: Side);
        var provenance = Provenance.OfRuns(data.Provenance, seeds);
        FinishedRuns finished = FinishedRuns.Open(provenance);
        var figures = new Dictionary<string, double> { ["seeds"] = seeds.Length };
        foreach (int count in patients)
        {
            var tested = new SeedStudy<SegmentationReport>(
                ("dice", report => report.MeanDice),
                ("hausdorff_95", report => report.MeanHausdorff95),
                ("small_lesions_found", report => report.LesionRecall(LesionSize.Small)),
                ("clean_slices", report => report.CleanShare));
            foreach (int seed in seeds)
            {
                using var experiment = new SegmentationExperiment(data, seed, count);
                foreach ((string method, Func<UNet, SemiSupervisedMethod> build) in experiment.Methods)
                {
                    double[] scores = finished.Get(FormattableString.Invariant($"{method}, {count} patients, seed {seed}"), () =>
                    {
                        using SegmentationRun run = experiment.Train(build, cancellation);
                        return tested.ScoresOf(SegmentationExperiment.Judge(run, experiment.Test, cancellation));
                    });
                    tested.Add(method, scores);
                    log.WriteLine(FormattableString.Invariant($"{count} patients, seed {seed}, {method}: Dice {scores[0]:F3}, small {scores[2]:F3}, clean {scores[3]:F3}"));
                }
            }

            tested.WriteTo(figures, FormattableString.Invariant($"patients_{count}_"), Supervised);
        }

        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(provenance.ToJson())!));
    }
}
