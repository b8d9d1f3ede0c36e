using CourseCompanion.Labelling.Shards;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Labelling.Tests.Shards;

/// <summary>What the two tables promise, in SQLite and in PostgreSQL alike.</summary>
public abstract class ShardStoreContract : IDisposable
{
    private static readonly ShardResult Some = new("000000.1.parquet", 10, 2, 1, 0.5);

    protected string Folder { get; } = Directory.CreateTempSubdirectory("course-store-").FullName;

    protected void A_shard_has_one_owner_at_a_time()
    {
        using ShardStore store = Open();
        long run = store.Submit(Request(30)).Run.Id;
        Assert.Equal(1, store.Claim(run, 0, "a"));
        Assert.Null(store.Claim(run, 0, "b"));
        Assert.Null(store.Claim(run, 3, "b"));     // there is no fourth
        Assert.Null(store.Claim(run + 1, 0, "b"));
        int owners = 0;
        Parallel.For(0, 16, worker =>
        {
            if (store.Claim(run, 1, $"{worker}") is not null)
            {
                Interlocked.Increment(ref owners);
            }
        });
        Assert.Equal(1, owners);
    }

    protected void Who_was_taken_for_dead_changes_nothing_any_more()
    {
        using ShardStore store = Open();
        long run = store.Submit(Request(30)).Run.Id;
        int first = store.Claim(run, 0, "frozen")!.Value;
        Assert.Empty(store.Recover(TimeSpan.FromMinutes(1)));                      // it is not silent for long
        Assert.Equal((run, 0), Assert.Single(store.Recover(TimeSpan.FromSeconds(-1))));
        Assert.False(store.Complete(run, 0, first, Some));                         // it wakes up before anybody has the shard
        int second = store.Claim(run, 0, "other")!.Value;
        Assert.False(store.Beat(run, 0, first));
        Assert.True(store.Beat(run, 0, second));
        Assert.False(store.Complete(run, 0, first, Some));
        store.Release(run, 0, first);
        store.Fail(run, 0, first, "too late");
        Assert.True(store.Complete(run, 0, second, Some with { File = "000000.2.parquet" }));
        Assert.False(store.Complete(run, 0, first, Some));
        Assert.Equal("000000.2.parquet", Assert.Single(store.Outcomes(run)).File);
        Assert.True(store.Complete(run, 0, second, Some with { File = "000000.2.parquet" }));   // the answer to the first go was lost
    }

    protected void Three_deaths_set_a_shard_aside_and_interruptions_do_not()
    {
        using ShardStore store = Open();
        long run = store.Submit(Request(10)).Run.Id;
        for (int i = 0; i < 10; i++)
        {
            store.Release(run, 0, store.Claim(run, 0, "stopped")!.Value);
        }

        Assert.NotNull(store.Claim(run, 0, "a"));
        Assert.Single(store.Recover(TimeSpan.FromSeconds(-1)));
        store.Fail(run, 0, store.Claim(run, 0, "b")!.Value, "the model is not there");
        Assert.Equal(1, store.Find(run)!.Counts.Todo);
        Assert.NotNull(store.Claim(run, 0, "c"));
        Assert.Empty(store.Recover(TimeSpan.FromSeconds(-1)));
        Assert.Null(store.Claim(run, 0, "d"));
        ShardOutcome aside = Assert.Single(store.Outcomes(run));
        Assert.Equal((null, 3), (aside.File, aside.Starts));
        Assert.Contains("the last: c", aside.Error, StringComparison.Ordinal);

        Assert.Equal(1, store.Resume(run));
        Assert.NotNull(store.Claim(run, 0, "e"));
    }

    protected void The_same_job_is_entered_once_and_another_is_another()
    {
        using ShardStore store = Open();
        long[] ids = new long[8];
        Parallel.For(0, 8, i => ids[i] = store.Submit(Request(25)).Run.Id);
        Assert.Single(ids.Distinct());
        LabellingRun run = Assert.Single(store.Runs());
        Assert.Equal((3, 25L), (run.Counts.Todo, run.Request.ImageCount));
        Assert.Equal(Request(25).ClassNames, run.Request.ClassNames);
        Assert.True(store.Submit(Request(25) with { Threshold = 0.8 }).IsNew);
    }

