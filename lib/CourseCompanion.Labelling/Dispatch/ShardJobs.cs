using Hangfire;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>What Hangfire stores and calls. Its names stand in the database of every queued job: to rename one is to lose those jobs.</summary>
/// <param name="work">Who does the work.</param>
public sealed class ShardJobs(IShardWork work)
{
    /// <summary>Labels one shard.</summary>
    [AutomaticRetry(Attempts = 5, DelaysInSeconds = [1, 3, 10, 30, 60])]
    public void Label(long run, int shard, CancellationToken cancellation) => work.Label(run, shard, cancellation);

    /// <summary>Brings the results of a job together.</summary>
    [AutomaticRetry(Attempts = 5, DelaysInSeconds = [1, 3, 10, 30, 60])]
    public void Merge(long run, CancellationToken cancellation) => work.Merge(run, cancellation);
}
