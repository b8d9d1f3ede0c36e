using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Models;
using CourseCompanion.Labelling.Shards;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>What a worker may use, and how long it may be silent.</summary>
public sealed record WorkerOptions
{
    /// <summary>Images decoded at the same time.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Where the network runs; the processor if null.</summary>
    public Device? Device { get; init; }

    /// <summary>How long a worker may be silent before its shard goes to another.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Makes the source of a job's images; the folder that the job names if null.</summary>
    public Func<RunRequest, IImageSource>? Source { get; init; }

    /// <summary>Its name in results and tables: machine and process if not given.</summary>
    public string Name { get; init; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");
}

/// <summary>This worker must not work on a job: it would answer otherwise than the others.</summary>
public sealed class WorkerRefusedException(string message) : InvalidOperationException(message);

/// <summary>
/// One process that labels shards until it is stopped. It may die at any moment: what it had is given to another after the lease, and counts once.
/// </summary>
public sealed class LabellingWorker : IShardWork, IDisposable
{
    private readonly ShardStore _store;
    private readonly IShardDispatcher _dispatcher;
    private readonly WorkerOptions _options;
    private readonly ConcurrentDictionary<long, LabellingRun?> _known = new();
    private readonly Lock _modelLock = new();
    private readonly SemaphoreSlim _ended = new(0);
    private (string Fingerprint, LabellingModel Model)? _model;
    private readonly ConcurrentDictionary<long, WorkerRefusedException> _refusals = new();
    private readonly HashSet<long> _tried = [];
    private volatile string? _current;
    private volatile Exception? _mergeFailure;
    private int _mergeFailures;
    private Action<string> _log = _ => { };

    /// <param name="store">The truth.</param>
    /// <param name="dispatcher">Who hands out.</param>
    /// <param name="options">What the worker may use.</param>
    public LabellingWorker(ShardStore store, IShardDispatcher dispatcher, WorkerOptions? options = null)
    {
        _store = store;
        _dispatcher = dispatcher;
        _options = options ?? new WorkerOptions();
    }

    /// <summary>Whether every job in the store is at its end.</summary>
    public bool IsAllDone => _store.Runs().All(run => run.State is RunState.Done or RunState.Cancelled);