    protected void A_cancelled_job_stops_and_goes_on()
    {
        using ShardStore store = Open();
        long run = store.Submit(Request(30)).Run.Id;
        int attempt = store.Claim(run, 0, "a")!.Value;
        Assert.True(store.Cancel(run));
        Assert.False(store.Beat(run, 0, attempt));
        store.Release(run, 0, attempt);
        Assert.Null(store.Claim(run, 1, "a"));
        Assert.Empty(store.Waiting());
        Assert.False(store.Cancel(run));
        Assert.Equal(3, store.Resume(run));
        Assert.Equal(3, store.Waiting().Count);
        Assert.NotNull(store.Claim(run, 1, "a"));
    }

    protected void Results_are_brought_together_by_one_and_by_another_if_that_one_dies()
    {
        using ShardStore store = Open();
        long run = store.Submit(Request(20)).Run.Id;
        Assert.Empty(store.TakeMerges(TimeSpan.FromMinutes(1)));
        store.Complete(run, 0, store.Claim(run, 0, "a")!.Value, Some);
        Assert.Empty(store.TakeMerges(TimeSpan.FromMinutes(1)));
        store.Complete(run, 1, store.Claim(run, 1, "a")!.Value, Some);
        int elected = 0;
        Parallel.For(0, 8, _ => Interlocked.Add(ref elected, store.TakeMerges(TimeSpan.FromMinutes(1)).Count));
        Assert.Equal(1, elected);
        string first = store.BeginMerge(run)!;
        Assert.Null(store.Resume(run));   // not while somebody brings them together
        Assert.Equal(run, Assert.Single(store.TakeMerges(TimeSpan.FromSeconds(-1))));
        string second = store.BeginMerge(run)!;
        store.BeatMerge(run, second);
        store.FailMerge(run, "the disk is full");
        Assert.Equal("the disk is full", store.Find(run)!.Error);
        Assert.False(store.Finish(run, first));
        Assert.True(store.Finish(run, second));
        Assert.True(store.Finish(run, second));   // the answer to the first go was lost
        Assert.Null(store.BeginMerge(run));
        LabellingRun end = store.Find(run)!;
        Assert.Equal((RunState.Done, 20L, 4L, 2L, 1.0), (end.State, end.Counts.Images, end.Counts.Abstained, end.Counts.Unreadable, end.Counts.Seconds));
        Assert.NotNull(end.Finished);
        Assert.Null(store.Resume(run));
    }

    protected void A_job_cancelled_at_its_last_shard_comes_to_its_end_and_a_lost_file_is_made_again()
    {
        using ShardStore store = Open();
        long run = store.Submit(Request(10)).Run.Id;
        int attempt = store.Claim(run, 0, "a")!.Value;
        Assert.True(store.Cancel(run));
        Assert.True(store.Complete(run, 0, attempt, Some));
        Assert.Empty(store.TakeMerges(TimeSpan.FromMinutes(1)));
        Assert.Equal(0, store.Resume(run));
        Assert.Equal(run, Assert.Single(store.TakeMerges(TimeSpan.FromMinutes(1))));
        store.Lose(run, 0);
        Assert.Equal((RunState.Running, 1, 0L), (store.Find(run)!.State, store.Find(run)!.Counts.Todo, store.Find(run)!.Counts.Images));
        Assert.Equal(2, store.Claim(run, 0, "b"));
    }

