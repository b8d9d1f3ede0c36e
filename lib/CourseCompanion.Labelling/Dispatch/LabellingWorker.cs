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
    private readonly CancellationTokenSource _refused = new();
    private readonly SemaphoreSlim _ended = new(0);
    private (string Fingerprint, LabellingModel Model)? _model;
    private WorkerRefusedException? _refusal;
    private volatile string? _current;

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
    /// <exception cref="WorkerRefusedException">A job needs another version of its model than this machine has.</exception>
    public async Task RunAsync(bool untilDone = false, Action<string>? log = null, CancellationToken cancellation = default)
    {
        foreach (LabellingRun run in _store.Runs().Where(run => run.State == RunState.Running))
        {
            Model(run);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _refused.Token);
        bool isAway = false;
        using (_dispatcher.Start(this, _options.Name))
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    _store.Note(_options.Name, _current);
                    if (_store.TakeSweep(SweepInterval * 0.9))
                    {
                        Sweep();
                    }

                    if (untilDone && IsAllDone)
                    {
                        break;
                    }

                    if (isAway)
                    {
                        log?.Invoke("The database is back.");
                    }

                    isAway = false;
                }
                catch (Exception exception) when (exception is System.Data.Common.DbException or TimeoutException or IOException or System.Net.Sockets.SocketException)
                {
                    if (!isAway)
                    {
                        log?.Invoke($"The database is away ({exception.Message}): going on when it is back.");
                    }

                    isAway = true;
                }

                // Until it is time to look again, or a job came to its end.
                await _ended.WaitAsync(SweepInterval, stop.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        if (_refusal is not null)
        {
            throw _refusal;
        }

        cancellation.ThrowIfCancellationRequested();
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
            model = Model(job);
        }
        catch (WorkerRefusedException refusal)
        {
            if (_store.Find(run) is not { State: RunState.Running })
            {
                return;  // a job that was cancelled, whose folders may be gone
            }

            // Before it is claimed: the shard loses nothing, and another worker gets it.
            _refusal = refusal;
            _refused.Cancel();
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
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            // A full or broken disk of this machine is nothing against the shard.
            _store.Release(run, shard, attempt);
            throw;
        }
        catch (Exception exception) when (exception is not System.Data.Common.DbException)
        {
            _store.Fail(run, shard, attempt, exception.Message);
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

        using Timer beat = new(_ => IgnoringAbsence(() => _store.BeatMerge(run)), null, TimeSpan.Zero, _options.Lease / 4);
        IReadOnlyList<ShardOutcome> outcomes = _store.Outcomes(run);
        string[] files = [.. outcomes.Where(outcome => outcome.File is not null).Select(outcome => Path.Combine(job.Request.ShardFolder, outcome.File!))];
        long rows = LabelFile.MergeAsync(job.Request.Labels, files, job.Request.ClassNames, cancellation).GetAwaiter().GetResult();
        if (rows != job.Counts.Images)
        {
            throw new InvalidDataException($"The files of job {run} hold {rows} rows, its shards say {job.Counts.Images}: a file was changed from outside.");
        }

        RemoveLeftOvers(job, files);
        _store.Finish(run);
        _ended.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _refused.Dispose();
        _ended.Dispose();
        _model?.Model.Dispose();
    }

    private TimeSpan SweepInterval => TimeSpan.FromSeconds(Math.Clamp(_options.Lease.TotalSeconds / 5, 0.25, 5));

    private void LabelClaimed(LabellingRun job, int shard, int attempt, LabellingModel model, CancellationToken cancellation)
    {
        RunRequest request = job.Request;
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<ImageReference> images = ImageManifest.ReadShardAsync(request.Manifest, shard, cancellation).GetAwaiter().GetResult();
        IImageSource source = _options.Source?.Invoke(request) ?? new FolderSource(request.Images);
        ShardPipeline pipeline = new(model, source, request.Threshold, request.KeepEmbeddings, _options.Cores);
        LabelledImage[] rows = [.. pipeline.Label(images, cancellation)];

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
                    throw new WorkerRefusedException($"Job {run.Id} needs '{needed}', which this machine does not see: mount the same folders under the same names on every machine.");
                }
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
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
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

    /// <summary>Deletes what tries left behind that do not count.</summary>
    private static void RemoveLeftOvers(LabellingRun job, string[] files)
    {
        HashSet<string> counted = [.. files];
        foreach (string file in Directory.EnumerateFiles(job.Request.ShardFolder).Where(file => !counted.Contains(file)))
        {
            File.Delete(file);
        }
    }
}
