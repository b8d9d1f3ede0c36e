using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.BrainScan;
using CourseCompanion.Cli.Labelling;
using CourseCompanion.Data.Images;
using CourseCompanion.Experiments;
using CourseCompanion.Files;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Models;
using CourseCompanion.Labelling.Shards;
using CourseCompanion.Models;
using CourseCompanion.Notebooks.Jupyter;
using CourseCompanion.Results;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What labelling as a job costs: the embedded engine against the bare pipeline over the same images, workers as processes of one core each over
/// PostgreSQL, their memory, and the time of the database for a shard without any work in it, which the simulation of chapter 6.4 is fed with.
/// </summary>
/// <remarks>
/// Images are drawn by a program and labelled by chapter 1's network, once as large as the mission's scans (512 x 512) and once as small as chapter 1's,
/// where the engine's cost is seen at its largest. <c>COURSE_IMAGES</c> asks for another number of small ones than 48,000, <c>COURSE_TURNS</c> for other
/// than three turns, <c>COURSE_STORE</c> for a PostgreSQL of one's own, which must have no job that runs; else one is started from the distribution's
/// package. About five minutes on two quiet cores. Speed over PostgreSQL is that between the first and the last shards, when all workers have one.
/// </remarks>
internal sealed class LabellingBenchmark : IBenchmark
{
    private const int SmallSide = 30, SmallPictures = 2_000, ScanSide = 512, ScanPictures = 40, Scans = 3_000;
    private const int Seed = 42, ShardSize = 1_000, EmptyShards = 1_000, ManyShards = 4_000, Sweeps = 100, Clients = 4, WarmUps = 2;
    private const double Threshold = 0.5, Megabyte = 1024 * 1024;
    private static readonly string[] Classes = ["naevus", "mélanome", "autre"];
    private static readonly int[] WorkerCounts = [1, 2, 4];

    public string Name => "labelling";

    public string Description => "Images labelled a second by 1, 2 and 4 workers, what the engine adds to the bare pipeline, memory, and the database's time for a shard.";

