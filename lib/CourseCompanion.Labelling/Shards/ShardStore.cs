using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CourseCompanion.Labelling.Shards;

/// <summary>
/// The truth about jobs and shards: two tables, in PostgreSQL for many machines or in one SQLite file for one. Who hands shards out may forget
/// one or hand it out twice; a shard counts once all the same, because each change says what it expects to find.
/// </summary>
/// <remarks>
/// A shard is <c>todo</c>, <c>run</c>, <c>done</c> or <c>failed</c>. <c>attempt</c> only ever grows: a worker that was taken for dead and comes back
/// holds an old number, and its result is refused. <c>starts</c> counts begun tries that came to no end; an interruption gives its start back.
/// All times are the database's, in milliseconds: clocks of machines differ.
/// </remarks>
public abstract class ShardStore : IDisposable
{
    /// <summary>A shard whose workers died this many times is set aside.</summary>
    public const int MaximalStarts = 3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The tables.</summary>
    protected string Schema => $"""
        create table if not exists label_run (
          id {Identity}, identity text not null unique, request text not null, state text not null check (state in ('running', 'merging', 'done', 'cancelled')),
          created bigint not null, finished bigint, merge_beat bigint, merge_token text, error text);
        create table if not exists label_shard (
          run bigint not null references label_run (id), shard int not null, state text not null check (state in ('todo', 'run', 'done', 'failed')),
          attempt int not null default 0, starts int not null default 0, worker text, beat bigint, file text, images int, abstained int, unreadable int,
          seconds double precision, error text, primary key (run, shard));
        create index if not exists label_shard_open on label_shard (run, state) where state in ('todo', 'run');
        create table if not exists label_worker (name text primary key, seen bigint not null);
        create table if not exists label_sweep (one int primary key check (one = 1), at bigint not null);
        create table if not exists label_journal (at bigint not null, who text not null, what text not null);
        """;

    /// <summary>A number that the database gives, as this database writes it.</summary>
    protected abstract string Identity { get; }

    /// <summary>The time in milliseconds, as this database writes it.</summary>
    protected abstract string Now { get; }

    /// <summary>Opens a connection.</summary>
    protected abstract DbConnection Open();

    /// <summary>Whether a failure passes by itself: the server restarts, the network is away.</summary>
    protected abstract bool IsPassing(Exception exception);

    /// <summary>Keeps others from submitting into a folder until the answer is disposed of: two at once would both find it free.</summary>
    /// <param name="output">The folder for results.</param>
    /// <param name="cancellation">Ends the waiting for somebody who submits into it now.</param>
    /// <returns>What holds it; null where there are no others.</returns>
    public abstract Task<IDisposable?> HoldAsync(string output, CancellationToken cancellation);

    /// <summary>Enters a job, unless the same one is there.</summary>
    /// <param name="request">What to do.</param>
    /// <returns>The job, and whether it is new.</returns>
    public (LabellingRun Run, bool IsNew) Submit(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string text = JsonSerializer.Serialize(request, Json);
        string identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        (long run, bool isNew) = Enter(request, text, identity);
        return (Find(run)!, isNew);
    }

    private (long Run, bool IsNew) Enter(RunRequest request, string text, string identity)
    {
        using DbConnection connection = Open();
        using DbTransaction transaction = connection.BeginTransaction();
        long? created = Scalar<long>(
            connection, $"insert into label_run (identity, request, state, created) values (@identity, @request, 'running', {Now}) on conflict (identity) do nothing returning id",
            ("identity", identity), ("request", text));
        if (created is { } id)
        {
            Execute(
                connection,
                "with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < @count) insert into label_shard (run, shard, state) select @run, n, 'todo' from numbers",
                ("run", id), ("count", request.ShardCount));
        }

        long run = created ?? Scalar<long>(connection, "select id from label_run where identity = @identity", ("identity", identity))!.Value;
        transaction.Commit();
        return (run, created is not null);
    }

    /// <summary>A job by its number; null where there is none.</summary>
    /// <param name="run">The number.</param>
    public LabellingRun? Find(long run) => Runs("where r.id = @run", ("run", run)).FirstOrDefault();

