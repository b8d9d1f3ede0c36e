using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter;
using CourseCompanion.Notebooks.Jupyter.Client;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// How quick the C# kernel is, measured from outside: a process of its own, started as VS Code starts it, over its real
/// sockets.
/// </summary>
internal sealed class KernelBenchmark : IBenchmark
{
    private const int Starts = 3;
    private const int ChapterCells = 40;
    private const int Cells = 300;
    private const int Displays = 2000;
    private const int Completions = 40;
    private const int CompletionsAfterCells = 15;
    private const int Interrupts = 9;

    // The chapters' network on images of the chapters' size, for hours.
    private const string Training = """
        var images = new ResidentImages(randint(0, 256, [2_000, 3, 28, 28], dtype: ScalarType.Byte));
        var labelled = LabelledImages.All(images, randint(0, 7, [2_000], dtype: ScalarType.Int64));
        var model = new SimpleCnn(3, 7);
        void Train() => new Trainer(model, new TrainingOptions { Epochs = 100_000 }).Fit(labelled);
        """;

    public string Name => "kernel";

    public string Description => "Start, cell overhead, 2,000 displays, completion, interrupts and memory of the C# kernel.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        Dictionary<string, double> figures = [];
        List<double> ready = [];
        for (int i = 0; i < Starts; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            log.WriteLine($"start {i + 1} of {Starts}");
            await using KernelProcess kernel = Start();
            ready.Add(kernel.ReadySeconds);
            if (i == Starts - 1)
            {
                Measure(kernel, figures, log, cancellation);
            }
        }

        figures["ready_seconds"] = Median(ready);
        return new BenchmarkResult(figures, new
        {
            Device = "cpu",
            Cores = Environment.ProcessorCount,
            Machine = RuntimeInformation.OSArchitecture.ToString(),
            System = RuntimeInformation.OSDescription,
            Runtime = RuntimeInformation.FrameworkDescription,
            ChapterCells,
            Cells,
            Completions,
        });
    }

    /// <summary>A kernel of this very build.</summary>
    internal static KernelProcess Start() => KernelProcess.Start(
        [.. KernelSpecs.HostCommand(Path.Combine(AppContext.BaseDirectory, "course.dll")), "kernel", "serve"]);

    private static void Measure(
        KernelProcess kernel, Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        KernelClient client = kernel.Client;
        log.WriteLine("first cell");
        figures["first_cell_seconds"] = Seconds(() => client.Execute("var first = 1;"));

        // The first cells meet code that was never run; a student's notebook goes on long after them.
        RunCells(client, 0, ChapterCells, cancellation);
        figures["completion_ms_median"] = Median(MeasureCompletions(client, log, cancellation));

        double memory = kernel.ResidentMegabytes();
        log.WriteLine($"{Cells} cells");
        List<double> overheads = RunCells(client, ChapterCells, Cells, cancellation);
        figures["rss_growth_mb_per_cell"] = (kernel.ResidentMegabytes() - memory) / Cells;
        figures["cell_overhead_ms_median"] = Median(overheads);
        figures["cell_overhead_ms_p95"] = Percentile(overheads, 0.95);

        log.WriteLine($"{Displays} displays");
        int shown = 0;
        string burst = string.Create(CultureInfo.InvariantCulture, $"for (var i = 0; i < {Displays}; i++) display(i);");
        figures["displays_2000_seconds"] = Seconds(() => shown = client.Execute(burst).Outputs.Count(m => m.Type == "display_data"));
        if (shown != Displays)
        {
            throw new InvalidOperationException($"{shown} of {Displays} displays arrived.");
        }

        // The compiler looks through every cell that came before.
        figures["completion_300_cells_ms_median"] = Median(MeasureCompletions(client, log, cancellation));
        figures["completion_after_a_cell_ms_median"] = Median(MeasureCompletionsAfterCells(client, cancellation));

        log.WriteLine($"{Interrupts} interrupts of a training");
        List<double> interrupts = MeasureInterrupts(client, cancellation);
        figures["interrupt_training_ms"] = Median(interrupts);
        figures["interrupt_training_ms_max"] = interrupts.Max();
    }

    /// <summary>Runs trivial cells, each with a variable of its own, and gives the milliseconds that each took.</summary>
    internal static List<double> RunCells(KernelClient client, int first, int count, CancellationToken cancellation)
    {
        List<double> milliseconds = [];
        for (int i = first; i < first + count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            string code = string.Create(CultureInfo.InvariantCulture, $"var x{i} = {i};\nx{i} + 1");
            milliseconds.Add(Seconds(() => client.Execute(code)) * 1000);
        }

        return milliseconds;
    }

    private static List<double> MeasureCompletions(KernelClient client, TextWriter log, CancellationToken cancellation)
    {
        log.WriteLine($"{Completions} completions");
        string[] samples = ["Console.", "var s = \"texte\"; s.", "x1.", "Enumerable.Range(0, 3).", "new List<int> { 1 }.", "Math.", ""];
        // A few of each kind first: the compiler's language services start slowly.
        int warm = samples.Length * 3;
        List<double> milliseconds = [];
        for (int i = 0; i < warm + Completions; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            double taken = Complete(client, samples[i % samples.Length]);
            if (i >= warm)
            {
                milliseconds.Add(taken);
            }
        }

        return milliseconds;
    }

    /// <summary>The first completion after a cell, which has to take the cell in: what a student meets when typing the next one.</summary>
    private static List<double> MeasureCompletionsAfterCells(KernelClient client, CancellationToken cancellation)
    {
        List<double> milliseconds = [];
        for (int i = 0; i < CompletionsAfterCells; i++)
        {
            RunCells(client, ChapterCells + Cells + i, 1, cancellation);
            milliseconds.Add(Complete(client, "x1."));
        }

        return milliseconds;
    }

    private static double Complete(KernelClient client, string code)
    {
        int matches = 0;
        double seconds = Seconds(() => matches = client
            .Ask("complete_request", new JsonObject { ["code"] = code, ["cursor_pos"] = code.Length })
            .GetProperty("matches").GetArrayLength());
        return matches > 0 ? seconds * 1000 : throw new InvalidOperationException($"Nothing completes \"{code}\".");
    }

    /// <summary>Milliseconds from the interrupt of a training to the cell's reply.</summary>
    private static List<double> MeasureInterrupts(KernelClient client, CancellationToken cancellation)
    {
        client.Execute(Training);
        List<double> milliseconds = [];
        for (int i = 0; i < Interrupts; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            string cell = client.SendExecute("Train();");
            // The progress bar's first update: the training is on its way.
            client.NextPublished(message => message.Type == "update_display_data" && message.ParentId == cell);
            milliseconds.Add(1000 * Seconds(() =>
            {
                client.SendControl("interrupt_request", []);
                if (client.Reply(cell).Text("ename") != "KeyboardInterrupt")
                {
                    throw new InvalidOperationException("The training was not interrupted.");
                }
            }));
        }

        return milliseconds;
    }

    internal static double Seconds(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    internal static double Median(List<double> values) => Percentile(values, 0.5);

    private static double Percentile(List<double> values, double rank)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(rank * sorted.Length))];
    }
}