    public async Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        int images = FromEnvironment("COURSE_IMAGES", 48_000), turns = FromEnvironment("COURSE_TURNS", 3);
        var figures = new Dictionary<string, double> { ["images"] = images, ["cores"] = Environment.ProcessorCount };
        DirectoryInfo folder = Directory.CreateTempSubdirectory("course-bench-");
        try
        {
            string model = WriteModel(Path.Combine(folder.FullName, "model.safetensors"));
            string pictures = WriteImages(Path.Combine(folder.FullName, "images"), images, SmallPictures, SmallSide);
            string scans = WriteImages(Path.Combine(folder.FullName, "scans"), Scans, ScanPictures, ScanSide);
            log.WriteLine($"{images} images, {Environment.ProcessorCount} cores; load of the machine at the start: {Load()}");
            await CompareWithBareAsync("engine_overhead", folder, scans, model, turns, figures, log, cancellation);
            Directory.Delete(scans, recursive: true);
            await CompareWithBareAsync("engine_overhead_small_images", folder, pictures, model, turns, figures, log, cancellation);
            using ScratchPostgres? scratch = CommandStore() is null ? ScratchPostgres.Start() : null;
            if ((CommandStore() ?? scratch?.Connection) is { } connection)
            {
                foreach (int workers in WorkerCounts)
                {
                    await MeasureWorkersAsync(workers, connection, folder, pictures, model, figures, log, cancellation);
                }

                MeasureDatabase(connection, folder, pictures, model, figures, log, cancellation);
            }
            else
            {
                log.WriteLine("No PostgreSQL is named by COURSE_STORE, and none is installed that could be started: the embedded engine only.");
            }

            MeasureMission(figures, log, cancellation);
            log.WriteLine($"load of the machine at the end: {Load()}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(null, [Seed]).ToJson())!);
    }

    /// <summary>The same images by both, in turns: by the clock, and by the processor's time, which the neighbours on the machine disturb less.</summary>
    private static async Task CompareWithBareAsync(
        string name, DirectoryInfo folder, string pictures, string model, int turns, Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        var (clock, processor, speeds) = (new List<double>(), new List<double>(), new List<double>());
        for (int turn = 1 - WarmUps; turn <= turns; turn++)
        {
            (double bare, double bareProcessor) = await TimedAsync(() => Task.Run(() => LabelBare(pictures, model, cancellation), cancellation));
            string output = Path.Combine(folder.FullName, $"{name}-{turn + WarmUps}");
            DateTime start = DateTime.UtcNow;
            LabellingRun? run = null;
            (_, double engineProcessor) = await TimedAsync(async () =>
                run = await LabellingJob.RunHereAsync(pictures, model, output, new JobOptions { ShardSize = ShardSize }, cancellation: cancellation));
            double engine = (run!.Finished!.Value - start).TotalSeconds;   // until the results lie there: afterwards it only looks whether there is more
            Directory.Delete(output, recursive: true);
            if (turn <= 0)
            {
                continue;   // the first turns also pay for compilation, and for compiling again what turned out to be hot
            }

            clock.Add(100 * ((engine / bare) - 1));
            processor.Add(100 * ((engineProcessor / bareProcessor) - 1));
            speeds.Add(run.Request.ImageCount / engine);
            log.WriteLine(FormattableString.Invariant($"{name}, turn {turn}: bare {bare:F2} s, engine {engine:F2} s; processor {bareProcessor:F2} s and {engineProcessor:F2} s"));
        }

        figures[name + "_img_s"] = Median(speeds);
        figures[name + "_percent"] = Median(clock);
        figures[name + "_percent_low"] = clock.Min();
        figures[name + "_percent_high"] = clock.Max();
        figures[name + "_cpu_percent"] = Median(processor);
    }

    private static void LabelBare(string folder, string file, CancellationToken cancellation)
    {
        IReadOnlyList<ImageReference> images = ImageManifest.FromFolder(folder);
        using LabellingModel model = LabellingModel.Load(file);
        ShardPipeline pipeline = new(model, new FolderSource(folder), Threshold, cores: Environment.ProcessorCount);
        foreach (ImageReference[] shard in images.Chunk(ShardSize))
        {
            _ = pipeline.Label(shard, cancellation).Count();
        }
    }

    private static async Task MeasureWorkersAsync(
        int count, string connection, DirectoryInfo folder, string pictures, string model, Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        (PostgresShardStore store, HangfireDispatcher dispatcher) = LabellingStores.OpenBoth(connection);
        using (store)
        using (dispatcher)
        {
            ConcurrentQueue<string> said = [];
            Process[] workers = [.. Enumerable.Range(0, count).Select(worker => StartWorker(connection, worker % Environment.ProcessorCount, said))];
            try
            {
                string[] names = [.. workers.Select(worker => string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{worker.Id}"))];
                await Until(() => !names.Except(store.Workers(TimeSpan.FromMinutes(1)).Select(worker => worker.Name)).Any());

                // Small shards first, so that compilation is over everywhere.
                string warm = WriteImages(Path.Combine(folder.FullName, $"warm-images-{count}"), 400 * count, SmallPictures, SmallSide);
                (LabellingRun first, _) = await LabellingJob.SubmitAsync(
                    store, dispatcher, warm, model, Path.Combine(folder.FullName, $"warm-{count}"), new JobOptions { ShardSize = 50 }, cancellation);
                await Until(() => store.Find(first.Id)!.State == RunState.Done);

                (LabellingRun run, _) = await LabellingJob.SubmitAsync(
                    store, dispatcher, pictures, model, Path.Combine(folder.FullName, $"workers-{count}"), new JobOptions { ShardSize = ShardSize }, cancellation);
                List<(double Seconds, RunCounts Counts)> seen = [];
                long start = Stopwatch.GetTimestamp();
                double early = 0, late = 0;
                await Until(() =>
                {
                    LabellingRun now = store.Find(run.Id)!;
                    seen.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, now.Counts));
                    late = workers.Max(Memory);
                    early = now.Counts.Done * 10 <= run.Request.ShardCount ? late : early;
                    return now.State == RunState.Done;
                });

                // Not while some have no shard yet, or none any more.
                int edge = Math.Min(2 * count, run.Request.ShardCount / 4);
                var from = seen.First(one => one.Counts.Done >= edge);
                var to = seen.First(one => one.Counts.Done >= run.Request.ShardCount - edge);
                double speed = (to.Counts.Images - from.Counts.Images) / (to.Seconds - from.Seconds);
                double peak = workers.Max(worker =>
                {
                    worker.Refresh();
                    return worker.PeakWorkingSet64 / Megabyte;
                });
                figures[$"images_per_second_{count}"] = speed;
                figures["peak_rss_mb_per_worker"] = Math.Max(peak, figures.GetValueOrDefault("peak_rss_mb_per_worker"));
                if (count == 1)
                {
                    figures["rss_growth_mb"] = late - early;
                }
                else
                {
                    figures[$"scaling_per_worker_{count}"] = speed / figures["images_per_second_1"] / count;
                }

                log.WriteLine(FormattableString.Invariant(
                    $"{count} workers: {speed:F0} images a second between the first and the last shards, {run.Request.ImageCount / seen[^1].Seconds:F0} from submission to result; memory {early:F0} to {late:F0} MB, at most {peak:F0} MB"));
            }
            finally
            {
                foreach (Process worker in workers)
                {
                    Stop(worker);
                }
            }

            async Task Until(Func<bool> isSo)
            {
                while (!isSo())
                {
                    if (workers.FirstOrDefault(worker => worker.HasExited) is { } dead)
                    {
                        throw new InvalidOperationException($"A worker ended with exit code {dead.ExitCode}: {said.LastOrDefault(line => line.Length > 0)}");
                    }

                    await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
                }
            }
        }
    }

    /// <summary>The database's time for shards without work, asked for by several at once as it is when it is the limit; and for a worker's sweep.</summary>
    private static void MeasureDatabase(
        string connection, DirectoryInfo folder, string pictures, string model, Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        (PostgresShardStore store, HangfireDispatcher dispatcher) = LabellingStores.OpenBoth(connection);
        using (store)
        using (dispatcher)
        {
            LabellingRun empty = store.Submit(Request("empty", EmptyShards)).Run;
            dispatcher.Enqueue([.. Enumerable.Range(0, EmptyShards).Select(shard => (empty.Id, shard))]);
            using CountdownEvent left = new(EmptyShards);

            // Each with connections of its own, as workers have.
            (PostgresShardStore Store, HangfireDispatcher Dispatcher)[] clients = [.. Enumerable.Range(0, Clients).Select(_ => LabellingStores.OpenBoth(connection))];
            long start = Stopwatch.GetTimestamp();
            IDisposable[] servers = [.. clients.Select((client, i) => client.Dispatcher.Start(new EmptyWork(client.Store, left), $"bench-{i}"))];
            left.Wait(cancellation);
            figures["database_ms_per_shard"] = 1000 * Stopwatch.GetElapsedTime(start).TotalSeconds / EmptyShards;
            foreach (IDisposable used in servers.Concat(clients.SelectMany(client => (IDisposable[])[client.Dispatcher, client.Store])))
            {
                used.Dispose();
            }

            if (store.BeginMerge(empty.Id) is { } token)
            {
                store.Finish(empty.Id, token);
            }

            // A long job, nobody at it, something in the queue: what each worker looks through every few seconds.
            LabellingRun many = store.Submit(Request("many", ManyShards)).Run;
            dispatcher.Enqueue([(many.Id, 0)]);
            using LabellingWorker worker = new(store, dispatcher);
            worker.Look();
            start = Stopwatch.GetTimestamp();
            Parallel.For(0, Sweeps, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellation }, _ => worker.Look());
            figures["database_ms_per_sweep"] = 1000 * Stopwatch.GetElapsedTime(start).TotalSeconds / Sweeps;
            start = Stopwatch.GetTimestamp();
            Parallel.For(0, Sweeps, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellation }, _ => store.Runs());
            figures["database_ms_per_count"] = 1000 * Stopwatch.GetElapsedTime(start).TotalSeconds / Sweeps;
            store.Cancel(many.Id);
            using (dispatcher.Start(new EmptyWork(store, left), "bench-last"))
            {
                SpinWait.SpinUntil(() => dispatcher.IsIdle, TimeSpan.FromSeconds(30));   // nothing of ours stays in a queue that is not ours
            }

            log.WriteLine(FormattableString.Invariant(
                $"database: {figures["database_ms_per_shard"]:F2} ms a shard, {figures["database_ms_per_sweep"]:F2} ms a sweep, {figures["database_ms_per_count"]:F2} ms to count {ManyShards} shards"));
        }