    /// <summary>All jobs, the newest first.</summary>
    public IReadOnlyList<LabellingRun> Runs() => Runs("");

    /// <summary>Takes a shard, if it waits and its job runs.</summary>
    /// <param name="run">Number of the job.</param>
    /// <param name="shard">Number of the shard.</param>
    /// <param name="worker">Who takes it.</param>
    /// <returns>The number of the try, by which its result is told from an older one's; null where somebody else has it, or it is done.</returns>
    public int? Claim(long run, int shard, string worker)
    {
        using DbConnection connection = Open();
        return (int?)Scalar<long>(
            connection,
            $"""
            update label_shard set state = 'run', attempt = attempt + 1, starts = starts + 1, worker = @worker, beat = {Now}
            where run = @run and shard = @shard and state = 'todo' and exists (select 1 from label_run where id = @run and state = 'running')
            returning attempt
            """,
            ("run", run), ("shard", shard), ("worker", worker));
    }

    /// <summary>Says that a worker lives and still has its shard.</summary>
    /// <returns>Whether it still has; otherwise it was taken for dead, or the job was cancelled, and it must stop.</returns>
    public bool Beat(long run, int shard, int attempt)
    {
        using DbConnection connection = Open();
        return Execute(
            connection,
            $"""
            update label_shard set beat = {Now} where run = @run and shard = @shard and attempt = @attempt and state = 'run'
            and exists (select 1 from label_run where id = @run and state = 'running')
            """,
            ("run", run), ("shard", shard), ("attempt", attempt)) == 1;
    }

    /// <summary>Ends a shard. Waits for a database that is away.</summary>
    /// <returns>Whether this result counts; otherwise another try's does, and the file is not needed.</returns>
    public bool Complete(long run, int shard, int attempt, ShardResult result, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Patiently(
            () =>
            {
                using DbConnection connection = Open();
                Execute(
                    connection,
                    """
                    update label_shard set state = 'done', file = @file, images = @images, abstained = @abstained, unreadable = @unreadable, seconds = @seconds, error = null
                    where run = @run and shard = @shard and attempt = @attempt and state = 'run'
                    """,
                    ("run", run), ("shard", shard), ("attempt", attempt), ("file", result.File), ("images", result.Images), ("abstained", result.Abstained),
                    ("unreadable", result.Unreadable), ("seconds", result.Seconds));
                // Asked rather than counted: the first go may have been written, and its answer lost.
                return Scalar<long>(
                    connection, "select count(*) from label_shard where run = @run and shard = @shard and attempt = @attempt and state = 'done'",
                    ("run", run), ("shard", shard), ("attempt", attempt)) == 1;
            },
            cancellation);
    }

    /// <summary>Gives a shard back that nothing is wrong with: its worker stops, or its disk is full. The start does not count.</summary>
    public void Release(long run, int shard, int attempt) => Patiently(
        () =>
        {
            using DbConnection connection = Open();
            return Execute(
                connection, "update label_shard set state = 'todo', starts = starts - 1 where run = @run and shard = @shard and attempt = @attempt and state = 'run'",
                ("run", run), ("shard", shard), ("attempt", attempt));
        },
        CancellationToken.None);

    /// <summary>Gives a shard back that went wrong; after <see cref="MaximalStarts"/> starts it is set aside.</summary>
    public void Fail(long run, int shard, int attempt, string error) => Patiently(
        () =>
        {
            using DbConnection connection = Open();
            return Execute(
                connection,
                """
                update label_shard set state = case when starts >= @most then 'failed' else 'todo' end, error = @error
                where run = @run and shard = @shard and attempt = @attempt and state = 'run'
                """,
                ("run", run), ("shard", shard), ("attempt", attempt), ("error", error), ("most", MaximalStarts));
        },
        CancellationToken.None);

