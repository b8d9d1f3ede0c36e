using CourseCompanion.Files;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Models;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>A job from its images to its results.</summary>
public static class LabellingJob
{
    private const string StoreName = "job.sqlite", LockName = "lock";

    /// <summary>Enters a job into a store and hands its shards out. The same job, submitted again, is the one that is there.</summary>
    /// <param name="store">The truth.</param>
    /// <param name="dispatcher">Who hands out.</param>
    /// <param name="images">A folder, or a Parquet file that lists images of the folder it lies in (<see cref="ImageManifest.FromParquetAsync"/>).</param>
    /// <param name="model">The model's file.</param>
    /// <param name="output">The folder for results; made if need be.</param>
    /// <param name="options">What one may choose.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The job, and whether it is new.</returns>
    /// <exception cref="DatasetException">There is nothing to label.</exception>
    /// <exception cref="InvalidDataException">The model cannot label.</exception>
    /// <exception cref="InvalidOperationException">The folder for results belongs to another job, or nobody said from which probability on to label.</exception>
    public static async Task<(LabellingRun Run, bool IsNew)> SubmitAsync(
        ShardStore store, IShardDispatcher dispatcher, string images, string model, string output, JobOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dispatcher);
        options ??= new JobOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ShardSize, 1);
        bool isList = File.Exists(images);
        string root = Path.GetFullPath(isList ? Path.GetDirectoryName(Path.GetFullPath(images))! : images);
        IReadOnlyList<ImageReference> listed = isList ? await ImageManifest.FromParquetAsync(images, cancellation) : ImageManifest.FromFolder(images);
        if (options.PseudonymKey is { } key)
        {
            listed = ImageManifest.Pseudonymised(listed, key);
        }

        RunRequest request = Request(listed, root, model, output, options);
        using IDisposable? held = await store.HoldAsync(request.Output, cancellation);
        Refuse(store, request);
        if (!store.Runs().Any(run => run.Request.Output == request.Output))
        {
            await ImageManifest.WriteAsync(request.Manifest, listed, options.ShardSize, cancellation);
        }

        Directory.CreateDirectory(request.ShardFolder);
        if (store.Runs().FirstOrDefault(run => run.Request.Output == request.Output) is { } there)
        {
            return (there, false);
        }

        (LabellingRun run, bool isNew) = store.Submit(request);
        if (isNew)
        {
            dispatcher.Enqueue([.. Enumerable.Range(0, request.ShardCount).Select(shard => (run.Id, shard))]);
        }

        return (run, isNew);
    }

    /// <summary>Labels all images in this process, going on where an earlier one stopped. Its start and its end are journalled.</summary>
    /// <param name="images">A folder, or a Parquet file that lists images.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="output">The folder for results.</param>
    /// <param name="options">What one may choose.</param>
    /// <param name="worker">What the worker may use.</param>
    /// <param name="progress">Told the job's counts from time to time.</param>
    /// <param name="log">Told what a person should know.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The job at its end.</returns>
    /// <exception cref="IOException">Another process works on the same folder.</exception>
    public static async Task<LabellingRun> RunHereAsync(
        string images, string model, string output, JobOptions? options = null, WorkerOptions? worker = null, Action<LabellingRun>? progress = null,
        Action<string>? log = null, CancellationToken cancellation = default)
    {
        string folder = Path.Combine(Path.GetFullPath(output), ".job");
        Directory.CreateDirectory(folder);
        using FileStream own = Lock(folder, output);
        using SqliteShardStore store = new(Path.Combine(folder, StoreName));
        using HangfireDispatcher dispatcher = HangfireDispatcher.InMemory();
        store.Recover(TimeSpan.FromSeconds(-1));   // nobody else can have a shard
        (LabellingRun run, bool isNew) = await SubmitAsync(store, dispatcher, images, model, output, options, cancellation);
        store.Journal(ShardStore.Caller, $"label: {(isNew ? "started" : "went on with")} job {run.Id}");
        if (!isNew)
        {
            dispatcher.Enqueue(store.Waiting());
        }

        using LabellingWorker hand = new(store, dispatcher, worker);
        using CancellationTokenSource ended = new();
        Task told = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                progress?.Invoke(store.Find(run.Id)!);
                await Task.Delay(TimeSpan.FromSeconds(1), ended.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }, CancellationToken.None);
        try
        {
            await hand.RunAsync(untilDone: true, log, cancellation);
        }
        catch (OperationCanceledException)
        {
            store.Journal(ShardStore.Caller, $"label: interrupted job {run.Id}");
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await told;
        }

        LabellingRun result = store.Find(run.Id)!;
        store.Journal(ShardStore.Caller, $"label: ended job {run.Id}, {result.State.ToString().ToLowerInvariant()}");
        progress?.Invoke(result);
        return result;
    }

    /// <summary>The store of a job that was run by <see cref="RunHereAsync"/>; null where the folder holds none.</summary>
    /// <param name="output">The folder for results.</param>
    public static ShardStore? OpenLocal(string output)
    {
        string file = Path.Combine(output, ".job", StoreName);
        return File.Exists(file) ? new SqliteShardStore(file) : null;
    }

    private static RunRequest Request(IReadOnlyList<ImageReference> images, string root, string model, string output, JobOptions options)
    {
        using LabellingModel loaded = LabellingModel.Load(model);
        double threshold = options.Threshold ?? loaded.Threshold ?? throw new InvalidOperationException(
            $"'{model}' does not say from which probability on it may label without a human. Say it, for example --threshold 0.95: chapter 6.4 reads it from a risk-coverage curve.");
        if (threshold is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), threshold, "The threshold is a probability, in [0, 1].");
        }

        return new RunRequest
        {
            Images = root,
            Output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)),
            ImagesFingerprint = ImageManifest.Fingerprint(images, root),
            ImageCount = images.Count,
            ShardSize = options.ShardSize,
            Model = Path.GetFullPath(model),
            ModelFingerprint = loaded.Fingerprint,
            Threshold = threshold,
            KeepEmbeddings = options.KeepEmbeddings,
            IsPseudonymised = options.PseudonymKey is not null,
            ClassNames = loaded.ClassNames,
            RiskCoverage = loaded.RiskCoverage,
        };
    }

    /// <summary>Two jobs in one folder would write over each other.</summary>
    private static void Refuse(ShardStore store, RunRequest request)
    {
        LabellingRun? there = store.Runs().FirstOrDefault(run => run.Request.Output == request.Output);
        if (there is null)
        {
            if (File.Exists(request.Labels) || (Directory.Exists(request.ShardFolder) && Directory.EnumerateFiles(request.ShardFolder).Any()))
            {
                throw new InvalidOperationException($"'{request.Output}' holds results that this store knows nothing of: choose another folder, or delete them.");
            }

            return;
        }

        string[] changed =
        [
            .. Changed("images", there.Request.ImagesFingerprint, request.ImagesFingerprint),
            .. Changed("model", there.Request.ModelFingerprint, request.ModelFingerprint),
            .. Changed("threshold", there.Request.Threshold, request.Threshold),
            .. Changed("images per shard", there.Request.ShardSize, request.ShardSize),
            .. Changed("names of images", there.Request.IsPseudonymised, request.IsPseudonymised),
            .. Changed("embeddings", there.Request.KeepEmbeddings, request.KeepEmbeddings),
            .. Changed("place of the images", there.Request.Images, request.Images),
            .. Changed("place of the model", there.Request.Model, request.Model),
        ];
        if (changed.Length > 0)
        {
            throw new InvalidOperationException($"'{request.Output}' belongs to job {there.Id}, which has other {string.Join(", ", changed)}: choose another folder for this one.");
        }
    }

    private static IEnumerable<string> Changed<T>(string name, T before, T now) => Equals(before, now) ? [] : [name];

    private static FileStream Lock(string folder, string output)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"Another process labels into '{output}': wait for it, or choose another folder.", exception);
        }
    }
}
