using CourseCompanion.Data;

namespace CourseCompanion.Labelling.Simulation;

/// <summary>What a job on many machines is made of. Times are seconds; those of the database are measured by <c>course bench labelling</c>.</summary>
public sealed record ClusterSetting
{
    /// <summary>Shards of the job.</summary>
    public required int Shards { get; init; }

    /// <summary>Mean time of a worker for a shard, the database's part left out.</summary>
    public required double ShardSeconds { get; init; }

    /// <summary>By how much shards differ: their times are uniform on mean x (1 ± spread), in [0, 1].</summary>
    public double ShardSpread { get; init; } = 0.2;

    /// <summary>Time of the database for a shard: handing out, claim, completion.</summary>
    public required double DatabaseSeconds { get; init; }

    /// <summary>Time of the database for a sign of life of one worker, and for what it then looks after.</summary>
    public double SweepSeconds { get; init; }

    /// <summary>Time from the end of a sweep to the next one of the same worker.</summary>
    public double SweepEvery { get; init; } = 4;

    /// <summary>How often a worker dies, per hour.</summary>
    public double FailuresPerHour { get; init; }

    /// <summary>Time from a worker's death to its return.</summary>
    public double RestartSeconds { get; init; } = 60;

    /// <summary>Time after which a dead worker's shard is given to another.</summary>
    public double Lease { get; init; } = 20;

    /// <summary>A job with the database's times as measured: PostgreSQL 15 on two quiet cores that the workers ran on as well.</summary>
    /// <remarks>
    /// Both times were read off a run of which no file was kept. <c>course bench labelling --json FILE</c> measures them again, as <c>database_ms_per_shard</c>
    /// and <c>database_ms_per_sweep</c>.
    /// </remarks>
    /// <param name="shards">Shards of the job.</param>
    /// <param name="shardSeconds">Mean time of a worker for a shard.</param>
    public static ClusterSetting Measured(int shards, double shardSeconds) => new()
    {
        Shards = shards,
        ShardSeconds = shardSeconds,
        DatabaseSeconds = 0.0103,
        SweepSeconds = 0.00095,
        FailuresPerHour = 0.01,   // a machine that dies every four days: an assumption
    };

    /// <summary>
    /// The number of workers that ask for the whole of the database's time: below, they decide how long a job takes; above, the database does (where the
    /// two asymptotes of a closed queue cross; Denning and Buzen, 1978, <i>The Operational Analysis of Queueing Network Models</i>).
    /// </summary>
    public double WorkersAtLimit =>
        1 / ((DatabaseSeconds / (ShardSeconds + DatabaseSeconds)) + (SweepSeconds / (SweepEvery + SweepSeconds)));
}

/// <summary>
/// A job on a cluster that does not exist, event by event. Workers take shards; one database serves them all, one request at a time, in the order in
/// which they ask. A worker that dies loses its shard, which waits for the lease and is then done again.
/// </summary>
/// <remarks>
/// All of the database's work for a shard is put at its end, and time of a dead worker is lost whole: both make a real job look slightly worse.
/// Sweeps are closed loops, as the worker's are: an overloaded database makes them rare, not endless.
/// </remarks>
public sealed class ClusterSimulation
{
    private enum Kind { Finished, Committed, Died, Returned, Recovered, Sweep }

    private readonly ClusterSetting _setting;
    private readonly PriorityQueue<(Kind Kind, int Worker), (double Time, long Order)> _events = new();
    private readonly PortableRandom[] _random;
    private readonly Queue<int> _idle = new();
    private readonly bool[] _isDead;
    private readonly double[] _work;
    private double _databaseFree, _databaseBusy, _waited, _worked;
    private long _order, _requests;
    private int _todo, _done, _lost;

    private ClusterSimulation(ClusterSetting setting, int workers, int seed)
    {
        _setting = setting;
        _random = [.. Enumerable.Range(0, workers).Select(worker => PortableRandom.For(seed, PortableRandom.Series("cluster"), worker))];
        _isDead = new bool[workers];
        _work = new double[workers];
        _todo = setting.Shards;
    }