    /// <summary>Takes back the shards of workers that were not heard of; those that killed too many are set aside.</summary>
    /// <param name="lease">How long a worker may be silent.</param>
    /// <returns>The shards that wait again.</returns>
    public IReadOnlyList<(long Run, int Shard)> Recover(TimeSpan lease)
    {
        using DbConnection connection = Open();
        List<(long, int)> again = [];
        using DbDataReader rows = Query(
            connection,
            $"""
            update label_shard set state = case when starts >= @most then 'failed' else 'todo' end,
            error = case when starts >= @most then 'its worker died at each of ' || starts || ' starts (the last: ' || worker || ')' else error end
            where state = 'run' and beat < {Now} - @lease returning run, shard, state
            """,
            ("most", MaximalStarts), ("lease", (long)lease.TotalMilliseconds));
        while (rows.Read())
        {
            if (rows.GetString(2) == "todo")
            {
                again.Add((rows.GetInt64(0), rows.GetInt32(1)));
            }
        }

        return again;
    }

    /// <summary>Shards that wait, of jobs that run.</summary>
    public IReadOnlyList<(long Run, int Shard)> Waiting()
    {
        using DbConnection connection = Open();
        using DbDataReader rows = Query(
            connection, "select s.run, s.shard from label_shard s join label_run r on r.id = s.run where s.state = 'todo' and r.state = 'running' order by s.run, s.shard");
        List<(long, int)> waiting = [];
        while (rows.Read())
        {
            waiting.Add((rows.GetInt64(0), rows.GetInt32(1)));
        }

        return waiting;
    }

    /// <summary>Elects who brings the results together, once no shard is open. A merge whose worker was not heard of is given out again.</summary>
    /// <returns>The jobs that the caller has to bring together.</returns>
    public IReadOnlyList<long> TakeMerges(TimeSpan lease)
    {
        using DbConnection connection = Open();
        List<long> runs = [];
        using DbDataReader rows = Query(
            connection,
            $"""
            update label_run set state = 'merging', merge_beat = {Now}
            where (state = 'running' and not exists (select 1 from label_shard where run = label_run.id and state in ('todo', 'run')))
            or (state = 'merging' and merge_beat < {Now} - @lease)
            returning id
            """,
            ("lease", (long)lease.TotalMilliseconds));
        while (rows.Read())
        {
            runs.Add(rows.GetInt64(0));
        }

        return runs;
    }

    /// <summary>Takes the bringing together of a job's results, from whoever had it.</summary>
    /// <returns>What <see cref="Finish"/> has to show; null where there is nothing to bring together.</returns>
    public string? BeginMerge(long run)
    {
        using DbConnection connection = Open();
        string token = Guid.NewGuid().ToString("N");
        return Execute(connection, $"update label_run set merge_token = @token, merge_beat = {Now} where id = @run and state = 'merging'", ("run", run), ("token", token)) == 1 ? token : null;
    }

    /// <summary>Says that a merge goes on.</summary>
    public void BeatMerge(long run, string token)
    {
        using DbConnection connection = Open();
        Execute(connection, $"update label_run set merge_beat = {Now} where id = @run and state = 'merging' and merge_token = @token", ("run", run), ("token", token));
    }

    /// <summary>Ends a job: its results lie there.</summary>
    /// <returns>Whether it was still the caller's to end.</returns>
    public bool Finish(long run, string token) => Patiently(
        () =>
        {
            using DbConnection connection = Open();
            Execute(
                connection, $"update label_run set state = 'done', finished = {Now}, error = null where id = @run and state = 'merging' and merge_token = @token", ("run", run), ("token", token));
            return Scalar<long>(connection, "select count(*) from label_run where id = @run and state = 'done' and merge_token = @token", ("run", run), ("token", token)) == 1;
        },
        CancellationToken.None);

    /// <summary>Notes why results could not be brought together, for whoever asks how far the job is.</summary>
    public void FailMerge(long run, string error)
    {
        using DbConnection connection = Open();
        Execute(connection, "update label_run set error = @error where id = @run and state = 'merging'", ("run", run), ("error", error));
    }

    /// <summary>Takes back a shard whose file is gone: it has to be labelled again.</summary>
    public void Lose(long run, int shard)
    {
        using DbConnection connection = Open();
        using DbTransaction transaction = connection.BeginTransaction();
        Execute(connection, "update label_shard set state = 'todo', starts = 0, file = null, images = null, abstained = null, unreadable = null where run = @run and shard = @shard and state = 'done'", ("run", run), ("shard", shard));
        Execute(connection, "update label_run set state = 'running' where id = @run and state = 'merging'", ("run", run));
        transaction.Commit();
    }

