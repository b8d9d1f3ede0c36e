namespace CourseCompanion.Labelling.Dispatch;

/// <summary>
/// Hands shards out to workers, at least once each. It may forget one or hand it out twice: <see cref="Shards.ShardStore"/> is the truth, and the worker's
/// sweep finds what was forgotten.
/// </summary>
public interface IShardDispatcher : IDisposable
{
    /// <summary>Whether nothing waits to be handed out.</summary>
    bool IsIdle { get; }

    /// <summary>Hands shards out, in their order.</summary>
    /// <param name="shards">Job and shard.</param>
    /// <param name="again">Whether they come back from a worker that died: they go before all fresh ones.</param>
    void Enqueue(IReadOnlyList<(long Run, int Shard)> shards, bool again = false);

    /// <summary>Hands out the bringing together of a job's results.</summary>
    /// <param name="run">The job.</param>
    void EnqueueMerge(long run);

    /// <summary>Begins to take work, one piece at a time.</summary>
    /// <param name="work">Who does it.</param>
    /// <param name="name">Name of the worker.</param>
    /// <returns>Ends the taking: work at hand is told to stop, and waited for.</returns>
    IDisposable Start(IShardWork work, string name);
}

/// <summary>What a worker does with what it is handed.</summary>
public interface IShardWork
{
    /// <summary>Labels one shard.</summary>
    void Label(long run, int shard, CancellationToken cancellation);

    /// <summary>Brings the results of a job together.</summary>
    void Merge(long run, CancellationToken cancellation);
}
