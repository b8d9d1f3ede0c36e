using CourseCompanion.Labelling.Shards;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.Storage;
using Npgsql;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>Hands out by Hangfire: over PostgreSQL to many machines, in memory within one process.</summary>
/// <remarks>
/// Hangfire works off queues in the order of their names. It finds out that a worker died when that worker's job was silent for the lease; the store
/// finds out as well, and enqueues the shard again at once, before the fresh ones. What then arrives twice is refused by the store.
/// </remarks>
public sealed class HangfireDispatcher : IShardDispatcher
{
    private const string MergeQueue = "a-merge", AgainQueue = "b-again", ShardQueue = "c-shards";
    private static readonly string[] Queues = [MergeQueue, AgainQueue, ShardQueue];

    private readonly JobStorage _storage;
    private readonly BackgroundJobClient _client;

    static HangfireDispatcher() => LogProvider.SetCurrentLogProvider(Log);

    private HangfireDispatcher(JobStorage storage)
    {
        _storage = storage;
        _client = new BackgroundJobClient(storage);
    }

    /// <summary>Where Hangfire's own log goes: nowhere. What matters stands in the tables, and is printed by the worker.</summary>
    internal static ILogProvider Log { get; } = new Silence();

    /// <summary>What the dashboard shows.</summary>
    internal JobStorage Storage => _storage;

    /// <inheritdoc/>
    public bool IsIdle
    {
        get
        {
            IMonitoringApi seen = _storage.GetMonitoringApi();
            return seen.ScheduledCount() == 0 && Queues.All(queue => seen.EnqueuedCount(queue) == 0);
        }
    }

    /// <summary>Within one process.</summary>
    public static HangfireDispatcher InMemory() => new(new InMemoryStorage());

    /// <summary>Over PostgreSQL, by the store's own few connections.</summary>
    /// <param name="store">The store; it outlives this.</param>
    /// <param name="lease">How long a worker may be silent before its job is handed to another.</param>
    public static HangfireDispatcher Postgres(PostgresShardStore store, TimeSpan lease)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new HangfireDispatcher(new PostgreSqlStorage(
            new Connections(store.Source),
            new PostgreSqlStorageOptions
            {
                PrepareSchemaIfNecessary = true,
                QueuePollInterval = TimeSpan.FromSeconds(1),
                UseSlidingInvisibilityTimeout = true,
                InvisibilityTimeout = lease,
                DistributedLockTimeout = TimeSpan.FromMinutes(1),
            }));
    }

    /// <inheritdoc/>
    public void Enqueue(IReadOnlyList<(long Run, int Shard)> shards, bool again = false)
    {
        // By the queue's name in the call: a job that is given a queue in any other way loses it when it is tried again.
        string queue = again ? AgainQueue : ShardQueue;
        Parallel.ForEach(shards, new ParallelOptions { MaxDegreeOfParallelism = 4 }, shard =>
            _client.Enqueue<ShardJobs>(queue, jobs => jobs.Label(shard.Run, shard.Shard, CancellationToken.None)));
    }

    /// <inheritdoc/>
    public void EnqueueMerge(long run) => _client.Enqueue<ShardJobs>(MergeQueue, jobs => jobs.Merge(run, CancellationToken.None));

    /// <inheritdoc/>
    public IDisposable Start(IShardWork work, string name) => new BackgroundJobServer(
        new BackgroundJobServerOptions
        {
            ServerName = name,
            Queues = Queues,
            WorkerCount = 1,  // A crash takes the whole process: it must not take a neighbour's shard along.
            Activator = new Activator(work),
            SchedulePollingInterval = TimeSpan.FromSeconds(1),
            HeartbeatInterval = TimeSpan.FromSeconds(5),
            ServerCheckInterval = TimeSpan.FromSeconds(10),
            ServerTimeout = TimeSpan.FromSeconds(30),
            CancellationCheckInterval = TimeSpan.FromSeconds(2),
            StopTimeout = TimeSpan.Zero,
            ShutdownTimeout = TimeSpan.FromSeconds(20),
        },
        _storage);

    /// <inheritdoc/>
    public void Dispose() => (_storage as IDisposable)?.Dispose();

    private sealed class Activator(IShardWork work) : JobActivator
    {
        public override object ActivateJob(Type jobType) => jobType == typeof(ShardJobs) ? new ShardJobs(work) : base.ActivateJob(jobType);
    }

    private sealed class Connections(NpgsqlDataSource source) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => source.CreateConnection();
    }

    private sealed class Silence : ILogProvider, ILog
    {
        public ILog GetLogger(string name) => this;

        bool ILog.Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception) => false;
    }
}
