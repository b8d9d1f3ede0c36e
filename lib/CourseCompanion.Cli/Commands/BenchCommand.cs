using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Cli.Bench;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course bench</c>: measures, and writes the figures as one flat JSON object.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Every measurement there is.</summary>
    private static readonly IBenchmark[] Benchmarks =
    [
        new PseudoLabelingBenchmark(),
        new PseudoLabelingGainBenchmark(),
        new GraphBenchmark(),
        new GraphGainBenchmark(),
        new SganGainBenchmark(),
        new ConsistencyBenchmark(),
        new ConsistencyTunedBenchmark(),
        new ThesisBenchmark(),
        new BrainScanBenchmark(),
        new SegmentationBenchmark(),
        new SegmentationGainBenchmark(),
        new HybridBenchmark(),
        new MethodCostBenchmark(),
        new LabellingBenchmark(),
        new KernelBenchmark(),
        new EnduranceBenchmark(),
    ];

    public static Command Create(CommandContext context) => Create(context, Benchmarks);

    internal static Command Create(CommandContext context, IReadOnlyList<IBenchmark> benchmarks)
    {
        Argument<string?> name = new("NAME")
        {
            Description = "What to measure; without it, lists what can be.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<FileInfo?> json = new("--json")
        {
            Description = "Also writes the figures to this file: one flat object, figure -> number, and a 'provenance' object.",
            HelpName = "FILE",
        };
        Command command = new("bench", "Measures time, memory and scores.") { name, json };
        foreach (Option option in benchmarks.SelectMany(benchmark => benchmark.Options))
        {
            command.Add(option);
        }

        command.Run(context, async (parsed, cancellation) =>
        {
            if (parsed.GetValue(name) is not { } wanted)
            {
                foreach (IBenchmark listed in benchmarks)
                {
                    context.Output.WriteLine($"{listed.Name,-24} {listed.Description}");
                }

                return ExitCode.Success;
            }

            IBenchmark benchmark = benchmarks.FirstOrDefault(candidate => candidate.Name == wanted) ?? throw new UsageException(
                $"There is no benchmark '{wanted}'.{NearestNames.Suggest(wanted, benchmarks.Select(b => b.Name))} './course bench' lists them.");
            foreach (IBenchmark other in benchmarks.Where(other => other != benchmark))
            {
                if (other.Options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } foreign)
                {
                    throw new UsageException($"{foreign.Name} is an option of '{other.Name}', not of '{wanted}'.");
                }
            }

            BenchmarkResult result = await benchmark.Configured(parsed).RunAsync(context.Error, cancellation);
            foreach ((string figure, double value) in result.Figures)
            {
                context.Output.WriteLine($"{figure,-28} {value.ToString("0.######", CultureInfo.InvariantCulture)}");
            }

            if (parsed.GetValue(json) is { } file)
            {
                WriteJson(result, file);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteJson(BenchmarkResult result, FileInfo file)
    {
        JsonObject document = [];
        foreach ((string figure, double value) in result.Figures)
        {
            // JSON has no NaN: a figure that could not be measured is null, not missing.
            document[figure] = double.IsFinite(value) ? value : null;
        }

        document["provenance"] = JsonSerializer.SerializeToNode(result.Provenance, result.Provenance.GetType(), JsonOptions);

        file.Directory?.Create();
        AtomicFile.WriteAllText(file.FullName, document.ToJsonString(JsonOptions) + "\n");
    }
}
