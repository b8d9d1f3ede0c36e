using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Models;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>
/// One process that labels shards until it is stopped. It may die at any moment: what it had is given to another after the lease, and counts once.
/// </summary>
public sealed class LabellingWorker : IShardWork, IDisposable
{
    private const int MostMerges = 3;

    private readonly ShardStore _store;
    private readonly IShardDispatcher _dispatcher;
    private readonly WorkerOptions _options;
    private readonly ConcurrentDictionary<long, LabellingRun?> _known = new();
    private readonly JobModels _models;
    private readonly SemaphoreSlim _ended = new(0);
    private readonly ConcurrentDictionary<long, WorkerRefusedException> _refusals = new();
    private volatile string? _stalled;
    private long _progress;
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
        _models = new JobModels(_options.Device);
    }

    /// <summary>Whether every job in the store is at its end.</summary>
    public bool IsAllDone => _store.Runs().All(run => run.State is RunState.Done or RunState.Cancelled);

    /// <summary>Works until it is told to stop, or until there is nothing left.</summary>
    /// <param name="untilDone">Whether it ends when every job is at its end; else it waits for more.</param>
    /// <param name="log">Called with what a person should know.</param>
    /// <param name="cancellation">Stops the work; the shard at hand goes back.</param>
    /// <exception cref="WorkerRefusedException">This machine can work on none of the jobs that run: another version of the model, folders that it does not see.</exception>
    /// <exception cref="WorkerStalledException">It hung: nothing was read for too long. Its shard goes to another.</exception>
    /// <exception cref="InvalidDataException">The results of the last job could not be brought together, several times.</exception>
    public async Task RunAsync(bool untilDone = false, Action<string>? log = null, CancellationToken cancellation = default)
    {
        _log = log ?? _log;
        foreach (LabellingRun run in _store.Runs().Where(run => run.State == RunState.Running))
        {
            try
            {
                _models.Of(run);
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

                if (_stalled is { } reason)
                {
                    throw new WorkerStalledException(reason);
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
        _store.Note(_options.Name);
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
            model = _refusals.TryGetValue(run, out WorkerRefusedException? known) ? throw known : _models.Of(job);
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
            Volatile.Write(ref _progress, Stopwatch.GetTimestamp());
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
            if (ResultMerge.Run(_store, job, token, _log, cancellation))
            {
                _ended.Release();
            }
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
        _models.Dispose();
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
        List<LabelledImage> rows = [];
        foreach (LabelledImage row in pipeline.Label(images, cancellation))
        {
            rows.Add(row);
            Volatile.Write(ref _progress, Stopwatch.GetTimestamp());
        }

        if (rows.Count > 1 && rows.TrueForAll(row => row.Error == ShardPipeline.Missing))
        {
            // An empty mount point looks like this, and would "label" the whole job within a minute.
            throw new WorkerRefusedException(
                $"None of the {rows.Count} images of shard {job.Id}/{shard} is in '{request.Images}' on this machine: mount the folder. Where the images are gone for good, 'course label cancel {job.Id}' ends the job.");
        }

        // The file bears the number of the try: whoever was taken for dead and comes back writes beside it, never over it.
        string name = string.Create(CultureInfo.InvariantCulture, $"{shard:D6}.{attempt}.parquet");
        string path = Path.Combine(request.ShardFolder, name);
        LabelFile.WriteAsync(path, rows, new LabelStamp(model.Checksum, DateTime.UtcNow, _options.Name), request.ClassNames, request.KeepEmbeddings, cancellation).GetAwaiter().GetResult();
        ShardResult result = new(
            name, rows.Count, rows.Count(row => row.IsAbstained), rows.Count(row => row.Error is not null), Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (!_store.Complete(job.Id, shard, attempt, result, cancellation))
        {
            File.Delete(path);
        }
    }

    /// <summary>Says while a shard is worked on that its worker lives, and stops the work when the shard is its own no more.</summary>
    private Timer Beat(long run, int shard, int attempt, CancellationTokenSource stop) => new(
        _ => IgnoringAbsence(() =>
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _progress)) > _options.Stall)
            {
                // No more signs of life: after the lease the shard is another's, and the store refuses what this one may still bring.
                _stalled = $"Shard {run}/{shard}: not one image in {_options.Stall.TotalMinutes:0.#} minutes. A disk that answers no more? The shard goes to another worker.";
                return;
            }

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
}
