using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Models;
using CourseCompanion.Results;
using CourseCompanion.Segmentation;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// How many images a second go through a training step of a U-Net with Dice and cross-entropy, at 64 x 64 and at 128 x 128, eight in a batch. The same step
/// in the usual Python takes turns with it where that is installed: <c>ratio_64</c> and <c>ratio_128</c> are our images a second divided by its, the median
/// of the turns; <c>cpu_ratio_*</c> the same in processor time, which a busy machine distorts less.
/// </summary>
internal sealed class SegmentationBenchmark : IBenchmark
{
    private const int Seed = 1;
    private const int Width = 16;
    private const int Depth = 4;
    private const int BatchSize = 8;
    private const int WarmUp = 2;
    private const int Steps = 6;
    private const int Turns = 5;

    private static readonly int[] Sides = [64, 128];

    public string Name => "segmentation";

    public string Description => "Images a second of a training step of a U-Net with Dice and cross-entropy, against the same step in the usual Python.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        var ours = Sides.ToDictionary(side => side, _ => new List<StepTime>());
        var theirs = Sides.ToDictionary(side => side, _ => new List<StepTime>());
        PythonPeer? peer = await PythonPeer.FindAsync("torch", "python3-torch", log, cancellation);
        string[] arguments = [.. ((int[])[Width, Depth, BatchSize, WarmUp, Steps, .. Sides]).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        for (int turn = 1; turn <= Turns; turn++)
        {
            foreach (int side in Sides)
            {
                ours[side].Add(Measure(side, cancellation));
            }

            if (peer is null || await peer.AskAsync("segmentation.py", arguments, log, cancellation) is not { } answer)
            {
                continue;
            }

            foreach (int side in Sides)
            {
                theirs[side].Add(Middle(answer.GetProperty(side.ToString(CultureInfo.InvariantCulture)).EnumerateArray()
                    .Select(step => new StepTime(step[0].GetDouble(), step[1].GetDouble()))));
                log.WriteLine(FormattableString.Invariant(
                    $"turn {turn}, {side} x {side}: {1000 * ours[side][^1].Seconds:F0} ms a step here ({1000 * ours[side][^1].Processor:F0} of processor time), {1000 * theirs[side][^1].Seconds:F0} ms ({1000 * theirs[side][^1].Processor:F0}) in the usual Python"));
            }
        }

        var figures = new Dictionary<string, double> { ["threads"] = get_num_threads(), ["width"] = Width, ["depth"] = Depth, ["batch"] = BatchSize };
        foreach (int side in Sides)
        {
            figures[$"img_s_{side}"] = BatchSize / Middle(ours[side]).Seconds;
            figures[$"step_cpu_ms_{side}"] = 1000 * Middle(ours[side]).Processor;
            if (theirs[side].Count == Turns)
            {
                figures[$"peer_img_s_{side}"] = BatchSize / Middle(theirs[side]).Seconds;
                figures[$"peer_step_cpu_ms_{side}"] = 1000 * Middle(theirs[side]).Processor;
                figures[$"ratio_{side}"] = Median(ours[side].Zip(theirs[side], (here, there) => there.Seconds / here.Seconds));
                figures[$"cpu_ratio_{side}"] = Median(ours[side].Zip(theirs[side], (here, there) => there.Processor / here.Processor));
            }
        }

        return new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(null, [Seed]).ToJson())!);
    }

    /// <summary>The median step of a network that starts afresh.</summary>
    private static StepTime Measure(int side, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(Seed);
        using var network = new UNet(width: Width, depth: Depth, seed: Seed);
        using TorchSharp.Modules.Adam optimizer = optim.Adam(network.parameters(), lr: 1e-3);
        using var self = Process.GetCurrentProcess();
        Tensor images = randn([BatchSize, 1, side, side], generator: generator);                    // [8, 1, H, W]
        Tensor masks = images.squeeze(1).gt(1).to(ScalarType.Int64);                                // [8, H, W]
        var times = new List<StepTime>();
        for (int step = 0; step < WarmUp + Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var stepScope = NewDisposeScope();
            self.Refresh();
            TimeSpan processor = self.TotalProcessorTime;
            long started = Stopwatch.GetTimestamp();
            optimizer.zero_grad();
            SegmentationLosses.DiceAndCrossEntropy(network.call(images), masks).backward();
            optimizer.step();
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            self.Refresh();
            times.Add(new StepTime(seconds, (self.TotalProcessorTime - processor).TotalSeconds));
        }

        return Middle(times.Skip(WarmUp));
    }

    private static StepTime Middle(IEnumerable<StepTime> times)
    {
        StepTime[] all = [.. times];
        return new StepTime(Median(all.Select(time => time.Seconds)), Median(all.Select(time => time.Processor)));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private readonly record struct StepTime(double Seconds, double Processor);
}