        RunRequest Request(string name, int shards) => new()
        {
            Images = pictures, Output = Path.Combine(folder.FullName, name), ImagesFingerprint = name, ImageCount = shards, ShardSize = 1,
            Model = model, ModelFingerprint = name, Threshold = Threshold, ClassNames = Classes,
        };
    }

    /// <summary>The mission's own files and network, where they are here: what days and euros of four million scans are computed from.</summary>
    private static void MeasureMission(Dictionary<string, double> figures, TextWriter log, CancellationToken cancellation)
    {
        using BrainScanMission mission = BrainScanMission.Open(cancellation: cancellation);
        if (mission.Provenance.IsSynthetic)
        {
            log.WriteLine("The mission's real scans are not here (COURSE_DATA): left out.");
            return;
        }

        Throughput speed = new ScaleUpExperiment(mission, Seed).MeasureThroughput(images: 64, repeats: 3);
        figures["mission_decode_img_s"] = speed.DecodePerSecond;
        figures["mission_forward_img_s"] = speed.ForwardPerSecond;
        figures["mission_img_s"] = speed.ImagesPerSecond;
    }

    private static Process StartWorker(string connection, int core, ConcurrentQueue<string> said)
    {
        IReadOnlyList<string> course = KernelSpecs.HostCommand(Path.Combine(AppContext.BaseDirectory, "course.dll"));
        string[] command = [.. course, "worker", "--cores", "1", Supervisor.ChildOption, "0"];
        if (OperatingSystem.IsLinux() && File.Exists("/usr/bin/taskset"))
        {
            command = ["/usr/bin/taskset", "-c", core.ToString(CultureInfo.InvariantCulture), .. command];
        }

        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment["COURSE_STORE"] = connection;
        start.Environment["OMP_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        return process;
    }

    private static void Stop(Process worker)
    {
        worker.StandardInput.Close();   // it ends when its input does
        if (!worker.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            worker.Kill();
            worker.WaitForExit();
        }

        worker.Dispose();
    }

    private static double Memory(Process worker)
    {
        worker.Refresh();
        return worker.WorkingSet64 / Megabyte;
    }

    private static async Task<(double Seconds, double Processor)> TimedAsync(Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return (seconds, (process.TotalProcessorTime - before).TotalSeconds);
    }

    /// <summary>Some pictures, written as often as need be: every file is an image of its own to the engine.</summary>
    private static string WriteImages(string folder, int count, int pictures, int side)
    {
        Parallel.ForEach(Enumerable.Range(0, Math.Min(count, pictures)).Chunk(20), part =>
        {
            using var scope = NewDisposeScope();
            using Generator generator = new((ulong)part[0]);
            Tensor coarse = rand([part.Length, 3, 4, 4], ScalarType.Float32, generator: generator);
            Tensor pixels = nn.functional.interpolate(coarse, [side, side], mode: InterpolationMode.Bilinear, align_corners: false).mul(255).to(ScalarType.Byte);
            for (int i = 0; i < part.Length; i++)
            {
                string first = FileOf(part[i]);
                Directory.CreateDirectory(Path.GetDirectoryName(first)!);
                ImageFile.Save(pixels[i], first);   // uint8 [3, side, side]
                byte[] bytes = File.ReadAllBytes(first);
                for (int copy = part[i] + pictures; copy < count; copy += pictures)
                {
                    string file = FileOf(copy);
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    File.WriteAllBytes(file, bytes);
                }
            }
        });
        return folder;

        string FileOf(int i) => Path.Combine(folder, (i / 1000).ToString("D4", CultureInfo.InvariantCulture), (i % 1000).ToString("D3", CultureInfo.InvariantCulture) + ".png");
    }

    private static string WriteModel(string path)
    {
        random.manual_seed(Seed);
        using SimpleCnn network = new(3, Classes.Length);
        Safetensors.Save(path, network, new Dictionary<string, string>
        {
            [LabellingModel.ClassesEntry] = JsonSerializer.Serialize(Classes),
            [LabellingModel.ThresholdEntry] = Threshold.ToString(CultureInfo.InvariantCulture),
        });
        return path;
    }

    private static string? CommandStore() => Environment.GetEnvironmentVariable("COURSE_STORE") is { Length: > 0 } named ? named : null;

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int asked) && asked > 0 ? asked : otherwise;

    private static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Shards that are claimed and completed at once.</summary>
    private sealed class EmptyWork(ShardStore store, CountdownEvent left) : IShardWork
    {
        public void Label(long run, int shard, CancellationToken cancellation)
        {
            if (store.Claim(run, shard, "bench") is { } attempt)
            {
                store.Complete(run, shard, attempt, new ShardResult("none", 1, 0, 0, 0), cancellation);
                _ = store.TakeMerges(LabellingStores.Lease);
                left.Signal();
            }
        }

        public void Merge(long run, CancellationToken cancellation)
        {
        }
    }
}
