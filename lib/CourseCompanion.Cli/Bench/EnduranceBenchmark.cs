using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Client;
using CourseCompanion.Results;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// Whether the C# kernel stays what it is over a long day: one process that executes thousands of cells, then shows hundreds of large
/// charts, and its memory on the way.
/// </summary>
/// <remarks><c>COURSE_CELLS</c> is the number of cells (5,000 without it); a tenth as many charts follow, of 20,000 points each.</remarks>
internal sealed class EnduranceBenchmark : IBenchmark
{
    private const int DefaultCells = 5000, Parts = 10, Seed = 1;
    private const string Variable = "COURSE_CELLS";

    private const string Points = """
        var chance = new Random(1);
        var heights = Enumerable.Range(0, 20_000).Select(_ => chance.NextDouble()).ToArray();
        """;

    private const string Show = "display(Chart.Scatter(\"Nuage\", \"x\", \"y\", new Series(\"Points\", heights)));";

    public string Name => "endurance";

    public string Description => "Memory and time of one C# kernel over 5,000 cells and 500 large charts.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int cells = Cells(Environment.GetEnvironmentVariable(Variable));
        int charts = cells / Parts;
        Dictionary<string, double> figures = new() { ["cells"] = cells, ["charts"] = charts };
        await using KernelProcess kernel = KernelBenchmark.Start();
        // What the first cells load is no growth.
        KernelBenchmark.RunCells(kernel.Client, cells, Parts, cancellation);
        kernel.Client.Execute(Points);
        Watch("cell", cells, (first, count) => KernelBenchmark.RunCells(kernel.Client, first, count, cancellation));
        Watch("chart", charts, (_, count) => [.. Enumerable.Range(0, count).Select(_ => ShowChart(kernel.Client, cancellation))]);
        return new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(null, [Seed]).ToJson())!);

        // Ten parts, memory after each. Growth is that of the second half: caches fill in the first.
        void Watch(string what, int count, Func<int, int, List<double>> run)
        {
            List<double> megabytes = [kernel.ResidentMegabytes()];
            figures[$"rss_mb_before_{what}s"] = megabytes[0];
            for (int part = 0; part < Parts; part++)
            {
                int first = count * part / Parts, next = count * (part + 1) / Parts;
                double milliseconds = KernelBenchmark.Median(run(first, next - first));
                megabytes.Add(kernel.ResidentMegabytes());
                figures[$"rss_mb_after_{next}_{what}s"] = megabytes[^1];
                if (part is 0 or Parts - 1)
                {
                    figures[$"{what}_ms_median_{(part == 0 ? "first" : "last")}_tenth"] = milliseconds;
                }

                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{next} of {count} {what}s: {megabytes[^1]:F0} MB, {milliseconds:F1} ms each"));
            }

            figures[$"rss_growth_mb_per_{what}"] = (megabytes[^1] - megabytes[Parts / 2]) / (count - count / 2);
        }
    }

    private static double ShowChart(KernelClient client, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return 1000 * KernelBenchmark.Seconds(() =>
        {
            if (!client.Execute(Show).Outputs.Any(message => message.Type == "display_data"))
            {
                throw new InvalidOperationException("A chart was not shown.");
            }
        });
    }

    /// <summary>How many cells: at least one a part of the charts.</summary>
    /// <exception cref="UsageException">The variable holds no such number.</exception>
    private static int Cells(string? asked) =>
        string.IsNullOrEmpty(asked) ? DefaultCells
        : int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= Parts * Parts and <= 1_000_000 ? count
        : throw new UsageException($"{Variable} is a number of cells from {Parts * Parts} to 1,000,000, not '{asked}'.");
}