    /// <summary>Plays a job from its first shard to its last.</summary>
    /// <param name="setting">What it is made of.</param>
    /// <param name="workers">Number of workers, 1 or more.</param>
    /// <param name="seed">Seed of shards' times and of deaths: the same seed, the same job.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive, or a time is negative.</exception>
    public static ClusterOutcome Run(ClusterSetting setting, int workers, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(setting.Shards, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(setting.ShardSeconds);
        ArgumentOutOfRangeException.ThrowIfNegative(setting.DatabaseSeconds);
        ArgumentOutOfRangeException.ThrowIfNegative(setting.SweepSeconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(setting.SweepEvery);
        ArgumentOutOfRangeException.ThrowIfNegative(setting.FailuresPerHour);
        return new ClusterSimulation(setting, workers, seed).Run();
    }

    private ClusterOutcome Run()
    {
        for (int worker = 0; worker < _random.Length; worker++)
        {
            Begin(worker, 0);
            if (_setting.SweepSeconds > 0)
            {
                At(_random[worker].NextUnit() * _setting.SweepEvery, Kind.Sweep, worker);
            }
        }

        double now = 0;
        while (_done < _setting.Shards)
        {
            _events.TryDequeue(out var what, out var when);
            now = when.Time;
            Happen(what.Kind, what.Worker, now);
        }

        return new ClusterOutcome(
            _random.Length, now, _done / now, Math.Min(1, _databaseBusy / now), _worked / (_random.Length * now), _waited / Math.Max(1, _requests), _lost);
    }

    private void Happen(Kind kind, int worker, double now)
    {
        switch (kind)
        {
            case Kind.Finished:
                double answered = AskDatabase(now, _setting.DatabaseSeconds);
                _requests++;
                _waited += answered - now - _setting.DatabaseSeconds;
                At(answered, Kind.Committed, worker);
                break;
            case Kind.Committed:
                _done++;
                _worked += _work[worker];
                Begin(worker, now);
                break;
            case Kind.Died:
                _lost++;
                _isDead[worker] = true;
                At(now + _setting.Lease, Kind.Recovered, worker);
                At(now + _setting.RestartSeconds, Kind.Returned, worker);
                break;
            case Kind.Returned:
                _isDead[worker] = false;
                Begin(worker, now);
                break;
            case Kind.Recovered:
                _todo++;
                if (_idle.TryDequeue(out int waiting))
                {
                    Begin(waiting, now);
                }

                break;
            case Kind.Sweep:
                double end = _isDead[worker] ? now : AskDatabase(now, _setting.SweepSeconds);
                At(end + _setting.SweepEvery, Kind.Sweep, worker);
                break;
        }
    }

    /// <summary>Takes a shard; or waits, where none is left: a dying worker may give one back.</summary>
    private void Begin(int worker, double now)
    {
        if (_todo == 0)
        {
            _idle.Enqueue(worker);
            return;
        }

        _todo--;
        ref PortableRandom random = ref _random[worker];
        _work[worker] = _setting.ShardSeconds * (1 + (_setting.ShardSpread * ((2 * random.NextUnit()) - 1)));
        double untilDeath = _setting.FailuresPerHour == 0 ? double.PositiveInfinity : -Math.Log(1 - random.NextUnit()) * 3600 / _setting.FailuresPerHour;
        if (untilDeath < _work[worker])
        {
            At(now + untilDeath, Kind.Died, worker);
        }
        else
        {
            At(now + _work[worker], Kind.Finished, worker);
        }
    }

    /// <summary>Waits for its turn and is served.</summary>
    /// <returns>When it has its answer.</returns>
    private double AskDatabase(double now, double service)
    {
        _databaseFree = Math.Max(now, _databaseFree) + service;
        _databaseBusy += service;
        return _databaseFree;
    }

    // Events of one moment keep the order in which they were foreseen: nothing is left to the queue's taste.
    private void At(double time, Kind kind, int worker) => _events.Enqueue((kind, worker), (time, _order++));
}
