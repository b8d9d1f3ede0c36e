using System.Diagnostics;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Shards;
using CourseCompanion.Labelling.Tests.Support;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Labelling.Tests.Dispatch;

/// <summary>
/// Everything that happens to machines, to four workers at once: at the end each image stands exactly once in the results, and the figures are
/// those of one undisturbed machine.
/// </summary>
public sealed class ChaosTests : IDisposable
{
    private const double Lease = 4;

    // COURSE_CHAOS=20000 by hand, with a minute without network; a fifth of it in CI.
    private static readonly string? Asked = Environment.GetEnvironmentVariable("COURSE_CHAOS") is { Length: > 0 } asked ? asked : null;
    private static readonly int Images = int.Parse(Asked ?? "4000", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly TimeSpan CutOff = TimeSpan.FromSeconds(Math.Clamp(Images / 333, 8, 60));
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(Math.Max(10, Images / 500));

    private readonly string _folder = Directory.CreateTempSubdirectory("course-chaos-").FullName;
    private readonly List<Process> _workers = [];

    [PostgresFact]
    public async Task Each_image_is_labelled_once_whatever_happens_to_the_workers()
    {
        string images = Path.Combine(_folder, "images"), output = Path.Combine(_folder, "output"), model = LabellingSet.WriteModel(Path.Combine(_folder, "model.safetensors"));
        LabellingSet.WriteImages(images, Images, badEvery: 97);
        JobOptions options = new() { ShardSize = 25 };

        // Undisturbed, on one machine.
        string reference = Path.Combine(_folder, "reference");
        int threads = TorchSharp.torch.get_num_threads();
        TorchSharp.torch.set_num_threads(1);
        LabellingRun alone = await LabellingJob.RunHereAsync(images, model, reference, options, new WorkerOptions { Cores = 1 });
        TorchSharp.torch.set_num_threads(threads);
        Assert.Equal(RunState.Done, alone.State);

        using Disk disk = new(output);
        using Network? network = Network.TryCreate();
        using PostgresServer server = new(network is null ? [] : [network.Host]);
        using PostgresShardStore store = new(server.Connection);
        using HangfireDispatcher dispatcher = HangfireDispatcher.Postgres(store, TimeSpan.FromSeconds(Lease));
        (LabellingRun run, _) = await LabellingJob.SubmitAsync(store, dispatcher, images, model, output, options);
        (LabellingRun again, bool isNew) = await LabellingJob.SubmitAsync(store, dispatcher, images, model, output, options);
        Assert.Equal((run.Id, false), (again.Id, isNew));

        string elsewhere = network is null ? server.Connection : server.ConnectionAt(network.Host);
        for (int i = 0; i < 4; i++)
        {
            Replace(i, elsewhere, network);
        }

        Random random = new(42);
        Stopwatch watch = Stopwatch.StartNew();
        int kills = 0, next = 0;
        bool restarted = false, filled = false, cut = false, joined = false;
        while (State() is not RunState.Done)
        {
            Assert.True(watch.Elapsed < Patience, $"Not done after {Patience.TotalMinutes} minutes: {store.Find(run.Id)}\n{string.Join('\n', WorkerProcess.Log)}");
            await Task.Delay(TimeSpan.FromSeconds(1));
            int shards = store.Find(run.Id)!.Counts.Done;
            double done = shards / (double)run.Request.ShardCount;
            if (shards >= next && done < 0.9)
            {
                // As the system kills what takes too much memory. By what was done, not by the clock: on a busy machine a process is slow to start.
                next = shards + Math.Max(1, run.Request.ShardCount / 14);
                int victim = random.Next(4);
                _workers[victim].Kill(entireProcessTree: true);
                Replace(victim, elsewhere, network);
                kills++;
            }

            if (!cut && network is not null && done > 0.1)
            {
                cut = true;
                network.Cut(0);
                _ = Task.Delay(CutOff).ContinueWith(_ => network.Join(0), TaskScheduler.Default).ContinueWith(_ => joined = true, TaskScheduler.Default);
            }

            if (!restarted && done > 0.3)
            {
                restarted = true;
                server.Stop("immediate");
                await Task.Delay(TimeSpan.FromSeconds(2));
                server.Start();
            }

            if (!filled && disk.IsOwn && done > 0.5)
            {
                filled = true;
                disk.Fill();
                await Task.Delay(TimeSpan.FromSeconds(4));
                disk.Free();
            }

            for (int i = 0; i < 4; i++)
            {
                if (_workers[i].HasExited && State() is not RunState.Done)
                {
                    Replace(i, elsewhere, network);
                }
            }
        }

        LabellingRun end = store.Find(run.Id)!;
        Console.WriteLine($"chaos: {Images} images, {run.Request.ShardCount} shards, {kills} kills, {end.Counts.Starts} starts kept, {watch.Elapsed.TotalSeconds:0} s, network {cut}, disk {filled}");
        Assert.DoesNotContain(store.Outcomes(run.Id), outcome => outcome.File is null);
        Assert.True(kills > 2 && restarted, $"Nothing happened: {kills} kills.");
        Assert.True(network is null || cut, "No worker was cut off.");
        Assert.True(!disk.IsOwn || filled, "No disk was filled.");
        Assert.True(Asked is null || (cut && filled), "Asked for by hand, this is proof of all of it: run it as root, who may make networks and disks.");
        Assert.Equal(Images, end.Counts.Images);
        Assert.Equal(await FiguresAsync(alone), await FiguresAsync(end));
        Assert.Equal(run.Request.ShardCount, Directory.GetFiles(end.Request.ShardFolder).Length);   // nothing half-written, nothing twice
        if (cut)
        {
            while (!joined)
            {
                await Task.Delay(200);
            }
        }

        RunState? State()
        {
            try
            {
                return store.Find(run.Id)!.State;
            }
            catch (Exception exception) when (exception is Npgsql.NpgsqlException)
            {
                return null;
            }
        }
    }

    [PostgresFact]
    public async Task A_shard_that_kills_its_workers_is_set_aside_and_named_and_the_rest_goes_on()
    {
        string images = Path.Combine(_folder, "images"), model = LabellingSet.WriteModel(Path.Combine(_folder, "model.safetensors"));
        LabellingSet.WriteImages(images, 300);
        using PostgresServer server = new();
        using PostgresShardStore store = new(server.Connection);
        using HangfireDispatcher dispatcher = HangfireDispatcher.Postgres(store, TimeSpan.FromSeconds(2));
        (LabellingRun run, _) = await LabellingJob.SubmitAsync(store, dispatcher, images, model, Path.Combine(_folder, "output"), new JobOptions { ShardSize = 50 });
        Stopwatch watch = Stopwatch.StartNew();
        while (store.Find(run.Id)!.State != RunState.Done)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), string.Join('\n', WorkerProcess.Log));
            _workers.RemoveAll(worker => worker.HasExited);
            while (_workers.Count < 2)
            {
                _workers.Add(WorkerProcess.Start(server.Connection, 2, poison: "0001/070.png"));
            }