    /// <summary>Shards that are done or set aside, in order.</summary>
    public IReadOnlyList<ShardOutcome> Outcomes(long run)
    {
        using DbConnection connection = Open();
        using DbDataReader rows = Query(
            connection, "select shard, file, starts, worker, error from label_shard where run = @run and state in ('done', 'failed') order by shard", ("run", run));
        List<ShardOutcome> outcomes = [];
        while (rows.Read())
        {
            outcomes.Add(new ShardOutcome(rows.GetInt32(0), Text(rows, 1), rows.GetInt32(2), Text(rows, 3), Text(rows, 4)));
        }

        return outcomes;
    }

    /// <summary>Stops a job: no shard is begun any more, those begun stop at their next batch.</summary>
    /// <returns>Whether it ran.</returns>
    public bool Cancel(long run)
    {
        using DbConnection connection = Open();
        return Execute(connection, "update label_run set state = 'cancelled' where id = @run and state in ('running', 'merging')", ("run", run)) == 1;
    }

    /// <summary>Goes on with a cancelled job, and tries the shards again that were set aside.</summary>
    /// <returns>Shards that wait now; null where results are being brought together, or the job is at its end.</returns>
    public int? Resume(long run)
    {
        using DbConnection connection = Open();
        using DbTransaction transaction = connection.BeginTransaction();
        // The row is locked by this, and a merge cannot begin or end meanwhile.
        if (Execute(connection, "update label_run set error = null where id = @run and state <> 'merging'", ("run", run)) == 0)
        {
            return null;
        }

        Execute(connection, "update label_shard set state = 'todo', starts = 0, error = null where run = @run and state = 'failed'", ("run", run));
        int waiting = (int)(Scalar<long>(connection, "select count(*) from label_shard where run = @run and state in ('todo', 'run')", ("run", run)) ?? 0);
        // Cancelled when its last shards ended: nothing waits, and its results are still to be brought together.
        int changed = Execute(connection, "update label_run set state = 'running', finished = null where id = @run and (state = 'cancelled' or @waiting > 0)", ("run", run), ("waiting", waiting));
        transaction.Commit();
        return changed == 1 ? waiting : null;
    }

    /// <summary>Elects who sweeps: one of all workers in each interval, or a thousand of them would ask the same questions.</summary>
    /// <param name="interval">Time between two sweeps.</param>
    /// <returns>Whether it is the caller's turn.</returns>
    public bool TakeSweep(TimeSpan interval)
    {
        using DbConnection connection = Open();
        return Execute(
            connection,
            $"insert into label_sweep (one, at) values (1, {Now}) on conflict (one) do update set at = excluded.at where label_sweep.at <= excluded.at - @interval",
            ("interval", (long)interval.TotalMilliseconds)) == 1;
    }

    /// <summary>Notes that a worker lives.</summary>
    /// <param name="name">Machine and process.</param>
    public void Note(string name)
    {
        using DbConnection connection = Open();
        Execute(connection, $"insert into label_worker (name, seen) values (@name, {Now}) on conflict (name) do update set seen = excluded.seen", ("name", name));
    }

    /// <summary>Workers heard of in the last while, by name.</summary>
    /// <param name="within">How long ago.</param>
    public IReadOnlyList<WorkerRecord> Workers(TimeSpan within)
    {
        using DbConnection connection = Open();
        using DbDataReader rows = Query(
            connection,
            $"""
            select w.name, w.seen, coalesce(sum(case when s.state = 'done' then s.images else 0 end), 0),
            max(case when s.state = 'run' then cast(s.run as text) || '/' || cast(s.shard as text) end)
            from label_worker w left join label_shard s on s.worker = w.name and s.state in ('run', 'done')
            where w.seen >= {Now} - @within group by w.name, w.seen order by w.name
            """,
            ("within", (long)within.TotalMilliseconds));
        List<WorkerRecord> workers = [];
        while (rows.Read())
        {
            workers.Add(new WorkerRecord(rows.GetString(0), Time(rows.GetInt64(1)), Convert.ToInt64(rows.GetValue(2), CultureInfo.InvariantCulture), Text(rows, 3)));
        }

        return workers;
    }