    /// <summary>Works until it is told to stop, or until there is nothing left.</summary>
    /// <param name="untilDone">Whether it ends when every job is at its end; else it waits for more.</param>
    /// <param name="log">Called with what a person should know.</param>
    /// <param name="cancellation">Stops the work; the shard at hand goes back.</param>
    /// <exception cref="WorkerRefusedException">This machine can work on none of the jobs that run: another version of the model, folders that it does not see.</exception>
    /// <exception cref="InvalidDataException">The results of the last job could not be brought together, several times.</exception>
    public async Task RunAsync(bool untilDone = false, Action<string>? log = null, CancellationToken cancellation = default)
    {
        _log = log ?? _log;
        foreach (LabellingRun run in _store.Runs().Where(run => run.State == RunState.Running))
        {
            try
            {
                Model(run);
            }
            catch (WorkerRefusedException refusal)
            {
                Refuse(run.Id, refusal);
            }
        }

        bool isAway = false;
        ThrowIfUseless();
        using (_dispatcher.Start(this, _options.Name))
        {
            while (!cancellation.IsCancellationRequested)
            {
                try
                {
                    Look();
                    if (untilDone && IsAllDone)
                    {
                        break;
                    }

                    if (isAway)
                    {
                        _log("Going on.");
                    }

                    isAway = false;
                    if (!_refusals.IsEmpty)
                    {
                        ThrowIfUseless();
                    }
                }
                catch (Exception exception) when (exception is not WorkerRefusedException)
                {
                    // Whatever it is, a worker that ends for it is one less when it is over.
                    if (!isAway)
                    {
                        _log($"Waiting, and trying again: {exception.Message}");
                    }

                    isAway = true;
                }

                if (untilDone && _mergeFailures >= MostMerges)
                {
                    throw new InvalidDataException($"The results could not be brought together: {_mergeFailure!.Message}", _mergeFailure);
                }

                // Until it is time to look again, or a job came to its end.
                await _ended.WaitAsync(SweepInterval, cancellation).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>What each worker asks of the database every few seconds: it says that it lives, and sweeps when it is its turn.</summary>
    internal void Look()
    {
        _store.Note(_options.Name, _current);
        if (_store.TakeSweep(SweepInterval * 0.9))
        {
            Sweep();
        }
    }

    /// <summary>Looks after what nobody else would: shards of the dead, shards that were never handed out, jobs that nobody brought together.</summary>
    public void Sweep()
    {
        IReadOnlyList<(long, int)> again = _store.Recover(_options.Lease);
        _dispatcher.Enqueue(again, again: true);
        foreach (long run in _store.TakeMerges(_options.Lease))
        {
            _dispatcher.EnqueueMerge(run);
        }

        // What is handed out twice by two workers that see the same is refused by the store when it is begun.
        if (again.Count == 0 && _dispatcher.IsIdle && _store.Waiting() is { Count: > 0 } forgotten)
        {
            _dispatcher.Enqueue(forgotten);
        }
    }

    /// <inheritdoc/>
    public void Label(long run, int shard, CancellationToken cancellation)
    {
        // What a job is asked to do never changes; to count its shards again for each of them would cost more than many of these.
        if (_known.GetOrAdd(run, _ => _store.Find(run)) is not { } job)
        {
            return;
        }

        LabellingModel model;
        try
        {
            model = _refusals.TryGetValue(run, out WorkerRefusedException? known) ? throw known : Model(job);
        }
        catch (WorkerRefusedException refusal)
        {
            if (_store.Find(run) is not { State: RunState.Running })
            {
                return;  // a job that was cancelled, whose folders may be gone
            }

            // Before it is claimed: the shard loses nothing, and another worker gets it.
            Refuse(run, refusal);
            throw;
        }

        if (_store.Claim(run, shard, _options.Name) is not { } attempt)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            _current = string.Create(CultureInfo.InvariantCulture, $"{run}/{shard}");
            using (Beat(run, shard, attempt, stop))
            {
                LabelClaimed(job, shard, attempt, model, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            _store.Release(run, shard, attempt);
            if (cancellation.IsCancellationRequested)
            {
                throw;
            }
        }
        catch (WorkerRefusedException refusal)
        {
            _store.Release(run, shard, attempt);
            Refuse(run, refusal);
            throw;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException and not (FileNotFoundException or DirectoryNotFoundException))
        {
            // A full or broken disk of this machine is nothing against the shard.
            _store.Release(run, shard, attempt);
            _log($"Shard {run}/{shard} is given back: {exception.Message}");
            throw;
        }
        catch (Exception exception) when (exception is not System.Data.Common.DbException)
        {
            _store.Fail(run, shard, attempt, exception.Message);
            _log($"Shard {run}/{shard} failed: {exception.Message}");
            throw;
        }
        finally
        {
            _current = null;
        }

        foreach (long complete in _store.TakeMerges(_options.Lease))
        {
            _dispatcher.EnqueueMerge(complete);
        }
    }

    /// <inheritdoc/>
    public void Merge(long run, CancellationToken cancellation)
    {
        if (_store.Find(run) is not { State: RunState.Merging } job)
        {
            return;
        }

        if (_store.BeginMerge(run) is not { } token)
        {
            return;
        }

        try
        {
            using Timer beat = new(_ => IgnoringAbsence(() => _store.BeatMerge(run, token)), null, TimeSpan.Zero, _options.Lease / 4);
            MergeFiles(job, token, cancellation);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or System.Data.Common.DbException))
        {
            _mergeFailure = exception;
            Interlocked.Increment(ref _mergeFailures);
            _log($"The results of job {run} could not be brought together: {exception.Message}");
            _store.FailMerge(run, exception.Message);
            _ended.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Dispose();
        _model?.Model.Dispose();
    }

    private void MergeFiles(LabellingRun job, string token, CancellationToken cancellation)
    {
        ShardOutcome[] done = [.. _store.Outcomes(job.Id).Where(outcome => outcome.File is not null)];
        ShardOutcome[] gone = [.. done.Where(outcome => !File.Exists(Path.Combine(job.Request.ShardFolder, outcome.File!)))];
        if (gone.Length > 0)
        {
            foreach (ShardOutcome lost in gone)
            {
                _store.Lose(job.Id, lost.Shard);
            }

            _log($"{gone.Length} files of job {job.Id} were deleted from outside: these shards are labelled again.");
            return;
        }

        string[] files = [.. done.Select(outcome => Path.Combine(job.Request.ShardFolder, outcome.File!))];
        long rows = LabelFile.MergeAsync(job.Request.Labels, files, job.Request.ClassNames, cancellation).GetAwaiter().GetResult();
        if (rows != job.Counts.Images)
        {
            throw new InvalidDataException($"The files of job {job.Id} hold {rows} rows, its shards say {job.Counts.Images}: a file was changed from outside.");
        }

        if (_store.Finish(job.Id, token))
        {
            RemoveLeftOvers(job, done);
            _ended.Release();
        }
    }

    private void Refuse(long run, WorkerRefusedException refusal)
    {
        if (_refusals.TryAdd(run, refusal))
        {
            _log(refusal.Message);
        }
    }

    /// <summary>Ends a worker that can serve none of the jobs that run.</summary>
    private void ThrowIfUseless()
    {
        long[] running = [.. _store.Runs().Where(run => run.State == RunState.Running).Select(run => run.Id)];
        if (running.Length > 0 && running.All(_refusals.ContainsKey))
        {
            throw _refusals[running[0]];
        }
    }

    private TimeSpan SweepInterval => TimeSpan.FromSeconds(Math.Clamp(_options.Lease.TotalSeconds / 5, 0.25, 5));

    private void LabelClaimed(LabellingRun job, int shard, int attempt, LabellingModel model, CancellationToken cancellation)
    {
        RunRequest request = job.Request;
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<ImageReference> images = ImageManifest.ReadShardAsync(request.Manifest, shard, cancellation).GetAwaiter().GetResult();
        IImageSource source = _options.Source?.Invoke(request) ?? new FolderSource(request.Images);
        ShardPipeline pipeline = new(model, source, request.Threshold, request.KeepEmbeddings, _options.Cores, keepChecksums: !request.IsPseudonymised);
        LabelledImage[] rows = [.. pipeline.Label(images, cancellation)];
        if (rows.Length > 1 && Array.TrueForAll(rows, row => row.Error == ShardPipeline.Missing))
        {
            // An empty mount point looks like this, and would "label" the whole job within a minute.
            throw new WorkerRefusedException(
                $"None of the {rows.Length} images of shard {job.Id}/{shard} is in '{request.Images}' on this machine: mount the folder. Where the images are gone for good, 'course label cancel {job.Id}' ends the job.");
        }

        // The file bears the number of the try: whoever was taken for dead and comes back writes beside it, never over it.
        string name = string.Create(CultureInfo.InvariantCulture, $"{shard:D6}.{attempt}.parquet");
        string path = Path.Combine(request.ShardFolder, name);
        LabelFile.WriteAsync(path, rows, new LabelStamp(model.Checksum, DateTime.UtcNow, _options.Name), request.ClassNames, request.KeepEmbeddings, cancellation).GetAwaiter().GetResult();
        ShardResult result = new(
            name, rows.Length, rows.Count(row => row.IsAbstained), rows.Count(row => row.Error is not null), Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (!_store.Complete(job.Id, shard, attempt, result, cancellation))
        {
            File.Delete(path);
        }
    }

    /// <summary>Says while a shard is worked on that its worker lives, and stops the work when the shard is its own no more.</summary>
    private Timer Beat(long run, int shard, int attempt, CancellationTokenSource stop) => new(
        _ => IgnoringAbsence(() =>
        {
            if (!_store.Beat(run, shard, attempt))
            {
                stop.Cancel();
            }
        }),
        null,
        _options.Lease / 4,
        _options.Lease / 4);

    private const int MostMerges = 3;

    private static void IgnoringAbsence(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (exception is System.Data.Common.DbException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The database is away, or the work is over; the next beat tells.
        }
    }

    /// <summary>The model of a job, if this machine has the same, and the job's folders.</summary>
    private LabellingModel Model(LabellingRun run)
    {
        lock (_modelLock)
        {
            foreach (string needed in (string[])[run.Request.Images, run.Request.Manifest])
            {
                // Otherwise every image would be "not there", and the job would end with nothing.
                if (!Path.Exists(needed))
                {
                    throw new WorkerRefusedException(
                        $"Job {run.Id} needs '{needed}', which this machine does not see: mount the same folders under the same names on every machine, or cancel the job: course label cancel {run.Id}.");
                }
            }

            if (_tried.Add(run.Id))
            {
                TryFolders(run);
            }

            if (_model is { } loaded && loaded.Fingerprint == run.Request.ModelFingerprint)
            {
                return loaded.Model;
            }

            LabellingModel model;
            try
            {
                model = LabellingModel.Load(run.Request.Model, _options.Device);
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new WorkerRefusedException($"Job {run.Id} needs the model '{run.Request.Model}', which this machine cannot read: {exception.Message}");
            }

            if (model.Fingerprint != run.Request.ModelFingerprint)
            {
                string here = model.Fingerprint;
                model.Dispose();
                throw new WorkerRefusedException(
                    $"Job {run.Id} was submitted with version {run.Request.ModelFingerprint[..12]}… of the model; '{run.Request.Model}' is version {here[..12]}… on this machine. "
                    + "Put the same file, the same encoder and the same version of the course on every machine.");
            }

            _model?.Model.Dispose();
            _model = (model.Fingerprint, model);
            return model;
        }
    }

    /// <summary>Reads and writes where the job reads and writes: a worker of another user would fail at every shard.</summary>
    private static void TryFolders(LabellingRun run)
    {
        try
        {
            using (File.OpenRead(run.Request.Manifest))
            {
            }

            Directory.CreateDirectory(run.Request.ShardFolder);
            string trial = Path.Combine(run.Request.ShardFolder, $".trial-{Guid.NewGuid():N}");
            using (new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (IOException)
        {
            // A full disk, a network that is away: it passes, and the shard at hand tells.
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new WorkerRefusedException($"Job {run.Id} may not be worked on by this user: {exception.Message} Run the workers as the user who submitted the job.");
        }
    }

    /// <summary>Deletes what tries of these shards left behind that do not count; nothing of any other shard.</summary>
    private static void RemoveLeftOvers(LabellingRun job, ShardOutcome[] done)
    {
        Dictionary<int, string> counted = done.ToDictionary(shard => shard.Shard, shard => shard.File!);
        foreach (string file in Directory.EnumerateFiles(job.Request.ShardFolder))
        {
            // 000012.1.parquet, or .000012.1.parquet.….tmp of a worker that died in writing it.
            string name = Path.GetFileName(file);
            if (int.TryParse(name.TrimStart('.').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int shard)
                && counted.TryGetValue(shard, out string? own) && name != own)
            {
                File.Delete(file);
            }
        }
    }
}