            await Task.Delay(200);
        }

        ShardOutcome aside = Assert.Single(store.Outcomes(run.Id), outcome => outcome.File is null);
        Assert.Equal((3, ShardStore.MaximalStarts), (aside.Shard, aside.Starts));
        Assert.Contains("its worker died at each of 3 starts", aside.Error);
        Assert.Equal(250, store.Find(run.Id)!.Counts.Images);
    }

    [PostgresFact]
    public async Task A_worker_with_another_version_of_the_model_is_refused()
    {
        string images = Path.Combine(_folder, "images"), model = LabellingSet.WriteModel(Path.Combine(_folder, "model.safetensors"));
        LabellingSet.WriteImages(images, 20);
        using PostgresServer server = new();
        using PostgresShardStore store = new(server.Connection);
        using HangfireDispatcher dispatcher = HangfireDispatcher.Postgres(store, TimeSpan.FromSeconds(2));
        (LabellingRun run, _) = await LabellingJob.SubmitAsync(store, dispatcher, images, model, Path.Combine(_folder, "output"));
        LabellingSet.WriteModel(model, seed: 43);   // another network under the same name

        Process worker = WorkerProcess.Start(server.Connection, 2);
        _workers.Add(worker);
        Assert.True(worker.WaitForExit(60_000));
        worker.WaitForExit();
        Assert.Equal(1, worker.ExitCode);
        Assert.Contains(WorkerProcess.Log, line => line.Contains($"Job {run.Id} was submitted with version", StringComparison.Ordinal));
        Assert.Equal(0, store.Find(run.Id)!.Counts.Starts);   // and the shard lost nothing
    }

    [PostgresFact]
    public async Task Of_two_jobs_submitted_into_one_folder_at_the_same_moment_one_is_refused()
    {
        string images = Path.Combine(_folder, "images"), model = LabellingSet.WriteModel(Path.Combine(_folder, "model.safetensors"));
        LabellingSet.WriteImages(images, 60);
        using PostgresServer server = new();
        using PostgresShardStore store = new(server.Connection);
        using HangfireDispatcher dispatcher = HangfireDispatcher.Postgres(store, TimeSpan.FromSeconds(2));
        int[] sizes = [10, 30, 10, 30, 10, 30, 10, 30];

        var answers = await Task.WhenAll(sizes.Select(size => Task.Run(async () =>
        {
            try
            {
                (LabellingRun run, bool isNew) = await LabellingJob.SubmitAsync(
                    store, dispatcher, images, model, Path.Combine(_folder, "output"), new JobOptions { ShardSize = size });
                return (size, run.Id, isNew, Refusal: "");
            }
            catch (InvalidOperationException exception)
            {
                return (size, 0, false, Refusal: exception.Message);
            }
        })));

        LabellingRun job = Assert.Single(store.Runs());
        Assert.Single(answers, answer => answer.isNew);
        Assert.All(answers, answer =>
        {
            if (answer.size == job.Request.ShardSize)
            {
                Assert.Equal(job.Id, answer.Id);
            }
            else
            {
                Assert.Contains("other images per shard", answer.Refusal, StringComparison.Ordinal);
            }
        });
        Assert.Equal(job.Request.ShardSize, (await ImageManifest.ReadShardAsync(job.Request.Manifest, 0)).Count);
    }

    public void Dispose()
    {
        foreach (Process worker in _workers)
        {
            worker.Kill(entireProcessTree: true);
            worker.WaitForExit();
            worker.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Replace(int place, string connection, Network? network)
    {
        Process worker = WorkerProcess.Start(connection, Lease, space: network?.Space(place) ?? "");
        if (place < _workers.Count)
        {
            _workers[place] = worker;
        }
        else
        {
            _workers.Add(worker);
        }
    }

    /// <summary>All that a result says, but for who and when.</summary>
    private static async Task<List<string>> FiguresAsync(LabellingRun run) =>
    [
        .. (await LabelFile.ReadAsync(run.Request.Labels)).Select(row => string.Join(
            '|', row.Row.Id, row.Row.Sha256, row.Row.Label, row.Row.Error, row.Stamp.Model, string.Join(' ', row.Row.Probabilities.Select(BitConverter.SingleToInt32Bits)))),
    ];

    /// <summary>A folder on a disk of its own, which can be filled; a plain one where we may not mount.</summary>
    private sealed class Disk : IDisposable
    {
        private readonly string _folder;

        public Disk(string folder)
        {
            _folder = folder;
            Directory.CreateDirectory(folder);
            try
            {
                PostgresServer.Run("mount", "-t", "tmpfs", "-o", "size=64m", "none", folder);
                IsOwn = true;
            }
            catch (InvalidOperationException)
            {
                // Not root.
            }
        }

        public bool IsOwn { get; }

        private string Filler => Path.Combine(_folder, "filler");

        public void Fill()
        {
            using FileStream file = new(Filler, FileMode.Create);
            byte[] block = new byte[1 << 16];
            try
            {
                while (true)
                {
                    file.Write(block);
                    file.Flush();
                }
            }
            catch (IOException)
            {
                // Full.
            }
        }

        public void Free() => File.Delete(Filler);

        public void Dispose()
        {
            if (IsOwn)
            {
                PostgresServer.Run("umount", "-l", _folder);
            }
        }
    }

    /// <summary>Four network namespaces that reach this machine, each by a cable that can be pulled.</summary>
    private sealed class Network : IDisposable
    {
        private readonly string _id = Guid.NewGuid().ToString("N")[..6];
        private readonly string _net = $"10.213.{Environment.ProcessId % 250}";

        private Network()
        {
            PostgresServer.Run("ip", "link", "add", Bridge, "type", "bridge");
            PostgresServer.Run("ip", "addr", "add", $"{Host}/24", "dev", Bridge);
            PostgresServer.Run("ip", "link", "set", Bridge, "up");
            for (int i = 0; i < 4; i++)
            {
                PostgresServer.Run("ip", "netns", "add", Space(i));
                PostgresServer.Run("ip", "link", "add", Cable(i), "type", "veth", "peer", "name", "eth0", "netns", Space(i));
                PostgresServer.Run("ip", "link", "set", Cable(i), "master", Bridge, "up");
                PostgresServer.Run("ip", "-n", Space(i), "addr", "add", $"{_net}.{i + 2}/24", "dev", "eth0");
                PostgresServer.Run("ip", "-n", Space(i), "link", "set", "eth0", "up");
                PostgresServer.Run("ip", "-n", Space(i), "link", "set", "lo", "up");
            }
        }

        private string Bridge => $"cb{_id}";

        /// <summary>Null where we may not make one.</summary>
        public static Network? TryCreate()
        {
            try
            {
                return new Network();
            }
            catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }

        /// <summary>This machine, as they see it.</summary>
        public string Host => $"{_net}.1";

        public string Space(int place) => $"course-{_id}-{place}";

        public void Cut(int place) => PostgresServer.Run("ip", "link", "set", Cable(place), "down");

        public void Join(int place) => PostgresServer.Run("ip", "link", "set", Cable(place), "up");

        public void Dispose()
        {
            for (int i = 0; i < 4; i++)
            {
                PostgresServer.Run("ip", "netns", "del", Space(i));
            }

            PostgresServer.Run("ip", "link", "del", Bridge);
        }

        private string Cable(int place) => $"cv{_id}{place}";
    }
}