    /// <summary>Whoever this process works for, as the journal names them: user and machine.</summary>
    public static string Caller => $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>Writes who did or looked at what into the journal, which nothing here ever deletes from.</summary>
    /// <param name="who">User and machine.</param>
    /// <param name="what">What.</param>
    public void Journal(string who, string what)
    {
        using DbConnection connection = Open();
        Execute(connection, $"insert into label_journal (at, who, what) values ({Now}, @who, @what)", ("who", who), ("what", what));
    }

    /// <summary>The journal, the newest first.</summary>
    /// <param name="count">How many entries.</param>
    public IReadOnlyList<(DateTime At, string Who, string What)> Journal(int count)
    {
        using DbConnection connection = Open();
        using DbDataReader rows = Query(connection, "select at, who, what from label_journal order by at desc limit @count", ("count", count));
        List<(DateTime, string, string)> entries = [];
        while (rows.Read())
        {
            entries.Add((Time(rows.GetInt64(0)), rows.GetString(1), rows.GetString(2)));
        }

        return entries;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>Makes the tables where they are not.</summary>
    protected void CreateTables()
    {
        using DbConnection connection = Open();
        Execute(connection, Schema);
    }

    private List<LabellingRun> Runs(string where, params (string, object?)[] parameters)
    {
        using DbConnection connection = Open();
        using DbDataReader rows = Query(
            connection,
            $"""
            select r.id, r.request, r.state, r.created, r.finished,
            sum(case when s.state = 'todo' then 1 else 0 end), sum(case when s.state = 'run' then 1 else 0 end), sum(case when s.state = 'done' then 1 else 0 end),
            sum(case when s.state = 'failed' then 1 else 0 end), sum(s.images), sum(s.abstained), sum(s.unreadable), sum(s.seconds), sum(s.starts), r.error
            from label_run r join label_shard s on s.run = r.id {where} group by r.id, r.request, r.state, r.created, r.finished, r.error order by r.id desc
            """,
            parameters);
        List<LabellingRun> runs = [];
        while (rows.Read())
        {
            RunCounts counts = new((int)Whole(5), (int)Whole(6), (int)Whole(7), (int)Whole(8), Whole(9), Whole(10), Whole(11), rows.IsDBNull(12) ? 0 : rows.GetDouble(12), Whole(13));
            runs.Add(new LabellingRun(
                rows.GetInt64(0), JsonSerializer.Deserialize<RunRequest>(rows.GetString(1), Json)!, Enum.Parse<RunState>(rows.GetString(2), ignoreCase: true),
                Time(rows.GetInt64(3)), rows.IsDBNull(4) ? null : Time(rows.GetInt64(4)), counts, Text(rows, 14)));
        }

        return runs;
        long Whole(int column) => rows.IsDBNull(column) ? 0 : Convert.ToInt64(rows.GetValue(column), CultureInfo.InvariantCulture);
    }

    private static DateTime Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DbCommand Command(DbConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of this file; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static int Execute(DbConnection connection, string sql, params (string, object?)[] parameters)
    {
        using DbCommand command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static T? Scalar<T>(DbConnection connection, string sql, params (string, object?)[] parameters)
        where T : struct
    {
        using DbCommand command = Command(connection, sql, parameters);
        return command.ExecuteScalar() is { } value and not DBNull ? (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture) : null;
    }

    private static DbDataReader Query(DbConnection connection, string sql, params (string, object?)[] parameters)
    {
        DbCommand command = Command(connection, sql, parameters);   // goes with its connection: disposed of here, it would take the rows along
        return command.ExecuteReader();
    }

    /// <summary>Tries again, for minutes, what fails only because the database is away: the work it would throw away took longer.</summary>
    private T Patiently<T>(Func<T> work, CancellationToken cancellation)
    {
        for (int tries = 0; ; tries++)
        {
            try
            {
                return work();
            }
            catch (Exception exception) when (IsPassing(exception) && tries < 100 && !cancellation.IsCancellationRequested)
            {
                cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(Math.Min(5, 0.2 * (tries + 1))));
            }
        }
    }
}