    protected void Workers_and_journal_are_remembered()
    {
        using ShardStore store = Open();
        long run = store.Submit(Request(20)).Run.Id;
        store.Note("a");
        store.Note("a");
        Assert.Equal(("a", 0L, null), At(store));
        int attempt = store.Claim(run, 0, "a")!.Value;
        Assert.Equal(("a", 0L, $"{run}/0"), At(store));
        store.Complete(run, 0, attempt, Some);
        store.Claim(run, 1, "a");
        Assert.Equal(("a", 10L, $"{run}/1"), At(store));
        Assert.True(store.TakeSweep(TimeSpan.FromMinutes(1)));
        Assert.False(store.TakeSweep(TimeSpan.FromMinutes(1)));
        Assert.True(store.TakeSweep(TimeSpan.Zero));
        store.Journal("'; drop table label_run; --", "looked");
        Assert.Equal("'; drop table label_run; --", Assert.Single(store.Journal(5)).Who);
        Assert.InRange(store.Journal(1)[0].At, DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow.AddMinutes(5));

        static (string, long, string?) At(ShardStore store)
        {
            WorkerRecord worker = Assert.Single(store.Workers(TimeSpan.FromMinutes(1)));
            return (worker.Name, worker.Images, worker.Shard);
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract ShardStore Open();

    protected virtual void Dispose(bool disposing) => Directory.Delete(Folder, recursive: true);

    protected static RunRequest Request(int images) => new()
    {
        Images = "/images",
        Output = "/output",
        ImagesFingerprint = "abc",
        ImageCount = images,
        ShardSize = 10,
        Model = "/model.safetensors",
        ModelFingerprint = "def",
        Threshold = 0.9,
        ClassNames = ["normale", "cancer"],
    };
}

public sealed class SqliteShardStoreTests : ShardStoreContract
{
    [Fact]
    public void Owner() => A_shard_has_one_owner_at_a_time();

    [Fact]
    public void Dead() => Who_was_taken_for_dead_changes_nothing_any_more();

    [Fact]
    public void Starts() => Three_deaths_set_a_shard_aside_and_interruptions_do_not();

    [Fact]
    public void Twice() => The_same_job_is_entered_once_and_another_is_another();

    [Fact]
    public void Cancelled() => A_cancelled_job_stops_and_goes_on();

    [Fact]
    public void Merged() => Results_are_brought_together_by_one_and_by_another_if_that_one_dies();

    [Fact]
    public void Ended() => A_job_cancelled_at_its_last_shard_comes_to_its_end_and_a_lost_file_is_made_again();

    [Fact]
    public void Remembered() => Workers_and_journal_are_remembered();

    [Fact]
    public void Another_file_is_refused_by_name()
    {
        string path = Path.Combine(Folder, "job.sqlite");
        File.WriteAllText(path, new string('x', 5000));
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => new SqliteShardStore(path)).Message, StringComparison.Ordinal);
    }

    protected override ShardStore Open() => new SqliteShardStore(Path.Combine(Folder, "job.sqlite"));
}

public sealed class PostgresShardStoreTests : ShardStoreContract
{
    private PostgresServer? _server;

    [PostgresFact]
    public void All_that_the_contract_says()
    {
        // One server for all: to start one takes longer than to ask it.
        foreach (Action part in (Action[])
            [
                A_shard_has_one_owner_at_a_time, Who_was_taken_for_dead_changes_nothing_any_more, Three_deaths_set_a_shard_aside_and_interruptions_do_not,
                The_same_job_is_entered_once_and_another_is_another, A_cancelled_job_stops_and_goes_on,
                Results_are_brought_together_by_one_and_by_another_if_that_one_dies, A_job_cancelled_at_its_last_shard_comes_to_its_end_and_a_lost_file_is_made_again, Workers_and_journal_are_remembered,
            ])
        {
            _server ??= new PostgresServer();
            part();
            PostgresServer.Run(Path.Combine(PostgresServer.Programs!, "psql"), "-q", "-h", "127.0.0.1", "-p", $"{_server.Port}", "-U", "course", "-d", "labelling", "-c", "drop table label_shard, label_run, label_worker, label_sweep, label_journal");
        }
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Database=x;Username=x;Password=hunter2")]
    public void A_server_that_is_not_there_is_named_without_the_password(string connection)
    {
        IOException refused = Assert.Throws<IOException>(() => new PostgresShardStore(connection));
        Assert.Contains("127.0.0.1:1/x", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("postgresql://course:hunter2@db/labelling?sslmode=require")]
    [InlineData("Host=db;Password=a;hunter2")]
    public void What_is_no_connection_is_said_without_the_password(string connection)
    {
        FormatException refused = Assert.Throws<FormatException>(() => new PostgresShardStore(connection));
        Assert.Contains("Host=...", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    protected override ShardStore Open() => new PostgresShardStore(_server!.Connection);

    protected override void Dispose(bool disposing)
    {
        _server?.Dispose();
        base.Dispose(disposing);
    }
}
